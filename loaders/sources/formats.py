"""The formats that are read, most particular first, and the one way from a file to a `Document`."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from dataclasses import dataclass

from loaders.sources import html, markdown, pdf, text
from loaders.sources.archive import is_archive
from loaders.sources.language import language_of
from loaders.sources.metadata import iso_date
from loaders.sources.rawfile import RawFile
from ontology.errors import UnreadableDocument
from ontology.statement import Document

BODY_LENGTH = 2_000_000
_FORMATS_READ = "give text, Markdown, HTML or PDF"


@dataclass(frozen=True, slots=True)
class Format:
    """A format of reports: how its files are told from others, and how one is read."""

    name: str
    recognises: Callable[[RawFile], bool]
    read: Callable[[RawFile], Document]


FORMATS = (
    Format("pdf", pdf.recognises, pdf.read),
    Format("html", html.recognises, html.read),
    Format("markdown", markdown.recognises, markdown.read),
    Format("text", text.recognises, text.read),
)


def read_document(file: RawFile) -> Document:
    """The report that a file holds, or `UnreadableDocument` with the name of the file and the reason."""
    if not file.content.strip():
        raise UnreadableDocument(f"{file.name}: empty", hint="nothing to read")
    if is_archive(file.content[:512]):
        raise UnreadableDocument(f"{file.name}: an archive within an archive", hint="unpack it first")
    if not pdf.recognises(file):
        _refuse_data(file)
    document = next(each for each in FORMATS if each.recognises(file)).read(file)
    if not any(char.isalpha() for char in document.body):
        raise UnreadableDocument(f"{file.name}: no words in it", hint=_FORMATS_READ)
    if len(document.body) > BODY_LENGTH:
        raise UnreadableDocument(f"{file.name}: over {BODY_LENGTH:,} characters of text", hint="split it")
    code, language = language_of(document.body)
    if code != "en":
        raise UnreadableDocument(f"{file.name}: in {language}; only English is read", hint="load a translation")
    # Feeds name their files by date, and relative dates in a text need one to start from.
    dated = document.published_on or iso_date(file.stem[:10] if file.stem[4:5] == "-" else file.stem[:8])
    return dataclasses.replace(document, language=code, published_on=dated)


def _refuse_data(file: RawFile) -> None:
    """JSON and XML are text too, but no reports: reading them as prose would make nonsense of them."""
    start = file.text.lstrip()[:200]
    if start.startswith(("{", "[")):
        try:
            json.loads(file.text)
        except RecursionError:
            pass
        except ValueError:
            if start.startswith("[") or '"' not in start:
                return
        raise UnreadableDocument(f"{file.name}: JSON, not a report", hint=_FORMATS_READ)
    if start.startswith("<?xml") and not html.recognises(file):
        raise UnreadableDocument(f"{file.name}: XML, not a report", hint=_FORMATS_READ)
