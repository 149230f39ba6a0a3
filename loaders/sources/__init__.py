"""From files to documents: one module a format, each found by what a file holds, not by what it is called."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from loaders.sources.files import count, walk
from loaders.sources.formats import read_document
from loaders.sources.rawfile import RawFile
from ontology.errors import UnreadableDocument
from ontology.statement import Document

__all__ = ["RawFile", "count", "read", "read_bytes", "read_document", "walk"]


def read(path: str | Path) -> Iterator[Document | UnreadableDocument]:
    """Each report behind a path (file, folder, archive, `-`), or why one cannot be read; a bad one stops none."""
    for file in walk(path):
        yield file if isinstance(file, UnreadableDocument) else _document(file)


def read_bytes(name: str, content: bytes) -> Document:
    """One report from memory, an upload for instance; raises `UnreadableDocument`."""
    return read_document(RawFile(name, content))


def _document(file: RawFile) -> Document | UnreadableDocument:
    try:
        return read_document(file)
    except UnreadableDocument as error:
        return error
