"""PDF: the text of each page in order, with lines joined into paragraphs again."""

from __future__ import annotations

import io
import logging
import re
import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from loaders.sources import metadata
from loaders.sources.rawfile import RawFile
from ontology.errors import IncidentGraphError, UnreadableDocument
from ontology.statement import Document

if TYPE_CHECKING:
    from pypdf import PageObject, PdfReader

_PAGES = 2_000
_TEXT = 2_000_000
_SECONDS = 60.0
# A line shorter than this share of the widest one ends its paragraph.
_FULL_LINE = 0.6


def recognises(file: RawFile) -> bool:
    """By the mark that a PDF has among its first bytes."""
    return b"%PDF-" in file.content[:1024]


def read(file: RawFile) -> Document:
    """The text of a PDF; an encrypted, truncated or scanned one is refused with the reason."""
    # The library warns of every flaw that it mends, on the user's terminal.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    from pypdf import PdfReader  # noqa: PLC0415 - slow to import, and not needed for other formats

    try:
        reader = PdfReader(io.BytesIO(file.content))
        _open(reader, file.name)
        info = {key.removeprefix("/").lower(): str(value) for key, value in (reader.metadata or {}).items()}
        pages = list(_pages(reader.pages, file.name))
    except IncidentGraphError:
        raise
    except Exception as error:  # a hostile PDF raises whatever the parser did not foresee
        reason = f"{type(error).__name__}: {error}"[:120]
        raise UnreadableDocument(
            f"{file.name}: a damaged or truncated PDF ({metadata.one_line(reason)})", hint="fetch it again"
        ) from error
    paragraphs = [paragraph for page in pages for paragraph in _paragraphs(page)]
    if not paragraphs:
        raise UnreadableDocument(f"{file.name}: a PDF without text", hint="a scan must be put through OCR first")
    body = "\n\n".join(paragraphs)
    found, _ = metadata.header(body, file.name)
    return Document(
        body=body,
        title=found.title or metadata.one_line(info.get("title", "")) or metadata.heading(body),
        url=found.url,
        publisher=found.publisher,
        published_on=found.published_on or _info_date(info.get("creationdate", "")),
        marking=metadata.stricter(found.marking, body),
        source=file.name,
    )


def _open(reader: PdfReader, name: str) -> None:
    """Many PDFs are encrypted with no password at all, only to forbid printing; those open."""
    from pypdf import PasswordType  # noqa: PLC0415 - as above

    if reader.is_encrypted and reader.decrypt("") == PasswordType.NOT_DECRYPTED:
        raise UnreadableDocument(f"{name}: an encrypted PDF", hint="save it without its password")


def _pages(pages: Iterable[PageObject], name: str) -> Iterator[str]:
    """The raw text of each page, as long as the bounds on pages, text and time hold."""
    deadline = time.monotonic() + _SECONDS
    total = 0
    for number, page in enumerate(pages, 1):
        text = page.extract_text()
        total += len(text)
        if number > _PAGES or total > _TEXT or time.monotonic() > deadline:
            raise UnreadableDocument(f"{name}: too long a PDF, stopped at page {number}", hint="split it")
        yield text


def _paragraphs(page: str) -> Iterator[str]:
    """A page's lines joined into paragraphs: a blank or a short line ends one, a hyphen at a line's end is undone."""
    lines = [metadata.one_line(line) for line in page.encode("utf-8", "replace").decode().splitlines()]
    width = max(map(len, lines), default=0) * _FULL_LINE
    parts: list[str] = []
    for line in [*lines, ""]:
        if line:
            parts.append(line)
        if parts and len(line) < width:
            yield re.sub(r"(?<=[a-z])- (?=[a-z])", "", " ".join(parts))
            parts = []


def _info_date(value: str) -> str | None:
    """The day in a PDF date such as `D:20250929101500+01'00'`."""
    return metadata.iso_date(value.removeprefix("D:")[:8])
