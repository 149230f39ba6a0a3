"""Plain text: the body is the whole file, header lines and all, so that offsets are offsets into the file."""

from __future__ import annotations

from loaders.sources import metadata
from loaders.sources.rawfile import RawFile
from ontology.statement import Document


def recognises(file: RawFile) -> bool:
    """Whatever is text and nothing more particular is plain text."""
    return bool(file.text)


def read(file: RawFile) -> Document:
    """A text with header lines (`TITLE:`, `DATE:`, `PUBLISHER:`, `URL:`, `MARKING:`), or its title as first line."""
    found, end = metadata.header(file.text, file.name)
    rest = file.text[end:]
    return Document(
        body=file.text,
        title=found.title or metadata.heading(rest),
        url=found.url,
        publisher=found.publisher,
        published_on=found.published_on,
        marking=metadata.stricter(found.marking, rest),
        source=file.name,
    )
