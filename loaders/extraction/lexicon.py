"""The word lists of `data/`, read once."""

from __future__ import annotations

import re
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


@cache
def _technique_names() -> re.Pattern[str]:
    phrases = [w for t in read_data("techniques.yaml")["techniques"] for w in t["words"]]
    return re.compile("|".join(phrases), re.I)


def is_technique(text: str) -> bool:
    """Whether a name is that of a technique, such as "Business Email Compromise"."""
    return _technique_names().fullmatch(text) is not None
