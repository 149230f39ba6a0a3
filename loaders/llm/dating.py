"""The year of an incident that only the language model dates; `loaders.extraction.dating` says why it matters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from loaders.extraction.incidents import rename
from loaders.extraction.reading import Record
from ontology.statement import Entity, Literal, Modality, Statement

YEARS = ("startedOn", "detectedOn", "disclosedOn")
"""What tells the year of an incident, the surest first."""
_DOUBTED = frozenset({Modality.DENIED, Modality.EXPECTED})


def date_anew(statements: Sequence[Statement], incidents: Iterable[Record], source: str) -> list[Statement]:
    """The statements, those of incidents that nobody but `source` dates under the year that it tells."""
    found = list(statements)
    for incident in incidents:
        dates = [
            s for s in found if s.subject.id == incident.id and s.predicate in YEARS and s.modality not in _DOUBTED
        ]
        told = min(dates, key=lambda s: YEARS.index(s.predicate), default=None)
        if told is None or any(s.rule != source for s in dates) or not isinstance(told.object, Literal):
            continue
        before = incident.id
        rename(incident, str(told.object.value)[:4])
        if incident.id != before:
            found = [_renamed(s, before, incident.entity()) for s in found]
    return found


def _renamed(statement: Statement, before: str, incident: Entity) -> Statement:
    target = statement.object
    return replace(
        statement,
        subject=incident if statement.subject.id == before else statement.subject,
        object=incident if isinstance(target, Entity) and target.id == before else target,
    )
