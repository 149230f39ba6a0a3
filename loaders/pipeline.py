"""From files to statements: what the rooms of `loaders` do one after the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from loaders.sources import RawFile, read_document, walk
from ontology.errors import IncidentGraphError, UnreadableDocument
from ontology.statement import Document, Statement

if TYPE_CHECKING:
    from loaders.llm import Assistant


@dataclass(frozen=True, slots=True)
class LoadedDocument:
    """A document and all that it says; `notes` tell what a language model that was to read it too left undone."""

    document: Document
    statements: tuple[Statement, ...]
    notes: tuple[str, ...] = ()


def extract(document: Document, *, minimum: float | None = None, assistant: Assistant | None = None) -> list[Statement]:
    """What a document says, as statements with their evidence; `minimum` is the least confidence they must have.

    With an assistant a language model reads it too.
    """
    return list(understand(document, minimum=minimum, assistant=assistant).statements)


def understand(
    document: Document, *, minimum: float | None = None, assistant: Assistant | None = None
) -> LoadedDocument:
    """A document with what it says, and with what kept an assistant from doing its part."""
    if assistant is not None:
        second = assistant.read(document, minimum=minimum)
        return LoadedDocument(document, tuple(second.statements), second.notes)
    # Imported here, for it brings in spaCy, which most commands do without.
    from loaders.extraction import extract as extract_statements  # noqa: PLC0415

    return LoadedDocument(document, tuple(extract_statements(document, minimum=minimum)))


def load_path(
    path: str | Path, *, workers: int = 1, assistant: Assistant | None = None
) -> Iterator[LoadedDocument | UnreadableDocument]:
    """Each report behind a path with its statements, or why it cannot be read; a bad one never stops the others."""
    return load_paths([path], workers=workers, assistant=assistant)


def load_paths(
    paths: Iterable[str | Path], *, workers: int = 1, assistant: Assistant | None = None
) -> Iterator[LoadedDocument | UnreadableDocument]:
    """The same for several paths; with more than one worker by as many processes, in the same order."""
    files = chain.from_iterable(map(walk, paths))
    if workers == 1:
        for file in files:
            yield file if isinstance(file, UnreadableDocument) else load_file(file, assistant)
        return
    from loaders.workers import load_files  # noqa: PLC0415 - it imports this module

    yield from load_files(files, workers, assistant.settings if assistant else None)


def load_file(file: RawFile, assistant: Assistant | None = None) -> LoadedDocument | UnreadableDocument:
    """One report with its statements, or why it cannot be read."""
    try:
        document = read_document(file)
    except UnreadableDocument as error:
        return error
    return _loaded(document, assistant)


def _loaded(document: Document, assistant: Assistant | None) -> LoadedDocument | UnreadableDocument:
    try:
        return understand(document, assistant=assistant)
    except IncidentGraphError as error:
        return UnreadableDocument(f"{document.source}: {error.message}", hint=error.hint)
    except Exception as error:
        # Whatever one strange text brings about, the other ten thousand are still to be read.
        failure = UnreadableDocument(
            f"{document.source}: reading it failed with {type(error).__name__}: {error}",
            hint="extract it alone with INCIDENTGRAPH_DEBUG=1 to see where, and report it as a bug",
        )
        failure.__cause__ = error
        return failure
