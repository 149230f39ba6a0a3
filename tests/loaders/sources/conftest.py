"""Fixtures for the tests of the sources."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="session")
def papers() -> ModuleType:
    """The maker of small files beside this module; the import mode of the tests finds no neighbours by itself."""
    spec = importlib.util.spec_from_file_location("papers", Path(__file__).with_name("papers.py"))
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["papers"] = module
    spec.loader.exec_module(module)
    return module
