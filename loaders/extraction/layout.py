"""First stage: paragraphs, and which of them are prose.

Headings, captions, bylines and "follow us" lines are marked: they may name things, but give no relations.
"""

from __future__ import annotations

import re

from loaders.extraction.reading import Block, Reading

MAX_BLOCK = 4000
_STRAIGHT = str.maketrans(
    {
        "’": "'",
        "‘": "'",
        "“": '"',
        "”": '"',
        "\t": " ",
        "\r": " ",
        "\n": " ",
        "\u00a0": " ",
        "\u202f": " ",
        "\u2028": " ",
        "*": " ",
        "`": " ",
    }
)
_LONE = re.compile("[\ud800-\udfff]")
_ENDS = re.compile(r"[.!?…:;\"'”’)\]]\s*$")
_LIST = re.compile(r"^\s*(?:[-*•–—▪]|\d{1,2}[.)])\s+")
_CAPTION = re.compile(
    r"^\W*(?:image|photo|picture|figure|fig\.|credit|source|caption|screenshot|getty|video|watch|listen)\b[^.]{0,80}"
    r"(?:credit|courtesy|by|via|:|$)|^_.*_$|\(BleepingComputer\)_?\s*$|^\W*(?:image|photo) credit",
    re.IGNORECASE,
)
_BOILERPLATE = re.compile(
    r"\b(?:follow (?:us|for|me|our)|subscribe|sign up|newsletter|read (?:more|also)|related (?:articles?|stories)|"
    r"click here|share this|all rights reserved|terms of (?:use|service)|cookie policy|advertisement|join (?:us|our)|"
    r"download (?:the|our)|register (?:now|for)|get the (?:report|guide)|comment(?:s)? below|learn more)\b",
    re.IGNORECASE,
)
_BYLINE = re.compile(
    r"^\s*(?:by|written by|posted by|author:?)\s+[A-Z][\w.'-]+(?:\s+[A-Z][\w.'-]+){0,3}\s*$|^(?:published|updated|"
    r"date)\b.{0,40}$",
    re.IGNORECASE,
)


def read_layout(reading: Reading) -> None:
    """Split the body into blocks of a kind each."""
    body = reading.document.body
    for start, end in _paragraphs(body):
        text = body[start:end]
        kind = _kind(text)
        for part_start, part_end in _pieces(text):
            part = _LONE.sub("?", text[part_start:part_end].translate(_STRAIGHT))
            reading.blocks.append(Block(start + part_start, start + part_end, kind, part))
    reading.explain("layout", (f"{b.kind:<11} {b.text[:90]}" for b in reading.blocks))


def _paragraphs(body: str) -> list[tuple[int, int]]:
    """Lines, joined where a hard wrap split a sentence: no full stop before it, no capital after it."""
    spans: list[tuple[int, int]] = []
    for match in re.finditer(r"[^\r\n]+", body):
        if not match[0].strip():
            continue
        if spans:
            start, end = spans[-1]
            gap = body[end : match.start()]
            joined = gap in ("\n", "\r\n") and not _ENDS.search(body[max(start, end - 3) : end])
            if joined and re.match(r"\s*[a-z(\d]", match[0]) and end - body.rfind("\n", 0, end) > 40:
                spans[-1] = (start, match.end())
                continue
        spans.append((match.start(), match.end()))
    return spans


def _pieces(text: str) -> list[tuple[int, int]]:
    """Parts of at most MAX_BLOCK characters, cut at a sentence's end or a space: parsing must stay linear."""
    pieces: list[tuple[int, int]] = []
    start = 0
    while len(text) - start > MAX_BLOCK:
        window = text[start : start + MAX_BLOCK]
        cut = max(window.rfind(". "), window.rfind("? "), window.rfind("! ")) + 1
        if cut < MAX_BLOCK // 4:
            cut = window.rfind(" ") + 1
        if cut < MAX_BLOCK // 4:
            cut = MAX_BLOCK
        pieces.append((start, start + cut))
        start += cut
    pieces.append((start, len(text)))
    return pieces


def _kind(text: str) -> str:
    line = text.strip()
    words = line.split()
    if _CAPTION.search(line) and len(words) < 30:
        return "caption"
    if _BYLINE.match(line):
        return "byline"
    if _BOILERPLATE.search(line) and len(words) < 30 and not re.search(r"[\"“]", line):
        return "boilerplate"
    if line.startswith("#") or (len(words) <= 12 and not _ENDS.search(line) and not _LIST.match(text)):
        return "heading"
    if _LIST.match(text):
        return "list"
    return "prose"
