"""What each stage of reading did with a text, for `incidentgraph extract --explain`."""

from __future__ import annotations

from collections.abc import Iterator

from ontology.statement import Document


def explain(document: Document) -> Iterator[str]:
    """One line a decision, `stage | what`, in the order of the stages, and the statements last."""
    # Imported here, for it brings in the language model, which most commands do without.
    from loaders.extraction import read_and_decide  # noqa: PLC0415

    reading, statements = read_and_decide(document)
    for stage, line in reading.trace:
        yield f"{stage:<12} | {line}"
    for s in statements:
        target = s.object.to_json()
        yield f"{'statement':<12} | {s.confidence:.2f} {s.subject.name} {s.predicate} {target.get('name', target.get('value'))} ({s.modality}, {s.rule})"  # noqa: E501
