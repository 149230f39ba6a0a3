"""What stands around a statement: words of other times and events, of advice and capability, the form of its ends.

The join sees who has which role and what stands against it. It does not see that a sentence tells of an earlier attack,
of what malware is able to do, of a brand that was imitated, or that a phrase is cut short. Careful readers who judged
what the program had made of articles do, and the review learns it from them: see `training/judgements.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache

import numpy as np

from loaders.extraction.evidence import Evidence, Group, Row
from loaders.extraction.lexicon import cues
from loaders.extraction.reading import Record, Sentence
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
Found = tuple[str, int, int]
"""The family of a word, and where it begins and ends in its sentence."""


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
        self.cues: dict[int, list[Found]] = {}
        self.title = {family for family, _, _ in _found(evidence.reading.document.title)}
        self.year = str(evidence.reading.memo.get("anchor") or "")[:4]

    def table(self, groups: Sequence[Group]) -> Row:
        """One row of features for each group, [groups, features]."""
        table = np.zeros((len(groups), len(self.at)), np.float32)
        for line, group in zip(table, groups, strict=True):
            for name, value in self._features(group):
                line[self.at[name]] = value
        return table

    def _features(self, group: Group) -> Iterable[tuple[str, float]]:
        sentence = self.evidence.sentence(group.best)
        here = self._cues(sentence)
        for family, _, _ in here:
            yield f"here:{family}", 1.0
        for family in self._before(sentence):
            yield f"before:{family}", 1.0
        for family in self.title:
            yield f"title:{family}", 1.0
        target, subject = group.best.object, group.best.subject
        told = target.aliases if isinstance(target, Record) else [str(getattr(target, "value", ""))]
        start, end = next(((at, at + len(t)) for t in told if (at := sentence.text.find(t)) >= 0), (-1, -1))
        if start >= 0:
            for family, left, right in here:
                if start - NEAR <= left and right <= start:
                    yield f"left:{family}", 1.0
                elif end <= left and right <= end + NEAR:
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

    def _cues(self, sentence: Sentence) -> list[Found]:
        if sentence.index not in self.cues:
            self.cues[sentence.index] = _found(sentence.text)
        return self.cues[sentence.index]

    def _before(self, sentence: Sentence) -> set[str]:
        """The words of the sentence before, in the same paragraph."""
        before = self.evidence.reading.sentences[sentence.index - 1] if sentence.index else None
        if before is None or before.block is not sentence.block:
            return set()
        return {family for family, _, _ in self._cues(before)}

    def _times(self, sentence: Sentence) -> Iterable[tuple[str, float]]:
        if not self.year:
            return
        years = set(_YEAR.findall(sentence.text))
        yield "earlier_year", float(any(year < self.year for year in years))
        yield "this_year", float(self.year in years)
        upto = self.evidence.reading.document.body[sentence.block.start : sentence.end]
        yield "paragraph_earlier_year", float(any(year < self.year for year in _YEAR.findall(upto)))


def _found(text: str) -> list[Found]:
    return [(family, m.start(), m.end()) for family, cue in cues(CUES).items() for m in cue.finditer(text)]


def _form(text: str) -> Iterable[tuple[str, float]]:
    """How an end is written."""
    yield "characters", float(len(text))
    yield "words", float(len(text.split()))
    yield "lower", float(text.islower())
    yield "upper", float(text.isupper())
    yield "plural", float(text.endswith("s"))
    yield "digits", float(any(c.isdigit() for c in text))
    yield "unbalanced", float(text.count("(") != text.count(")") or text.count('"') % 2)
