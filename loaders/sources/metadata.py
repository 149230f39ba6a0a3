"""What a report says of itself: title, date, publisher, address and marking, from whatever carries them."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from ontology.errors import UnreadableDocument
from ontology.statement import Document, Marking

# The names under which header lines, front matter and meta tags carry each of the five.
_NAMES = {
    "title": ("title", "headline", "subject"),
    "published_on": ("date", "published", "published on", "publication date", "pubdate"),
    "publisher": ("publisher", "source", "site", "sitename", "outlet"),
    "url": ("url", "link", "permalink", "canonical"),
    "marking": ("marking", "tlp", "classification"),
}
_FIELDS = {name: field for field, names in _NAMES.items() for name in names}

_HEADER_LINE = re.compile(r"([A-Za-z][A-Za-z _-]{0,24}):[ \t]*(.*)")
_MARKING = re.compile(
    r"\bTLP(?:\s*[:\u2010-\u2015-]\s*|\s+(?=[A-Z+]{3}))(RED|AMBER\s*\+\s*STRICT|AMBER|GREEN|CLEAR|WHITE)\b",
    re.IGNORECASE,
)
_BANNER = re.compile(r"\W*(?:(?:marking|classification|handling|distribution|sharing)\s*:?\s*)?", re.IGNORECASE)
_BANNER_LENGTH = 60
_BANNERS_ABOVE, _BANNERS_BELOW = 30, 10
"""How many lines at the head and the foot of a text are looked at for a marking."""
_TITLE_LENGTH = 160

_DAY = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})(?!\d)")
_MONTH_OR_YEAR = re.compile(r"\d{4}(-\d{2})?")
_WRITTEN_DAY = ("%d %B %Y", "%d %b %Y", "%B %d %Y", "%b %d %Y", "%Y/%m/%d")
_WRITTEN_MONTH = ("%B %Y", "%b %Y")


@dataclass(frozen=True, slots=True)
class Metadata:
    """The five things that a report may say of itself, each as a `Document` keeps it."""

    title: str = ""
    published_on: str | None = None
    publisher: str | None = None
    url: str | None = None
    marking: Marking | None = None

    def or_else(self, other: Metadata) -> Metadata:
        """This one, its gaps filled from `other`."""
        return Metadata(
            self.title or other.title,
            self.published_on or other.published_on,
            self.publisher or other.publisher,
            self.url or other.url,
            self.marking or other.marking,
        )


def from_pairs(pairs: Mapping[str, object], name: str) -> Metadata:
    """Metadata from named values; unknown names are passed over, and the first of two that mean the same holds.

    >>> from_pairs({"Headline": "A plant stops", "date": "20250901"}, "a.txt").published_on
    '2025-09-01'
    """
    found: dict[str, str] = {}
    for key, value in pairs.items():
        field = _FIELDS.get(key.strip().lower().replace("_", " "))
        if field and value not in (None, "") and isinstance(value, str | int | float | date):
            found.setdefault(field, one_line(str(value)))
    return Metadata(
        title=found.get("title", ""),
        published_on=iso_date(found.get("published_on", "")),
        publisher=found.get("publisher"),
        url=web_address(found.get("url", "")),
        marking=marking(found["marking"], name) if "marking" in found else None,
    )


def header(text: str, name: str) -> tuple[Metadata, int]:
    """The metadata in the header lines that open a text, and the offset at which they end (0: there are none).

    >>> header("TITLE: A plant stops\\nDATE: 20250901\\n\\nThe plant stopped.", "a.txt")[1]
    36
    """
    pairs: dict[str, str] = {}
    end = 0
    for line in text.splitlines(keepends=True):
        match = _HEADER_LINE.fullmatch(line.rstrip("\n"))
        if not match or (not pairs and match[1].strip().lower() not in _FIELDS):
            break
        pairs.setdefault(match[1], match[2].strip())
        end += len(line)
    return from_pairs(pairs, name), end


def document(found: Metadata, title: str, paragraphs: list[str], source: str) -> Document:
    """A report of paragraphs, a blank line between them, which begins with its title; it says `found` of itself."""
    repeated = not title or not paragraphs or title in paragraphs[:3]
    body = "\n\n".join(paragraphs if repeated else [title, *paragraphs])
    return Document(
        body=body,
        title=title or heading(body),
        url=found.url,
        publisher=found.publisher,
        published_on=found.published_on,
        marking=stricter(found.marking, body),
        source=source,
    )


def heading(text: str) -> str:
    """The first line that holds something, cut to the length of a title."""
    first = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return textwrap.shorten(first, _TITLE_LENGTH, placeholder="…")


def marking(value: str, name: str) -> Marking:
    """The TLP marking that a label states; a label that is none is refused, for to guess would be to leak."""
    label = re.sub(r"\s+", "", value).upper()
    label = label if label.startswith("TLP:") else f"TLP:{label}"
    try:
        return Marking("TLP:CLEAR" if label == "TLP:WHITE" else label)
    except ValueError:
        known = ", ".join(Marking)
        raise UnreadableDocument(f"{name}: unknown marking {value[:40]!r}", hint=f"one of {known}") from None


def stricter(stated: Marking | None, text: str) -> Marking:
    """The marking of a document: what is stated of it or what a banner in its text says, whichever is the stricter."""
    return max((each for each in (stated, banner(text), Marking.CLEAR) if each), key=lambda each: each.rank)


def banner(text: str) -> Marking | None:
    """The strictest TLP marking among the lines at the head and the foot of a text that are banners.

    A banner is short, or begins with the marking: a sentence that speaks of a marking does not mark its text.

    >>> banner("TLP-AMBER: for members of the circle, on a need-to-know basis\\n\\nA plant stopped.")
    <Marking.AMBER: 'TLP:AMBER'>
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    edges = lines[:_BANNERS_ABOVE] + lines[_BANNERS_ABOVE:][-_BANNERS_BELOW:]
    found = [
        marking(f"TLP:{match[1]}", "")
        for line in edges
        for match in _MARKING.finditer(line[:400])
        if len(line) <= _BANNER_LENGTH or _BANNER.fullmatch(line[: match.start()])
    ]
    return max(found, key=lambda each: each.rank, default=None)


def iso_date(value: str) -> str | None:
    """A date as ISO 8601 at the grain that it is written at, or None where it cannot be told.

    >>> iso_date("20250929"), iso_date("2022-01-21T15:22:01+00:00"), iso_date("September 2025"), iso_date("04/05/25")
    ('2025-09-29', '2022-01-21', '2025-09', None)
    """
    value = re.sub(r"(?<=\d)(st|nd|rd|th)\b", "", value.strip()).replace(",", "")
    try:
        if match := _DAY.match(value):
            return date(int(match[1]), int(match[2]), int(match[3])).isoformat()
        if _MONTH_OR_YEAR.fullmatch(value):
            return value
    except ValueError:
        return None
    for forms, grain in ((_WRITTEN_DAY, "%Y-%m-%d"), (_WRITTEN_MONTH, "%Y-%m")):
        for form in forms:
            try:
                return datetime.strptime(value, form).strftime(grain)
            except ValueError:
                continue
    try:
        return parsedate_to_datetime(value).date().isoformat()
    except (TypeError, ValueError):
        return None


def web_address(value: str) -> str | None:
    """The value where it is an http(s) address; others, `javascript:` among them, are dropped."""
    try:
        parts = urlsplit(value)
    except ValueError:
        return None
    return value if parts.scheme in ("http", "https") and parts.netloc else None


def one_line(value: str) -> str:
    """The value with all white space made single blanks."""
    return " ".join(value.split())
