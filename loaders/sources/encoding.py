"""Bytes to text: the encoding is found out, and what is no text at all is refused."""

from __future__ import annotations

import codecs
import re

from ontology.errors import UnreadableDocument

# The byte order marks, longest first: that of UTF-32 begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

# Encodings that reports in European languages are met in. A wider choice makes guesses worse, not better.
_CANDIDATES = ["cp1252", "latin_1", "cp1250", "cp1251", "mac_roman", "utf_16", "utf_16_le", "utf_16_be", "utf_32"]

_DECLARED = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_-]{2,40})""", re.IGNORECASE)
_SAMPLE = 200_000

# Control characters mean nothing in a report and act on a terminal, so each becomes one space: offsets stay.
_CONTROLS = dict.fromkeys([*range(9), 11, 12, *range(14, 32), *range(127, 160)], " ")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")

_KINDS = (
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"\xd0\xcf\x11\xe0", "an old Office document"),
    (b"{\\rtf", "an RTF document"),
    (b"\x1f\x8b", "a gzip file"),
    (b"PK\x03\x04", "a zip file"),
)


def decode(content: bytes, name: str) -> str:
    """The text in `content`, with every line end made `\\n` and every other control character a space.

    A byte order mark decides, then what a page declares, then UTF-8, and a guess comes last.
    """
    refuse_known_binary(content, name)
    text = _decoded(content)
    if text is None or len(_CONTROL.findall(text[:_SAMPLE])) > len(text[:_SAMPLE]) // 200:
        raise UnreadableDocument(
            f"{name}: binary data, not text", hint="give text (in UTF-8 at best), Markdown, HTML or PDF"
        )
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(_CONTROLS)


def refuse_known_binary(content: bytes, name: str) -> None:
    """Raise `UnreadableDocument` for the kinds of file that their first bytes give away."""
    for magic, kind in _KINDS:
        if content.startswith(magic):
            raise UnreadableDocument(f"{name}: {kind}, not a report", hint="give text, Markdown, HTML or PDF")


def _decoded(content: bytes) -> str | None:
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            # A file that was cut in mid-character is still mostly readable.
            return content[len(mark) :].decode(encoding, "replace")
    declared = _DECLARED.search(content[:4096])
    if declared and (text := _try(content, declared[1].decode("ascii"))) is not None:
        return text
    if (text := _try(content, "utf-8")) is not None:
        return text
    return _damaged_utf8(content) or _guessed(content)


def _try(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except (UnicodeDecodeError, LookupError, ValueError):
        return None


def _damaged_utf8(content: bytes) -> str | None:
    """UTF-8 with a few spoilt bytes, told from other encodings by its many sound characters beyond ASCII."""
    text = content.decode("utf-8", "replace")
    spoilt = text.count("\ufffd")
    sound = sum(ord(char) > 127 for char in text) - spoilt
    return text if sound > 10 * spoilt else None


def _guessed(content: bytes) -> str | None:
    from charset_normalizer import from_bytes  # noqa: PLC0415 - rarely needed, and slow to import

    best = from_bytes(content[:_SAMPLE], cp_isolation=_CANDIDATES).best()
    return _try(content, best.encoding) if best else None
