"""Last stage: which of the candidates become statements.

Candidates come from rules and, where its weights are installed, from the encoder. The arbiter merges those that say the
same, holds them to the ontology's domains and ranges, and drops what is below the threshold.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

from loaders.extraction.consistency import is_speech, settle
from loaders.extraction.lexicon import read_data
from loaders.extraction.phrases import in_one_phrase
from loaders.extraction.reading import Candidate, Reading, Record
from loaders.extraction.scoring import trusted
from ontology.model import ontology
from ontology.statement import Entity, Literal, Statement


@cache
def _signatures() -> dict[str, tuple[frozenset[str], frozenset[str]]]:
    """Predicate to the classes of its subjects, and the classes and datatypes of its objects."""
    model = ontology()

    def family(names: Iterable[str]) -> frozenset[str]:
        return frozenset(c for c in model.classes for n in names if c == n or model.is_a(c, n))

    return {
        p.name: (family(p.domain), family(p.range) | frozenset(d.value for d in p.datatypes))
        for p in model.predicates.values()
    }


_GUESSES = frozenset({"near.attributedTo", "near.targeted", "encoder"})
_NEAR_ROLES = frozenset({"near.holdsRole", "encoder"})
SURE = 0.9
"""From which confidence on a role is told though the parse does not tie person and organization."""


@cache
def _thresholds() -> dict[str, float]:
    return {name: float(value) for name, value in read_data("thresholds.yaml").items()}


def decide(
    reading: Reading, *, minimum: float | None = None, thresholds: Mapping[str, float] | None = None
) -> list[Statement]:
    """The statements of this text, in its order.

    `thresholds` by predicate take the place of those of `thresholds.yaml`, and `minimum` that of both.
    """
    signatures = _signatures()
    thresholds = thresholds or _thresholds()
    kept: dict[tuple[str, str, str], Candidate] = {}
    own = reading.memo.get("by_victim", {})
    clients = {
        (c.start, c.object.id)
        for c in reading.candidates
        if c.predicate == "supplies"
        and c.rule not in _GUESSES
        and c.rule != "near.supplies"
        and isinstance(c.object, Record)
    }
    claims = {c.start for c in reading.candidates if c.rule == "attack.claim"}
    for candidate in reading.candidates:
        if candidate.predicate == "targeted" and isinstance(candidate.object, Record):
            # who has an incident of its own was not hit in its neighbour's
            candidate.subject = own.get(candidate.object.id, candidate.subject)
        if candidate.predicate == "attributedTo" and candidate.start in claims and candidate.rule in _GUESSES:
            # that a group claims an attack is no attribution
            continue
        if candidate.predicate == "targeted" and candidate.rule in _GUESSES and _bystander(candidate, clients):
            continue
        if candidate.rule in _NEAR_ROLES and candidate.confidence < SURE and not _in_office(candidate):
            continue
        subject, target = candidate.subject, candidate.object
        if not isinstance(subject, Record) or not isinstance(target, Record | Literal):
            continue
        floor = thresholds.get(candidate.predicate, thresholds["default"])
        if candidate.rule in trusted():
            floor = min(floor, _thresholds()["trusted"])
        if (
            candidate.predicate == "targeted"
            and candidate.rule in _GUESSES
            and isinstance(target, Record)
            and target.generic
        ):
            # beside victims with a name, "customers" and "systems" are seldom victims of their own
            floor = max(floor, _thresholds()["unnamed"]) if own else floor
        floor = floor if minimum is None else minimum
        domain, span = signatures[candidate.predicate]
        kind = target.kind if isinstance(target, Record) else target.datatype.value
        if subject.kind not in domain or kind not in span or candidate.confidence < floor:
            reading.explain(
                "arbiter",
                [
                    f"refused {subject.name} {candidate.predicate} {_name(target)}"
                    f" ({candidate.rule} {candidate.confidence:.2f})"
                ],
            )
            continue
        if isinstance(target, Record) and target.id == subject.id:
            continue
        key = (subject.id, candidate.predicate, _name(target).lower() if isinstance(target, Literal) else target.id)
        known = kept.get(key)
        if known is None or candidate.confidence > known.confidence:
            kept[key] = candidate
    said = [c for c in kept.values() if c.predicate != "said" or is_speech(c, reading)]
    statements = [s for c in settle(said, reading.document.body) if (s := _statement(reading, c)) is not None]
    statements.sort(key=lambda s: (s.start, s.end, s.predicate, s.subject.id, str(s.object)))
    return statements


def _bystander(candidate: Candidate, clients: set[tuple[int, str]]) -> bool:
    """A client that a list names, or the country of the victims: neither was hit itself."""
    target = candidate.object
    return isinstance(target, Record) and (target.kind == "Place" or (candidate.start, target.id) in clients)


def _in_office(candidate: Candidate) -> bool:
    """Whether a person and an organization that stand near each other are told in one breath."""
    person, organization, sentence = candidate.subject, candidate.object, candidate.sentence
    if (
        candidate.predicate != "holdsRole"
        or sentence is None
        or not isinstance(person, Record)
        or not isinstance(organization, Record)
    ):
        return True
    return in_one_phrase(sentence, person, organization)


def _name(target: Record | Literal) -> str:
    return target.name if isinstance(target, Record) else f"{target.value} {target.currency or ''}".strip()


def _statement(reading: Reading, candidate: Candidate) -> Statement | None:
    body = reading.document.body
    quote = body[candidate.start : candidate.end]
    lead = len(quote) - len(quote.lstrip())
    start, end = candidate.start + lead, candidate.start + len(quote.rstrip())
    if end <= start or not isinstance(candidate.subject, Record):
        return None
    target: Entity | Literal
    if isinstance(candidate.object, Record):
        target = candidate.object.entity()
    elif isinstance(candidate.object, Literal):
        target = candidate.object
    else:
        return None
    return Statement(
        subject=candidate.subject.entity(),
        predicate=candidate.predicate,
        object=target,
        document=reading.document.id,
        quote=body[start:end],
        start=start,
        end=end,
        rule=candidate.rule,
        modality=candidate.modality,
        confidence=candidate.confidence,
        speaker=candidate.speaker.entity() if candidate.speaker else None,
        role=candidate.role,
    )
