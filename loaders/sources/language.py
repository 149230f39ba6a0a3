"""Which language a text is in: English is read, and any other is named, not misread."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lingua import LanguageDetector

# Languages that reports are met in; a longer list costs memory and gains nothing, for all but English is refused.
_NAMES = (
    "ENGLISH FRENCH GERMAN SPANISH ITALIAN PORTUGUESE DUTCH POLISH CZECH ROMANIAN HUNGARIAN SWEDISH DANISH FINNISH "
    "TURKISH INDONESIAN VIETNAMESE RUSSIAN UKRAINIAN GREEK HEBREW ARABIC PERSIAN HINDI THAI CHINESE JAPANESE KOREAN"
)
_SAMPLE = 4_000
# Names make up most of a very short text, and a name is in no language.
_LETTERS = 60
_SURE = 0.9


def language_of(text: str) -> tuple[str, str]:
    """The language of a text as ISO 639-1 code and English name; English too where the text is too short to tell.

    >>> language_of("Das Werk steht seit Montag still, denn Unbekannte haben alle Systeme verschlüsselt.")
    ('de', 'German')
    """
    # The head decides: pages carry readers' comments and notices in other languages after their article.
    sample = text[:_SAMPLE]
    if sum(char.isalpha() for char in sample) < _LETTERS and sample.isascii():
        return "en", "English"
    best = next(iter(_detector().compute_language_confidence_values(sample)), None)
    if best is None or best.value < _SURE:
        return "en", "English"
    return best.language.iso_code_639_1.name.lower(), best.language.name.title()


@lru_cache(maxsize=1)
def _detector() -> LanguageDetector:
    from lingua import Language, LanguageDetectorBuilder  # noqa: PLC0415 - loads its models on first use

    languages = [getattr(Language, name) for name in _NAMES.split()]
    return LanguageDetectorBuilder.from_languages(*languages).with_low_accuracy_mode().build()
