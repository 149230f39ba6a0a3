"""The word lists of `data/`, read once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib import resources
from typing import Any

import yaml

DATA = resources.files(__package__) / "data"
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_data(file: str) -> Any:
    """The content of one YAML file of `data/`."""
    return yaml.load((DATA / file).read_text("utf-8"), Loader=_LOADER)  # noqa: S506 - a safe loader


@cache
def cues(file: str) -> dict[str, re.Pattern[str]]:
    """The families of cue words of a file of `data/`, each as one expression over whole words."""
    return {
        name: re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)", re.IGNORECASE)
        for name, words in read_data(file).items()
    }


@cache
def nouns() -> dict[str, frozenset[str]]:
    """Class to the common nouns that stand for it."""
    return {kind: frozenset(words) for kind, words in read_data("nouns.yaml").items()}


class Phrases:
    """Many regular expressions looked for at once, each tried only where its first two letters stand."""

    def __init__(self, phrases: dict[str, str]) -> None:
        buckets: dict[str, list[tuple[str, str]]] = {}
        for phrase, label in phrases.items():
            buckets.setdefault(phrase[:2].lower(), []).append((phrase, label))
        self._labels: dict[str, list[str]] = {}
        self._regex: dict[str, re.Pattern[str]] = {}
        for start, members in buckets.items():
            members.sort(key=lambda m: -len(m[0]))
            self._labels[start] = [label for _, label in members]
            self._regex[start] = re.compile("|".join(f"({phrase}\\b)" for phrase, _ in members), re.IGNORECASE)

    def finditer(self, text: str) -> Iterator[tuple[re.Match[str], str]]:
        """Matches that begin at a word, left to right, with the label of each."""
        position = 0
        for word in _WORD.finditer(text):
            if word.start() < position:
                continue
            regex = self._regex.get(text[word.start() : word.start() + 2].lower())
            match = regex.match(text, word.start()) if regex else None
            if match:
                position = match.end()
                yield match, self._labels[text[match.start() : match.start() + 2].lower()][(match.lastindex or 1) - 1]


_WORD = re.compile(r"\w+")


@cache
def technique_phrases() -> Phrases:
    """The words for techniques, each labelled with the technique's number in `techniques.yaml`."""
    techniques = read_data("techniques.yaml")["techniques"]
    return Phrases({w: str(number) for number, t in enumerate(techniques) for w in t["words"]})


@lru_cache(maxsize=20_000)
def is_technique(text: str) -> bool:
    """Whether a name is that of a technique, such as "Business Email Compromise"."""
    return any(match.span() == (0, len(text)) for match, _ in technique_phrases().finditer(text))
