"""Names that are general knowledge: who is meant by a name, and what kind of thing it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources

import yaml

from ontology.statement import slug

DATA = resources.files(__package__) / "data"
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_WORD = re.compile(r"\w+|\S")


@dataclass(frozen=True, slots=True)
class Name:
    """One spelling of a known thing; `doubtful` spellings are also common words, `famous` ones need no other cue."""

    text: str
    canonical: str
    kind: str
    doubtful: bool = False
    famous: bool = True

    @property
    def id(self) -> str:
        return slug(self.canonical)


def fold(text: str) -> str:
    """The key under which spellings meet: typographic quotes and case aside."""
    return text.replace("’", "'").lower()


class Gazetteer:
    """All known names, found in a text by their first word."""

    def __init__(self) -> None:
        self._by_key: dict[str, Name] = {}
        self._starts: dict[str, set[int]] = {}
        self.demonyms: dict[str, str] = {}
        self._doubtful = frozenset(_lines("ambiguous.txt"))
        self._load()

    def get(self, text: str) -> Name | None:
        """The name with this spelling, whatever its case."""
        return self._by_key.get(fold(text))

    def longest_at(self, text: str, start: int) -> Name | None:
        """The longest known name that begins at `start` and ends at a word's end."""
        first = _WORD.match(text, start)
        lengths = self._starts.get(fold(first[0])) if first else None
        if not lengths:
            return None
        for length in sorted(lengths, reverse=True):
            end = start + length
            if end < len(text) and (text[end].isalnum() or text[end] == "_"):
                continue
            if text[end : end + 1] == "-" and text[end + 1 : end + 2].isupper():
                continue
            name = self._by_key.get(fold(text[start:end]))
            if name is not None and _case_agrees(name.text, text[start:end]):
                return name
        return None

    def country_of(self, adjective: str) -> str | None:
        """The place that a word such as "Japanese" stands for."""
        return self.demonyms.get(adjective)

    def _add(self, text: str, canonical: str, kind: str, *, famous: bool = True) -> None:
        key = fold(text)
        if len(text) < 2 or key in self._by_key:
            return
        self._by_key[key] = Name(text, canonical, kind, key in self._doubtful, famous)
        first = _WORD.match(text)
        if first:
            self._starts.setdefault(fold(first[0]), set()).add(len(text))

    def _load(self) -> None:
        organizations = yaml.load((DATA / "organizations.yaml").read_text("utf-8"), Loader=LOADER)  # noqa: S506 - a safe loader
        for kind, names in organizations.items():
            for canonical, aliases in names.items():
                for text in [canonical, *(aliases or [])]:
                    self._add(str(text), str(canonical), kind)
        places = yaml.load((DATA / "places.yaml").read_text("utf-8"), Loader=LOADER)  # noqa: S506 - a safe loader
        for canonical, aliases in places["names"].items():
            for text in [canonical, *(aliases or [])]:
                self._add(text, canonical, "Place")
        self.demonyms = dict(places["demonyms"])
        for adjective, country in self.demonyms.items():
            self._add(adjective, country, "Place")
        for canonical, aliases in _rows("preferred.tsv"):
            for text in (canonical, *aliases):
                self._add(text, canonical, "ThreatActor")
        for file, kind in (("actors.tsv", "ThreatActor"), ("places.tsv", "Place"), ("malware.tsv", "Malware")):
            for canonical, aliases in _rows(file):
                known = next((self._by_key[fold(n)] for n in (canonical, *aliases) if fold(n) in self._by_key), None)
                same = known is not None and known.kind == kind
                for text in (canonical, *aliases):
                    self._add(text, known.canonical if same and known else canonical, kind, famous=kind == "Place")


def _case_agrees(known: str, found: str) -> bool:
    """Capitals matter in short names and acronyms: "US" is not "us", nor is "play" a gang."""
    if len(known) <= 5 or known.isupper():
        return known.replace("’", "'") == found.replace("’", "'") or (len(found) > 3 and found.isupper())
    return found[0].isupper() or found[0].isdigit() or known[0].islower()


def _lines(file: str) -> Iterator[str]:
    for line in (DATA / file).read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line


def _rows(file: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    for line in _lines(file):
        canonical, _, aliases = line.partition("\t")
        yield canonical, tuple(a for a in aliases.split("|") if a)


@cache
def gazetteer() -> Gazetteer:
    """The one gazetteer, read at first use."""
    return Gazetteer()
