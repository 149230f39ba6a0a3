"""Names as they are searched for: folded to plain words, with the acronyms that people make of them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_LONGEST_SHORT_FORM = 4
_SMALL_WORDS = frozenset({"of", "the", "and", "for", "de", "des", "du", "la", "le", "und", "der", "die"})


def folded(text: str) -> str:
    """The words of a text in lower case, without accents and signs.

    >>> folded("Crédit Agricole S.A."), folded("Lapsus$")
    ('credit agricole s a', 'lapsus')
    """
    plain = unicodedata.normalize("NFKD", text)
    kept = "".join(char for char in plain if not unicodedata.combining(char))
    return " ".join(re.findall(r"\w+", kept.casefold()))


def acronyms(name: str) -> tuple[str, ...]:
    """The short forms that people make of a name of several words: its initials, with and without small words.

    >>> acronyms("UK Export Finance"), acronyms("Bank of England")
    (('ukef',), ('boe', 'be'))
    """
    words = re.findall(r"\w+", name)
    if len(words) < 2:
        return ()
    main = [word for word in words if word.casefold() not in _SMALL_WORDS]
    return tuple(dict.fromkeys(folded("".join(map(_initial, some))) for some in (words, main) if len(some) > 1))


def _initial(word: str) -> str:
    return word if word.isupper() and len(word) <= _LONGEST_SHORT_FORM else word[0]


def search_text(names: Iterable[str]) -> str:
    """What the full-text index reads of an entity with these names, the first being its own."""
    listed = list(names)
    short = [form for name in listed for form in acronyms(name)]
    return "\n".join(dict.fromkeys([*map(folded, listed), *short]))
