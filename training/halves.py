"""Which texts are learned from together, and which are held out."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

HELD_OUT = 40


def half_of(name: str) -> int:
    """Which half of the texts a text belongs to; what is learned from one half is judged on the other."""
    return zlib.crc32(name.encode()) % 2


def held_out(names: Sequence[str]) -> set[str]:
    """The texts that choose epochs and thresholds and show how sure we may be: every so many of `../shared/eval/train`.

    None of CASIE is among them, nor any of our own.
    """
    plain = sorted(n for n in names if n[:8].isdigit() and "casie" not in n)
    step = max(1, len(plain) // HELD_OUT)
    return set(plain[::step][:HELD_OUT])
