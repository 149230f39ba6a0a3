"""Two readings of one text put together: where they agree, both together are surer than either."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from loaders.extraction.reading import Candidate, Record
from ontology.statement import Datatype, Entity, Literal, Modality, Statement

_SHARED_WORDS = 0.6
_WORD = re.compile(r"\w{4,}|\d+")


def agree(
    offline: Sequence[Statement], asked: Iterable[Statement], candidates: Iterable[Candidate] = ()
) -> list[Statement]:
    """The statements of both readings, each fact once.

    What the offline reading tells is kept as it tells it, its confidence raised and its modality weakened where the
    model sees a doubt. What it held possible without telling it counts for the model's statement of the same.
    """
    merged = list(offline)
    held = _held(candidates)
    alike: dict[tuple[str, str], list[int]] = defaultdict(list)
    for i, known in enumerate(merged):
        alike[known.subject.id, known.predicate].append(i)
    for statement in asked:
        rivals = alike[statement.subject.id, statement.predicate]
        at = next((i for i in rivals if _is_same(merged[i], statement)), None)
        if at is None:
            before = held.get((statement.subject.id, statement.predicate, _key(statement.object)), 0.0)
            rivals.append(len(merged))
            merged.append(replace(statement, confidence=_together(statement.confidence, before)))
        elif merged[at].rule != statement.rule and statement.rule not in merged[at].rule.split("+"):
            merged[at] = _agreed(merged[at], statement)
    merged.sort(key=lambda s: (s.start, s.end, s.predicate, s.subject.id, str(s.object)))
    return merged


def _held(candidates: Iterable[Candidate]) -> dict[tuple[str, str, str], float]:
    """How likely the offline reading holds each fact that it considered."""
    held: dict[tuple[str, str, str], float] = {}
    for candidate in candidates:
        target = candidate.object
        if isinstance(candidate.subject, Record) and isinstance(target, Record | Literal):
            key = (candidate.subject.id, candidate.predicate, _key(target))
            held[key] = max(held.get(key, 0.0), candidate.confidence)
    return held


def _agreed(known: Statement, other: Statement) -> Statement:
    doubted = known.modality is Modality.ASSERTED and other.modality is not Modality.ASSERTED
    return replace(
        known,
        rule=f"{known.rule}+{other.rule}",
        confidence=_together(known.confidence, other.confidence),
        modality=other.modality if doubted else known.modality,
        speaker=(known.speaker or other.speaker) if doubted or known.modality is other.modality else known.speaker,
        role=known.role or other.role,
    )


def _together(one: float, other: float) -> float:
    """How likely a fact is that two readers tell, each of whom may be wrong in a way of its own."""
    return 1 - (1 - one) * (1 - other)


def _key(target: Entity | Record | Literal) -> str:
    return f"{target.value} {target.currency or ''}".lower() if isinstance(target, Literal) else target.id


def _is_same(known: Statement, other: Statement) -> bool:
    """Whether two statements of one subject and predicate say the same of it."""
    one, two = known.object, other.object
    if isinstance(one, Entity) or isinstance(two, Entity):
        return isinstance(one, Entity) and isinstance(two, Entity) and one.id == two.id
    if one.datatype is not two.datatype:
        return False
    if one.datatype is Datatype.DATE:
        # "August 2025" says of 31 August no other day.
        return str(one.value).startswith(str(two.value)) or str(two.value).startswith(str(one.value))
    if one.datatype is Datatype.TEXT:
        return known.start < other.end and other.start < known.end and _share_words(str(one.value), str(two.value))
    return _key(one) == _key(two)


def _share_words(one: str, two: str) -> bool:
    """Whether two phrases of one sentence are the same but for their borders."""
    words, others = (set(_WORD.findall(text.lower())) for text in (one, two))
    fewer = min(len(words), len(others))
    return fewer > 0 and len(words & others) >= _SHARED_WORDS * fewer
