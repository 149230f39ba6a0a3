"""Which language a text is in: English is read, and any other is named, not misread."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lingua import LanguageDetector

# Languages that reports are met in; a longer list costs memory and gains nothing, for all but English is refused.
_NAMES = (
    "ENGLISH FRENCH GERMAN SPANISH CATALAN ITALIAN PORTUGUESE DUTCH POLISH CZECH SLOVAK CROATIAN ROMANIAN HUNGARIAN "
    "SWEDISH DANISH BOKMAL FINNISH TURKISH INDONESIAN VIETNAMESE RUSSIAN UKRAINIAN BULGARIAN SERBIAN GREEK HEBREW "
    "ARABIC PERSIAN HINDI THAI CHINESE JAPANESE KOREAN"
)
_CALLED = {"Bokmal": "Norwegian"}
_SAMPLE = 4_000
# Names make up most of a very short text, and a name is in no language.
_LETTERS = 60
_WORDS_LETTERS = 12
# English is not refused while it is thinkable.
_THINKABLE = 0.05
_QUOTED = re.compile(r'[“"„«][^“”"„«»\n]{0,600}[”"“»]')
_WORD = re.compile(r"[^\W\d_][\w'’-]*")


def language_of(text: str) -> tuple[str, str]:
    """The language of a text as ISO 639-1 code and English name; English too where the text is too short to tell.

    >>> language_of("Das Werk steht seit Montag still, denn Unbekannte haben alle Systeme verschlüsselt.")
    ('de', 'German')
    """
    # The head decides: pages carry readers' comments and notices in other languages after their article.
    sample = text[:_SAMPLE]
    own = _own_words(sample)
    if _letters(own) >= _WORDS_LETTERS:
        sample = own
    elif _letters(sample) < _LETTERS and sample.isascii():
        return "en", "English"
    chances = _detector().compute_language_confidence_values(sample)
    english = next((each.value for each in chances if each.language.name == "ENGLISH"), 1.0)
    if not chances or english >= _THINKABLE:
        return "en", "English"
    best = chances[0].language
    name = best.name.title()
    return best.iso_code_639_1.name.lower(), _CALLED.get(name, name)


def _own_words(text: str) -> str:
    """The words that are neither names nor said by others: English texts are full of foreign ones of both."""
    return " ".join(word for word in _WORD.findall(_QUOTED.sub(" ", text)) if not word[0].isupper())


def _letters(text: str) -> int:
    return sum(char.isalpha() for char in text)


@lru_cache(maxsize=1)
def _detector() -> LanguageDetector:
    from lingua import Language, LanguageDetectorBuilder  # noqa: PLC0415 - loads its models on first use

    languages = [getattr(Language, name) for name in _NAMES.split()]
    return LanguageDetectorBuilder.from_languages(*languages).with_low_accuracy_mode().build()
