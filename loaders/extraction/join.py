"""Rules and encoder put together: one confidence for a statement from all that speaks for it.

Candidates that say the same make a group. Boosted trees over what rules, scorer and encoder hold of the group and of
its rivals give its confidence. They are learned (`training/join.py`) from what each half of the annotated reports looks
like to an encoder and a scorer that know the other half alone, so that of statements given 0.8 about 80 % are right.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path

from loaders.extraction import doubt, evidence
from loaders.extraction.doubt import Doubts, qualify
from loaders.extraction.evidence import Evidence, Group, Key
from loaders.extraction.learned import BASE
from loaders.extraction.reading import Candidate, Reading, Record
from loaders.extraction.trees import Trees
from ontology.statement import Literal

FOLDER = Path(str(resources.files("loaders.extraction.encoder") / "weights"))
UNLIKELY = 0.05
"""Below this nothing is told, and nothing is asked about its modality."""


def groups(reading: Reading) -> list[Group]:
    """The candidates of a text by what they say; called before the scorer, while rules have their own confidence."""
    found: dict[Key, Group] = {}
    for candidate in reading.candidates:
        key = _key(candidate)
        if key is not None:
            group = found.setdefault(key, Group(key))
            group.candidates.append(candidate)
            group.prior = max(group.prior, candidate.confidence)
            if candidate.confidence > BASE + 0.01:
                group.written.append(candidate)
    return list(found.values())


def _key(candidate: Candidate) -> Key | None:
    subject, target = candidate.subject, candidate.object
    if not isinstance(subject, Record) or not isinstance(target, Record | Literal):
        return None
    other = target.id if isinstance(target, Record) else f"{target.value} {target.currency or ''}".lower()
    return candidate.predicate, subject.id, other


@cache
def _trees(name: str) -> Trees | None:
    """The trees that judge statements (`join`) or their modality (`doubt`), or nothing where they are not there."""
    file = FOLDER / f"{name}.npz"
    return Trees(file, evidence.NAMES if name == "join" else doubt.names()) if file.is_file() else None


@cache
def _settings() -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = json.loads((FOLDER / "join.json").read_text("utf-8"))
    return found


def thresholds(reading: Reading) -> Mapping[str, float] | None:
    """How likely a statement of each predicate must be to be told, where the join has weighed it."""
    return _settings()["thresholds"] if reading.memo.get("learned") and _trees("join") is not None else None


def weigh(reading: Reading, found: list[Group]) -> None:
    """Leave one candidate a group, with the group's confidence and modality, where the encoder has read the text."""
    trees, judge = _trees("join"), _trees("doubt")
    if trees is None or judge is None or not found or not reading.memo.get("learned"):
        return
    together = Evidence(reading, found)
    for group, chance in zip(found, trees.chances(together.table())[:, 0].tolist(), strict=True):
        group.confidence = chance
    reading.candidates = [group.best for group in found]
    likely = [group for group in found if group.confidence >= UNLIKELY]
    certain = _settings()["doubt"]["asserted"]
    for group, row in zip(likely, judge.chances(Doubts(together).table(likely)), strict=True):
        qualify(group, 0 if row[0] >= certain else 1 + int(row[1:].argmax()))
    for group in found:
        group.best.confidence = group.confidence
