"""What the parse makes of a stretch of text that the encoder has marked: borders at words, around a noun."""

from __future__ import annotations

from spacy.tokens import Span, Token

from loaders.extraction.reading import Record, Sentence

_NOUNS = frozenset({"NOUN", "PROPN"})
_INNER = frozenset({"compound", "amod", "nmod", "nummod"})
_EDGES = frozenset({"AUX", "CCONJ", "SCONJ", "ADP", "PUNCT", "VERB", "ADV", "PART"})
_IN_OFFICE = frozenset(
    {"be", "become", "serve", "work", "join", "lead", "head", "run", "found", "appoint", "name", "chair", "direct"}
)


def noun_phrase(sentence: Sentence, start: int, end: int) -> tuple[int, int] | None:
    """The borders of the noun phrase that a stretch stands for, or nothing where it has no noun.

    What is only the first part of a compound ("funeral" of "funeral homes") is led on to its noun, and verbs,
    conjunctions and prepositions at the edges are left out.
    """
    base = sentence.start - sentence.span.start_char
    span = sentence.span.doc.char_span(start - base, end - base, alignment_mode="expand")
    if span is None:
        return None
    first, last = span.start, span.end
    while first < last and _edge(span.doc[first]):
        first += 1
    while last > first and _edge(span.doc[last - 1]):
        last -= 1
    if first == last:
        return None
    core: Span = span.doc[first:last]
    head = core.root
    if head.dep_ in _INNER and head.head.i >= last and head.head.pos_ in _NOUNS and head.head.i - last < 3:
        last = head.head.i + 1
        core = span.doc[first:last]
    if not any(t.pos_ in _NOUNS for t in core):
        return None
    return base + core.start_char, base + core.end_char


def _edge(token: Token) -> bool:
    return (token.pos_ in _EDGES and token.tag_ not in ("VBN", "VBG")) or token.lower_ == "including"


def in_one_phrase(sentence: Sentence, person: Record, organization: Record) -> bool:
    """Whether no verb but one of holding office lies between a person and an organization."""
    return any(
        _tied(mine.doc[mine.head], other.doc[other.head])
        for mine in sentence.mentions
        if mine.record is person
        for other in sentence.mentions
        if other.record is organization
    )


def _tied(person: Token, organization: Token) -> bool:
    above = [person, *person.ancestors]
    up = [organization, *organization.ancestors]
    meeting = next((t for t in up if t in above), None)
    if meeting is None:
        return False
    between = [*above[1 : above.index(meeting) + 1], *up[1 : up.index(meeting) + 1]]
    return not any(t.pos_ == "VERB" and t.lemma_.lower() not in _IN_OFFICE for t in between)
