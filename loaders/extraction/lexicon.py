"""The word lists of `data/`, read once."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any

import yaml

DATA = resources.files(__package__) / "data"
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_data(file: str) -> Any:
    """The content of one YAML file of `data/`."""
    return yaml.load((DATA / file).read_text("utf-8"), Loader=_LOADER)  # noqa: S506 - a safe loader


@cache
def nouns() -> dict[str, frozenset[str]]:
    """Class to the common nouns that stand for it."""
    return {kind: frozenset(words) for kind, words in read_data("nouns.yaml").items()}
