"""Where words stand in a text, whatever its white space, quotation marks, dashes, accents and capitals."""

from __future__ import annotations

import re
import unicodedata
from array import array
from bisect import bisect_left

_SAME = str.maketrans(dict.fromkeys("‘’‚‛′`´", "'") | dict.fromkeys("“”„‟″«»", '"') | dict.fromkeys("‐‑‒–—―−", "-"))
_OUTER = " \"'.,;:…"


def _folded(char: str) -> str:
    """A character as it is compared: nothing where it is an accent or has no width."""
    if char.isascii():
        return char.lower()
    plain = unicodedata.normalize("NFKD", char.translate(_SAME)).translate(_SAME).casefold()
    return "".join(c for c in plain if unicodedata.category(c) not in {"Mn", "Cf"})


class Aligner:
    """One text, folded once, with the way back from each folded character."""

    def __init__(self, text: str) -> None:
        pieces: list[str] = []
        self._back = array("L")
        space = True
        for position, char in enumerate(text):
            if char.isspace():
                if not space:
                    pieces.append(" ")
                    self._back.append(position)
                space = True
                continue
            folded = _folded(char)
            pieces.append(folded)
            self._back.extend([position] * len(folded))
            space = space and not folded
        self._text = "".join(pieces)

    def find(self, words: str, within: tuple[int, int] | None = None, *, whole: bool = False) -> tuple[int, int] | None:
        """Where words stand first, in the whole text or between two of its offsets; `whole` takes no part of a word."""
        for wanted in dict.fromkeys((fold(words), fold(words).strip(_OUTER))):
            if not wanted:
                continue
            low, high = (bisect_left(self._back, edge) for edge in within) if within else (0, len(self._text))
            while (at := self._text.find(wanted, low, high)) >= 0:
                if not whole or self._is_whole(at, at + len(wanted)):
                    return self._back[at], self._back[at + len(wanted) - 1] + 1
                low = at + 1
        return None

    def _is_whole(self, start: int, end: int) -> bool:
        before, after = self._text[start - 1 : start], self._text[end : end + 1]
        inside = self._text[start], self._text[end - 1]
        return not (before.isalnum() and inside[0].isalnum()) and not (after.isalnum() and inside[1].isalnum())


def fold(text: str) -> str:
    """Words as they are compared."""
    return re.sub(r"\s+", " ", "".join(c if c.isspace() else _folded(c) for c in text)).strip()
