"""Elements of SVG, with every text made harmless: it comes from documents."""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

from store.rendering import visible

FONT = "Source Sans Pro, Source Sans 3, Helvetica, Arial, sans-serif"
INK, QUIET, LINE, ACCENT, PAPER = "#1d2129", "#555d6b", "#8a909a", "#a52f28", "#ffffff"
_WIDTHS = {
    char: width
    for chars, width in (("ijlI.,:;'’|! ", 0.26), ("frt()-/", 0.34), ("sczJ", 0.43), ("wMW@%—", 0.8), ("m", 0.83))
    for char in chars
}
"""Widths of the letters that are narrower or wider than most, in parts of the size."""
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def element(tag: str, *children: str, **attributes: object) -> str:
    """One element; an underscore in an attribute's name stands for a hyphen, and None leaves it out."""
    pairs = "".join(
        f" {name.replace('_', '-')}={quoteattr(_number(value))}"
        for name, value in attributes.items()
        if value is not None
    )
    return f"<{tag}{pairs}>{''.join(children)}</{tag}>" if children else f"<{tag}{pairs}/>"


def text(words: str, x: float, y: float, size: float, *, anchor: str = "start", **attributes: object) -> str:
    """A line of text with a halo of paper, so that it can be read over lines."""
    halo = {"paint_order": "stroke", "stroke": PAPER, "stroke_width": size / 4, "stroke_linejoin": "round"}
    return element(
        "text", plain(words), x=x, y=y, font_size=size, text_anchor=anchor, **({"fill": INK} | halo | attributes)
    )


def plain(words: str) -> str:
    """Text that XML can hold and that acts on nothing."""
    return escape(_NOT_XML.sub("\ufffd", visible(words)))


def width_of(words: str, size: float) -> float:
    """About how wide a text is in the fonts above; wide scripts count double."""
    return size * sum(
        _WIDTHS.get(char, 0.56 if char.isupper() else 0.5) if ord(char) < 0x2E80 else 0.95 for char in words
    )


def cut(words: str, most: int) -> str:
    """The words, or as many letters of them as there is room for."""
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"


def lines_of(words: str, *, most: int = 22, lines: int = 3) -> list[str]:
    """A name in lines of at most `most` characters, cut after `lines` of them."""
    found: list[str] = []
    for word in words.split():
        while found and len(found[-1]) + 1 + len(word) <= most:
            found[-1] += " " + word
            break
        else:
            found.append(word if len(word) <= most else word[: most - 1] + "…")
        if len(found) > lines:
            return [*found[: lines - 1], found[lines - 1].rstrip(".,;") + "…"]
    return found or ["?"]


def drawing(parts: Iterable[str], width: float, height: float) -> str:
    """The whole file, on white paper."""
    ground = element("rect", width=width, height=height, fill=PAPER)
    whole = element(
        "svg",
        ground,
        *parts,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {_number(width)} {_number(height)}",
        width=width,
        height=height,
        font_family=FONT,
    )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{whole}\n'


def _number(value: object) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
