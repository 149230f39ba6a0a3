"""Rules and encoder put together: one confidence for a statement from all that speaks for it.

Candidates that say the same make a group. A logistic curve over what the scorer and the encoder hold of the group, with
a few weights for each predicate, gives its confidence; it is fitted on reports that neither has learned from
(`training/join.py`), so that of statements given 0.8 about 80 % are right.
"""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

from loaders.extraction.learned import BASE, RULE
from loaders.extraction.reading import Candidate, Reading, Record
from ontology.statement import Literal, Modality

WEIGHTS = resources.files("loaders.extraction.encoder") / "weights" / "join.json"
Key = tuple[str, str, str]


@dataclass(slots=True)
class Group:
    """All candidates for one statement; `confidences` are those of their rules, before the scorer's."""

    key: Key
    candidates: list[Candidate] = field(default_factory=list)
    written: list[Candidate] = field(default_factory=list)
    rivals: int = 0

    @property
    def own(self) -> Candidate | None:
        """The encoder's own candidate."""
        return next((c for c in self.candidates if c.rule == RULE), None)

    @property
    def best(self) -> Candidate:
        """The candidate that the statement is made from: of a written rule, if there is one."""
        return max(self.written or self.candidates, key=lambda c: (c.confidence + c.support, -c.start))


def groups(reading: Reading) -> list[Group]:
    """The candidates of a text by what they say; called before the scorer, while rules have their own confidence."""
    found: dict[Key, Group] = {}
    for candidate in reading.candidates:
        key = _key(candidate)
        if key is not None:
            group = found.setdefault(key, Group(key))
            group.candidates.append(candidate)
            if candidate.confidence > BASE + 0.01:
                group.written.append(candidate)
    rivals: dict[tuple[str, str], int] = defaultdict(int)
    for predicate, subject, target in found:
        rivals[predicate, subject if predicate == "respondedTo" else target] += 1
    for group in found.values():
        predicate, subject, target = group.key
        group.rivals = rivals[predicate, subject if predicate == "respondedTo" else target] - 1
    return list(found.values())


def _key(candidate: Candidate) -> Key | None:
    subject, target = candidate.subject, candidate.object
    if not isinstance(subject, Record) or not isinstance(target, Record | Literal):
        return None
    other = target.id if isinstance(target, Record) else f"{target.value} {target.currency or ''}".lower()
    return candidate.predicate, subject.id, other


def features(group: Group) -> dict[str, float]:
    """What the curve sees of a group, whatever its predicate."""
    support = max(c.support for c in group.candidates)
    first = group.candidates[0]
    ends = [end for end in (first.subject, first.object) if isinstance(end, Record) and end.kind != "Incident"]
    return {
        "bias": 1.0,
        "score": logit(max(c.confidence for c in group.candidates)),
        "support": logit(support),
        "unsupported": float(support < 0.02),
        "written": float(bool(group.written)),
        "several": float(len({c.rule for c in group.written}) > 1),
        "encoder": float(group.own is not None),
        "count": math.log(len(group.candidates)),
        "rivals": math.log1p(group.rivals),
        "generic": float(any(end.generic for end in ends)),
        "bare": float(any(end.name.islower() and " " not in end.name for end in ends)),
    }


SPECIFIC = ("bias", "score", "support", "written", "encoder", "generic", "bare")
"""Features that have a weight of their own for each predicate beside the common one."""


def logit(chance: float) -> float:
    """Log odds, within the bounds that one text can tell."""
    chance = min(0.98, max(0.02, chance))
    return math.log(chance / (1 - chance))


def chance(weights: Mapping[str, Any], predicate: str, seen: Mapping[str, float]) -> float:
    """The confidence of a group with these features."""
    total = sum(weights["common"][name] * value for name, value in seen.items())
    specific: Iterable[float] = weights["predicates"].get(predicate, ())
    total += sum(weight * seen[name] for weight, name in zip(specific, SPECIFIC, strict=False))
    return 1 / (1 + math.exp(-max(-20.0, min(20.0, total))))


@cache
def _weights() -> dict[str, Any] | None:
    """The fitted curve, or nothing where it is not there."""
    if not WEIGHTS.is_file():
        return None
    weights: dict[str, Any] = json.loads(WEIGHTS.read_text("utf-8"))
    return weights


def thresholds(reading: Reading) -> Mapping[str, float] | None:
    """How likely a statement of each predicate must be to be told, where the join has weighed it."""
    weights = _weights()
    return weights["thresholds"] if weights is not None and reading.memo.get("learned") else None


def weigh(reading: Reading, found: list[Group]) -> None:
    """Leave one candidate a group, with the group's confidence, where the encoder has read the text."""
    weights = _weights()
    if weights is None or not reading.memo.get("learned"):
        return
    kept = []
    for group in found:
        best = group.best
        best.confidence = chance(weights, group.key[0], features(group))
        _qualify(best, group)
        kept.append(best)
    reading.candidates = kept


def _qualify(best: Candidate, group: Group) -> None:
    """Where the rule found no sign of doubt and the encoder did, the doubt stands."""
    own = group.own
    if own is not None and own is not best and best.modality is Modality.ASSERTED and own.modality is not best.modality:
        best.modality = own.modality
        best.speaker = best.speaker or own.speaker
