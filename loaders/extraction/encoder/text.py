"""Text as the encoder sees it: words with offsets, sentences, windows, and the spans that rules can find."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from loaders.extraction import values

WORD = re.compile(r"[^\W_]+|[^\s\w]|_+")
_SENTENCE_END = re.compile(r"[.!?]+[\"”’')\]]*\s+(?=[\"“‘'(\[]?[A-Z0-9À-Ý])|\s*\n\s*")
_ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|Sen|Rep|Gov|Gen|Lt|Col|Sgt|Capt|St|Jr|Sr|vs|Inc|Ltd|Corp|Co|No|Jan|Feb|Mar|Apr|Jun|Jul"
    r"|Aug|Sept?|Oct|Nov|Dec|U\.S|U\.K|[A-Z])|e\.g|i\.e|a\.m|p\.m)\.$"
)
_CVE = re.compile(r"\bCVE-\d{4}-\d{4,7}\b", re.IGNORECASE)
_PRONOUN = re.compile(r"\b(?:he|she|they|it|we|i|who)\b", re.IGNORECASE)
_NAME = re.compile(
    r"\b[A-Z0-9À-Ý][\w.'’-]*[\w$!](?:(?: (?:of|and|the|for|de|&) | & |[ -])[A-Z0-9À-Ý][\w.'’-]*[\w$!])*|\b[A-Z]{2,}\b"
)
_FIRST_WORD = re.compile(r"[\w’']+")
_STARTERS = frozenset(
    [
        "a",
        "an",
        "and",
        "as",
        "at",
        "after",
        "according",
        "also",
        "although",
        "all",
        "any",
        "because",
        "before",
        "both",
        "but",
        "by",
        "during",
        "each",
        "even",
        "every",
        "few",
        "first",
        "for",
        "from",
        "he",
        "her",
        "his",
        "how",
        "however",
        "i",
        "if",
        "in",
        "it",
        "its",
        "just",
        "last",
        "many",
        "meanwhile",
        "more",
        "most",
        "my",
        "no",
        "not",
        "now",
        "of",
        "on",
        "once",
        "one",
        "only",
        "other",
        "our",
        "over",
        "she",
        "since",
        "so",
        "some",
        "such",
        "that",
        "the",
        "their",
        "then",
        "there",
        "these",
        "they",
        "this",
        "those",
        "though",
        "to",
        "two",
        "under",
        "until",
        "up",
        "we",
        "what",
        "when",
        "where",
        "which",
        "while",
        "who",
        "why",
        "with",
        "you",
        "your",
    ]
)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of text and what kind of thing stands there."""

    start: int
    end: int
    kind: str


def words(text: str) -> list[tuple[int, int]]:
    """Offsets of every word and every sign; hyphens and apostrophes stand alone, so that any span has word borders."""
    return [match.span() for match in WORD.finditer(text)]


def case_flag(word: str) -> int:
    """How a word is written: 0 sign, 1 lower, 2 title, 3 upper, 4 mixed, 5 with digits."""
    if not word[0].isalnum():
        return 0
    if any(c.isdigit() for c in word):
        return 5
    if word.islower():
        return 1
    if len(word) > 1 and word.isupper():
        return 3
    return 2 if word[0].isupper() and (len(word) == 1 or word[1:].islower()) else 4


CASE_FLAGS = 6


def sentences(text: str, offsets: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Sentences as ranges of words."""
    cuts = [
        m.end()
        for m in _SENTENCE_END.finditer(text)
        if "\n" in m.group() or not _ABBREVIATION.search(text, max(0, m.start() - 5), m.start() + 1)
    ]
    found: list[tuple[int, int]] = []
    first = word = 0
    for cut in [*cuts, len(text) + 1]:
        while word < len(offsets) and offsets[word][0] < cut:
            word += 1
        if word > first:
            found.append((first, word))
        first = word
    return found


def windows(
    ranges: Sequence[tuple[int, int]], pieces: Sequence[int], budget: int, first: int | None = None
) -> list[tuple[int, int]]:
    """Runs of whole sentences of at most `budget` word pieces; a sentence longer than that is cut.

    `pieces` has the number of pieces of each word; `first` is the budget of the first window, which moves all borders.
    """
    found: list[tuple[int, int]] = []
    start = end = size = 0
    limit = first or budget
    for low, high in ranges:
        length = sum(pieces[low:high])
        if size and size + length > limit:
            found.append((start, end))
            start, size, limit = low, 0, budget
        if not size:
            start = low
        if length > budget:
            cut = low
            for word in range(low, high):
                if size + pieces[word] > budget and word > start:
                    found.append((start, word))
                    start, size = word, 0
                size += pieces[word]
                cut = word + 1
            end = cut
            continue
        size += length
        end = high
    if size:
        found.append((start, end))
    return found


def rule_spans(text: str, published: str | None) -> list[Span]:
    """Dates, money, counts, pronouns, CVE numbers and capitalised names, as training and reading both see them."""
    spans = [Span(v.start, v.end, "Money") for v in values.money(text)]
    spans += [Span(v.start, v.end, "Date") for v in values.dates(text, published or "2020-01-01")]
    taken = _Taken(spans)
    numbers = (Span(v.start, v.end, "Number") for v in values.counts(text))
    spans += [s for s in numbers if not taken.overlaps(s.start, s.end)]
    spans += [Span(*m.span(), "Vulnerability") for m in _CVE.finditer(text)]
    taken = _Taken(spans)
    spans += [Span(*m.span(), "Pronoun") for m in _PRONOUN.finditer(text) if not m[0].isupper() or m[0] == "I"]
    names = ((taken.after(a, b), b) for a, b in _names(text))
    spans += [Span(a, b, "Name") for a, b in names if b - a > 1 and not taken.overlaps(a, b)]
    return sorted(spans, key=lambda s: (s.start, s.end))


class _Taken:
    """Where spans lie already."""

    def __init__(self, spans: Sequence[Span]) -> None:
        ordered = sorted((s.start, s.end) for s in spans)
        self._starts = [a for a, _ in ordered]
        self._ends = list(accumulate((b for _, b in ordered), max))

    def overlaps(self, start: int, end: int) -> bool:
        at = bisect_left(self._starts, end)
        return at > 0 and self._ends[at - 1] > start

    def after(self, start: int, end: int) -> int:
        """Where the stretch begins once a span that it begins with, and the space after that, are left out."""
        at = bisect_left(self._starts, end)
        if at > 0 and start < self._ends[at - 1] < end - 1:
            return self._ends[at - 1] + 1
        return start


def _names(text: str) -> Iterator[tuple[int, int]]:
    for match in _NAME.finditer(text):
        start, end = match.span()
        first = _FIRST_WORD.match(text, start, end)
        if first and (first[0].lower() in _STARTERS or first[0].isdigit()):
            start = first.end()
            while start < end and not text[start].isalnum():
                start += 1
            if start < end and not (text[start].isupper() or text[start].isdigit()):
                continue
        if text[start:end].endswith(("'s", "’s")):
            end -= 2
        if end - start >= 2 and any(c.isupper() for c in text[start:end]):
            yield start, end
