"""What a text would not say twice or of two things at once: of statements that exclude each other, the likelier stays.

One day is when an incident began, was noticed or was disclosed, seldom all three; stolen data told in few words and in
many are one fact; "malware" adds nothing where the malware has a name; and who tells nothing has said nothing.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable

from loaders.extraction.reading import Candidate, Reading, Record
from ontology.statement import Datatype, Literal

_DAYS = frozenset({"startedOn", "detectedOn", "disclosedOn"})
_VAGUE = re.compile(
    r"\b(?:victims?|targets?|(?:victim|target|corporate|internal) (?:network|system|environment|infrastructure)s?)$",
    re.IGNORECASE,
)
_MALWARE = re.compile(
    r"(?:(?:the|a|an|this|custom|new|such|malicious) )*(?:malware|ransomware|programs?|payloads?|tools?|trojans?|"
    r"infostealers?|spyware|wiper|worm|software|code|decryptor|encryptor)",
    re.IGNORECASE,
)
_SILENT = re.compile(
    r"\b(?:not|n[o'’]t) (?:\w+ )?(?:immediately |yet )?(?:available|respon\w+|repl\w+|return\w*|comment\w*)\b"
    r"|\byet to (?:\w+ )?(?:confirm|receive|respond|reply|comment|attribute|disclose|share|issue)"
    r"|\b(?:declined|refused) to (?:comment|say|answer)"
    r"|\b(?:contacted|reached out to|asked|approached)\b[^.]*\bcomment",
    re.IGNORECASE,
)
_MARKS = frozenset("\"“”‘’'«„")
_SUBJECTS = frozenset({"nsubj", "nsubjpass", "csubj", "csubjpass", "expl"})
_WORD = re.compile(r"\w+")


def settle(kept: Iterable[Candidate], body: str) -> list[Candidate]:
    """The candidates that can stand beside each other, in their order."""
    found = list(kept)
    for rule in (_silent, _vague, _loans, _days, _coarse, _malware, _phrases):
        found = rule(found, body)
    return found


def is_speech(candidate: Candidate, reading: Reading) -> bool:
    """Whether what was said is a clause, or stands in quotation marks: "disclosed the breach" is no speech."""
    if not isinstance(candidate.object, Literal):
        return False
    body, value = reading.document.body, str(candidate.object.value)
    at = body.find(value, candidate.start, max(candidate.end, candidate.start + len(value)))
    if at < 0:
        return True  # white space of the text was made plain: what spans lines is quoted at length
    sentence = reading.sentences[max(0, bisect_right(reading.sentences, at, key=lambda each: each.start) - 1)]
    span = sentence.span.doc.char_span(
        at - sentence.block.start, min(at + len(value), sentence.end) - sentence.block.start, alignment_mode="expand"
    )
    if span is None:
        return True
    if body[max(0, at - 1) : at] in _MARKS:
        return any(token.pos_ in ("VERB", "AUX") for token in span)
    return any(token.dep_ in _SUBJECTS and span.start <= token.head.i < span.end for token in span)


def _silent(found: list[Candidate], body: str) -> list[Candidate]:
    """ "Acme did not respond", "claimed responsibility": nothing that was said."""

    def mute(candidate: Candidate) -> bool:
        if candidate.predicate != "said" or not isinstance(candidate.object, Literal):
            return False
        value = str(candidate.object.value)
        return value.lower().startswith("responsibility") or bool(
            _SILENT.search(body[candidate.start : candidate.end]) and '"' not in body[candidate.start : candidate.end]
        )

    return [c for c in found if not mute(c)]


def _vague(found: list[Candidate], _body: str) -> list[Candidate]:
    """That a victim was the victim says nothing."""
    return [
        c
        for c in found
        if not (
            c.predicate == "targeted"
            and isinstance(c.object, Record)
            and c.object.generic
            and _VAGUE.search(c.object.name)
        )
    ]


def _loans(found: list[Candidate], _body: str) -> list[Candidate]:
    """What a sentence says that banks lent is no loss."""
    lent = {c.start for c in found if c.predicate in ("lentBy", "amount")}
    return [c for c in found if c.predicate != "financialLoss" or c.start not in lent]


def _days(found: list[Candidate], _body: str) -> list[Candidate]:
    return _best(found, lambda c: (_subject(c), _value(c)) if c.predicate in _DAYS else None)


def _coarse(found: list[Candidate], _body: str) -> list[Candidate]:
    """ "October" beside "3 October", of the same incident and event."""
    dates: dict[tuple[str, str], set[str]] = defaultdict(set)
    for c in found:
        if isinstance(c.object, Literal) and c.object.datatype is Datatype.DATE:
            dates[_subject(c), c.predicate].add(_value(c))

    def finer(c: Candidate) -> bool:
        known = dates.get((_subject(c), c.predicate), set())
        return any(other != _value(c) and other.startswith(_value(c)) for other in known)

    return [c for c in found if not finer(c)]


def _malware(found: list[Candidate], _body: str) -> list[Candidate]:
    """ "malware" where the same incident's malware has a name."""
    named = {
        _subject(c)
        for c in found
        if c.predicate == "usedMalware" and isinstance(c.object, Record) and not _MALWARE.fullmatch(c.object.name)
    }
    return [
        c
        for c in found
        if not (
            c.predicate == "usedMalware"
            and isinstance(c.object, Record)
            and _MALWARE.fullmatch(c.object.name)
            and _subject(c) in named
        )
    ]


def _phrases(found: list[Candidate], _body: str) -> list[Candidate]:
    """Stolen data, or a technique, told in other words of what a likelier statement tells of the same sentence."""
    told: dict[tuple[str, str, int], list[Candidate]] = defaultdict(list)
    for c in found:
        if c.predicate in ("compromisedData", "usedTechnique") and isinstance(c.object, Literal):
            told[_subject(c), c.predicate, c.start].append(c)
    dropped: set[int] = set()
    for group in told.values():
        ordered = sorted(group, key=lambda c: (-c.confidence, c.start))
        for i, better in enumerate(ordered):
            for worse in ordered[i + 1 :]:
                a, b = _words(better), _words(worse)
                if a and b and len(a & b) >= 0.6 * min(len(a), len(b)):
                    dropped.add(id(worse))
    return [c for c in found if id(c) not in dropped]


def _best(found: list[Candidate], key: Callable[[Candidate], tuple[str, str] | None]) -> list[Candidate]:
    """Of the candidates with one key, the likeliest."""
    best: dict[tuple[str, str], Candidate] = {}
    for c in found:
        k = key(c)
        if k is not None and (k not in best or best[k].confidence < c.confidence):
            best[k] = c
    return [c for c in found if (k := key(c)) is None or best[k] is c]


def _subject(candidate: Candidate) -> str:
    return candidate.subject.id if isinstance(candidate.subject, Record) else ""


def _value(candidate: Candidate) -> str:
    return str(candidate.object.value) if isinstance(candidate.object, Literal) else ""


def _words(candidate: Candidate) -> set[str]:
    return {w for w in _WORD.findall(_value(candidate).lower()) if len(w) > 2}
