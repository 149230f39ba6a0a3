"""What stands around a statement: words of other times and events, of advice and capability, the form of its ends.

The join sees who has which role and what stands against it. It does not see that a sentence tells of an earlier attack,
of what malware is able to do, of a brand that was imitated, or that a phrase is cut short. Careful readers who judged
what the program had made of articles do, and the review learns it from them: see `training/judgements.py`.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from loaders.extraction.evidence import Evidence, Group, Row, tabulate
from loaders.extraction.lexicon import cues
from loaders.extraction.reading import Block, Record, Sentence
from ontology.statement import Literal

CUES = "surroundings.yaml"
NEAR = 60
"""How far, in characters, from the object a word stands beside it."""
_YEAR = re.compile(r"\b(?:19[89]\d|20[0-3]\d)\b")
_FORMS = (
    "place",
    "characters",
    "words",
    "lower",
    "upper",
    "plural",
    "digits",
    "unbalanced",
    "subject_lower",
    "subject_words",
    "earlier_year",
    "this_year",
    "paragraph_earlier_year",
    "sentence",
    "position",
    "length",
)


@dataclass(frozen=True, slots=True)
class Found:
    """The cue words of a text in their order: where each begins and ends in it, and their families."""

    starts: list[int]
    ends: list[int]
    families: list[str]

    @classmethod
    def of(cls, text: str) -> Found:
        """Look for all families."""
        found = sorted((m.start(), m.end(), family) for family, cue in cues(CUES).items() for m in cue.finditer(text))
        return cls([a for a, _, _ in found], [b for _, b, _ in found], [family for _, _, family in found])

    def within(self, start: int, end: int) -> set[str]:
        """The families of the words that stand wholly between two places."""
        low, high = bisect_left(self.starts, start), bisect_left(self.starts, end)
        return {self.families[i] for i in range(low, high) if self.ends[i] <= end}


@cache
def names() -> tuple[str, ...]:
    """The features in their order."""
    places = ("here", "before", "title", "left", "right")
    return (*_FORMS, *(f"{place}:{cue}" for place in places for cue in cues(CUES)))


class Surroundings:
    """The surroundings of the groups of one text."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence
        self.at = {name: i for i, name in enumerate(names())}
        self.cues: dict[int, Found] = {}
        self.earlier: dict[int, int] = {}
        """By paragraph, where the first year before that of the text ends; past its end where there is none."""
        self.title = set(Found.of(evidence.reading.document.title).families)
        self.year = str(evidence.reading.memo.get("anchor") or "")[:4]

    def table(self, groups: Sequence[Group]) -> Row:
        """One row of features for each group, [groups, features]."""
        return tabulate(map(self._features, groups), len(groups), self.at)

    def _features(self, group: Group) -> Iterable[tuple[str, float]]:
        sentence = self.evidence.sentence(group.best)
        here = self._cues(sentence)
        for family in set(here.families):
            yield f"here:{family}", 1.0
        for family in self._before(sentence):
            yield f"before:{family}", 1.0
        for family in self.title:
            yield f"title:{family}", 1.0
        target, subject = group.best.object, group.best.subject
        told = target.aliases if isinstance(target, Record) else [str(getattr(target, "value", ""))]
        start, end = next(((at, at + len(t)) for t in told if (at := sentence.text.find(t)) >= 0), (-1, -1))
        if start >= 0:
            for family in here.within(start - NEAR, start):
                yield f"left:{family}", 1.0
            for family in here.within(end, end + NEAR):
                yield f"right:{family}", 1.0
        yield "place", start / max(1, len(sentence.text)) if start >= 0 else -1.0
        if isinstance(target, Record | Literal):
            yield from _form(target.name if isinstance(target, Record) else str(target.value))
        if isinstance(subject, Record):
            yield "subject_lower", float(subject.name.islower())
            yield "subject_words", float(len(subject.name.split()))
        yield from self._times(sentence)
        yield "sentence", float(min(60, sentence.index))
        yield "position", sentence.index / self.evidence.total
        yield "length", len(self.evidence.reading.document.body) / 1000

    def _cues(self, sentence: Sentence) -> Found:
        if sentence.index not in self.cues:
            self.cues[sentence.index] = Found.of(sentence.text)
        return self.cues[sentence.index]

    def _before(self, sentence: Sentence) -> set[str]:
        """The words of the sentence before, in the same paragraph."""
        before = self.evidence.reading.sentences[sentence.index - 1] if sentence.index else None
        if before is None or before.block is not sentence.block:
            return set()
        return set(self._cues(before).families)

    def _times(self, sentence: Sentence) -> Iterable[tuple[str, float]]:
        if not self.year:
            return
        years = set(_YEAR.findall(sentence.text))
        yield "earlier_year", float(any(year < self.year for year in years))
        yield "this_year", float(self.year in years)
        yield "paragraph_earlier_year", float(self._earlier(sentence.block) <= sentence.end)

    def _earlier(self, block: Block) -> int:
        if block.start not in self.earlier:
            ends = (m.end() for m in _YEAR.finditer(block.text) if m[0] < self.year)
            self.earlier[block.start] = block.start + next(ends, len(block.text) + 1)
        return self.earlier[block.start]


def _form(text: str) -> Iterable[tuple[str, float]]:
    """How an end is written."""
    yield "characters", float(len(text))
    yield "words", float(len(text.split()))
    yield "lower", float(text.islower())
    yield "upper", float(text.isupper())
    yield "plural", float(text.endswith("s"))
    yield "digits", float(any(c.isdigit() for c in text))
    yield "unbalanced", float(text.count("(") != text.count(")") or text.count('"') % 2)
