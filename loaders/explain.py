"""What each stage of reading did with a text, for `incidentgraph extract --explain`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ontology.statement import Document, Entity, Statement

if TYPE_CHECKING:
    from loaders.llm import Assistant

_SHOWN = 100


def explain(document: Document, *, assistant: Assistant | None = None) -> Iterator[str]:
    """One line a decision, `stage | what`, in the order of the stages, and the statements last."""
    # Imported here, for it brings in spaCy, which most commands do without.
    from loaders.extraction import read_and_decide  # noqa: PLC0415

    if assistant is None:
        reading, statements = read_and_decide(document)
    else:
        second = assistant.read(document)
        reading, statements = second.reading, second.statements
    for stage, line in reading.trace:
        yield f"{stage:<12} | {line}"
    for statement in statements:
        yield f"{'statement':<12} | {_told(statement)}"


def _told(statement: Statement) -> str:
    """A statement in one line, with where it stands."""
    target = statement.object.name if isinstance(statement.object, Entity) else statement.object.text
    how = statement.modality.value + (f" by {statement.speaker.name}" if statement.speaker else "")
    role = f" as {statement.role}" if statement.role else ""
    quote = " ".join(statement.quote.split())
    shown = quote if len(quote) <= _SHOWN else quote[: _SHOWN - 1] + "…"
    return (
        f"{statement.confidence:.2f} {statement.subject.name} {statement.predicate} {' '.join(target.split())}{role} "
        f"({how}; {statement.rule}) {statement.start}-{statement.end} {shown}"
    )
