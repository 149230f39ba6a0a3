"""Names as they are searched for: folded to plain words, with the acronyms that people make of them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_LONGEST_SHORT_FORM = 4
_SMALL_WORDS = _words("of the and for de des du la le und der die")
_INNER_WORDS = _SMALL_WORDS | _words("in on at to by an da do del di den van von y e &")
_DETERMINERS = _words(
    """
    a an the this that these those its his her their our my your it he she they we who whose what which some any no
    every each all both another other one two three four five several many most few same such
    """
)
_COMMON = _words(
    """
    affiliates agency airline attackers authorities bank brand business carmaker chairman company customers employees
    firm gang government group hackers insurers intruders investigators management manufacturer minister ministers
    officials operator organisation organization police regulator researchers retailer spokesman spokesperson
    spokeswoman staff subsidiary supplier suppliers victim victims
    """
)


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


def is_proper(text: str) -> bool:
    """Whether a mention is a name, and not a description that holds in its own text alone.

    A name begins with no article, pronoun or number word, is no common noun that merely begins a sentence, and has a
    capital or a digit in every word but the small ones. "The Guardian" is lost by that, "Guardian" is not.

    >>> [is_proper(text) for text in ("JLR", "Bank of England", "eBay", "T1486", "the NCSC", "The company", "Company")]
    [True, True, True, True, False, False, False]
    >>> [is_proper(text) for text in ("brewer", "Acme spokesperson", "chief executive", "Three attacks", "株式会社")]
    [False, False, False, False, True]
    """
    words = text.split()
    if not words or words[0].casefold() in _DETERMINERS or text.casefold() in _COMMON:
        return False
    marked = [_is_marked(word) for word in words if word.casefold() not in _INNER_WORDS]
    return bool(marked) and all(marked)


def _is_marked(word: str) -> bool:
    """A capital or digit, or letters of a script that has no capitals."""
    return any(char.isupper() or char.isdigit() for char in word) or word == word.upper()


def search_text(names: Iterable[str]) -> str:
    """What the full-text index reads of an entity with these names, the first being its own."""
    listed = list(names)
    short = [form for name in listed for form in acronyms(name)]
    return "\n".join(dict.fromkeys([*map(folded, listed), *short]))
