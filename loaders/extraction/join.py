"""Rules and encoder put together: one confidence for a statement from all that speaks for it.

Candidates that say the same make a group. Boosted trees over what rules, scorer and encoder hold of the group and of
its rivals give its confidence. They are learned (`training/join.py`) from what each half of the annotated reports looks
like to an encoder and a scorer that know the other half alone, so that of statements given 0.8 about 80 % are right.

What is likely enough is then reviewed: further trees, learned from readers who judged what the program had told of
articles (`training/judgements.py`), correct the confidence by what stands around the statement (`surroundings.py`).
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path

import numpy as np

from loaders.extraction import doubt, evidence, surroundings
from loaders.extraction.doubt import Doubts, qualify
from loaders.extraction.evidence import Evidence, Group, Key, Row, logit
from loaders.extraction.learned import BASE
from loaders.extraction.reading import Candidate, Reading, Record
from loaders.extraction.surroundings import Surroundings
from loaders.extraction.trees import Trees
from ontology.statement import Literal

FOLDER = Path(str(resources.files("loaders.extraction.encoder") / "weights"))
REVIEWED = 0.2
"""Below this nothing is reviewed."""
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
    """The trees that judge statements (`join`, then `review`) or their modality (`doubt`); None where they are not."""
    file = FOLDER / f"{name}.npz"
    features = {"join": evidence.NAMES, "review": reviewed(), "doubt": doubt.names()}[name]
    return Trees(file, features) if file.is_file() else None


def reviewed() -> tuple[str, ...]:
    """The features of the review: those of the join, and the surroundings."""
    return (*evidence.NAMES, *surroundings.names())


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
    table = together.table()
    for group, chance in zip(found, trees.chances(table)[:, 0].tolist(), strict=True):
        group.confidence = chance
    review(found, together, table)
    reading.candidates = [group.best for group in found]
    likely = [group for group in found if group.confidence >= UNLIKELY]
    certain = _settings()["doubt"]["asserted"]
    for group, row in zip(likely, judge.chances(Doubts(together).table(likely)), strict=True):
        qualify(group, 0 if row[0] >= certain else 1 + int(row[1:].argmax()))
    for group in found:
        group.best.confidence = group.confidence


def review(found: list[Group], together: Evidence, table: Row) -> None:
    """Correct the confidence of what is likely by what stands around it; `table` has the features of the join."""
    trees = _trees("review")
    rows = [i for i, group in enumerate(found) if group.confidence >= REVIEWED]
    if trees is None or not rows:
        return
    likely = [found[i] for i in rows]
    wider = np.hstack([table[rows], Surroundings(together).table(likely)])
    for group, margin in zip(likely, trees.margins(wider)[:, 0].tolist(), strict=True):
        group.confidence = 1 / (1 + math.exp(-logit(group.confidence) - margin))
