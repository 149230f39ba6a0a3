"""What the ontology demands of statements, checked without RDF: as strict as the SHACL shapes, and cheap."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from ontology.errors import InvalidStatements
from ontology.model import Ontology, Predicate, ontology
from ontology.statement import Datatype, Document, Entity, Literal, Statement

_DATE = re.compile("([1-9][0-9]{3})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_CURRENCY = re.compile("[A-Z]{3}")
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Violation:
    """What is wrong with one part of one statement, or of its document."""

    statement: str
    part: str
    message: str

    def __str__(self) -> str:
        return f"{self.statement}: {self.part} {self.message}"


def check(statements: Iterable[Statement], document: Document | None = None) -> None:
    """Raise `InvalidStatements` unless the ontology allows every statement.

    With the document, each quote must also stand where its offsets say.
    """
    found = list(violations(statements, document))
    if found:
        more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
        shown = "; ".join(map(str, found[:_SHOWN]))
        raise InvalidStatements(
            f"the ontology refuses {shown}{more}", hint="docs/ontology.md lists what each predicate takes"
        )


def violations(statements: Iterable[Statement], document: Document | None = None) -> Iterator[Violation]:
    """Every fault of the statements, in their order."""
    model = ontology()
    if document is not None and document.published_on is not None and not is_date(document.published_on[:10]):
        yield Violation(document.id, "published_on", f"{document.published_on!r} is not a date of ISO 8601")
    for statement in statements:
        for part, message in _faults(model, statement, document):
            yield Violation(statement.id, part, message)


def is_date(value: object) -> bool:
    """Whether a value is a year, a month or a day that the calendar has, as ISO 8601 writes it."""
    match = _DATE.fullmatch(value) if isinstance(value, str) else None
    if not match:
        return False
    year, month, day = (int(part or 1) for part in match.groups())
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _faults(model: Ontology, statement: Statement, document: Document | None) -> Iterator[tuple[str, str]]:
    yield from _entity_faults(model, "subject", statement.subject)
    if isinstance(statement.object, Entity):
        yield from _entity_faults(model, "object", statement.object)
    if statement.speaker is not None:
        yield from _entity_faults(model, "speaker", statement.speaker)
    predicate = model.predicates.get(statement.predicate)
    if predicate is None:
        yield "predicate", f"{statement.predicate!r} is not in the ontology"
    else:
        yield from _triple_faults(model, predicate, statement)
    if not 0 <= statement.confidence <= 1:
        yield "confidence", f"{statement.confidence} is not between 0 and 1"
    if not statement.rule.strip():
        yield "rule", "is empty"
    if statement.role is not None and not statement.role.strip():
        yield "role", "is empty"
    yield from _quote_faults(statement, document)


def _entity_faults(model: Ontology, part: str, entity: Entity) -> Iterator[tuple[str, str]]:
    if entity.type not in model.classes or not model.is_a(entity.type, "Entity"):
        yield part, f"{entity.id!r} has the class {entity.type!r}, which is no class of entities"
    if not entity.id or not entity.name.strip():
        yield part, f"{entity.id!r} has no id or no name"


def _triple_faults(model: Ontology, predicate: Predicate, statement: Statement) -> Iterator[tuple[str, str]]:
    subject, target = statement.subject, statement.object
    if subject.type in model.classes and not model.is_any(subject.type, predicate.domain):
        yield "subject", f"of {predicate.name} is {_one_of(predicate.domain)}, not {subject.type} {subject.id!r}"
    if isinstance(target, Literal):
        if target.datatype not in predicate.datatypes:
            takes = (*predicate.range, *predicate.datatypes)
            yield "object", f"of {predicate.name} is {_one_of(takes)}, not the {target.datatype} {target.value!r}"
        elif not _is_valid(target):
            yield "object", f"{target.value!r} {target.currency or ''} is not a well-formed {target.datatype}"
    elif target.type in model.classes and not model.is_any(target.type, predicate.range):
        takes = (*predicate.range, *predicate.datatypes)
        yield "object", f"of {predicate.name} is {_one_of(takes)}, not {target.type} {target.id!r}"


def _is_valid(literal: Literal) -> bool:
    value = literal.value
    if literal.datatype is Datatype.DATE:
        return is_date(value)
    if literal.datatype is Datatype.TEXT:
        return isinstance(value, str) and bool(value.strip())
    if isinstance(value, bool | str) or not math.isfinite(value) or value < 0:
        return False
    if literal.datatype is Datatype.INTEGER:
        return isinstance(value, int)
    return bool(_CURRENCY.fullmatch(literal.currency or ""))


def _quote_faults(statement: Statement, document: Document | None) -> Iterator[tuple[str, str]]:
    start, end, quote = statement.start, statement.end, statement.quote
    if not quote.strip():
        yield "quote", "is empty"
    if not 0 <= start < end or end - start != len(quote):
        yield "quote", f"of {len(quote)} characters cannot stand at {start} to {end}"
    elif document is not None and document.body[start:end] != quote:
        yield "quote", f"is not what the document has at {start} to {end}"
    if document is not None and statement.document != document.id:
        yield "document", f"is {statement.document!r}, not {document.id!r}"


def _one_of(names: Iterable[str]) -> str:
    return " or ".join(names)
