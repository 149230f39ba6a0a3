"""What each stage of reading did with a text, for `incidentgraph extract --explain`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ontology.statement import Document

if TYPE_CHECKING:
    from loaders.llm import Assistant


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
    for s in statements:
        target = s.object.to_json()
        yield f"{'statement':<12} | {s.confidence:.2f} {s.subject.name} {s.predicate} {target.get('name', target.get('value'))} ({s.modality}, {s.rule})"  # noqa: E501
