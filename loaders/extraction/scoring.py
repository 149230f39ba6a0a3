"""How likely a candidate is: a linear model over what it looks like, learned from annotated reports.

`training/score_candidates.py` fits the weights; without them each candidate keeps the confidence of its rule. The model is
small on purpose: hashed features, one weight each, the same result on every machine.
"""

from __future__ import annotations

import math
import zlib
from collections import Counter
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import numpy as np

from loaders.extraction.frames import values_in
from loaders.extraction.modality import modality_of
from loaders.extraction.reading import Candidate, Mention, Reading, Record, Sentence
from ontology.statement import Literal, Modality

if TYPE_CHECKING:
    from spacy.tokens import Token

BITS = 17
WEIGHTS = resources.files(__package__) / "data" / "scores.npz"


def hashed(feature: str) -> int:
    """The slot of a feature."""
    return zlib.crc32(feature.encode("utf-8", "surrogatepass")) & ((1 << BITS) - 1)


@cache
def _weights() -> Any:
    """The learned weights, or nothing where they are not there."""
    if not WEIGHTS.is_file():
        return None
    with WEIGHTS.open("rb") as file:
        archive = np.load(file)
        dense = np.zeros(1 << BITS, dtype=np.float32)
        dense[archive["slots"]] = archive["weights"]
        return dense


def score(reading: Reading) -> None:
    """Give every candidate its confidence."""
    weights = _weights()
    if weights is None:
        return
    for candidate, names in featurize(reading):
        total = offset(candidate) + float(sum(weights[hashed(n)] for n in names))
        candidate.confidence = 1.0 / (1.0 + math.exp(-max(-20.0, min(20.0, total))))


def offset(candidate: Candidate) -> float:
    """What the rule alone says, as log odds: it stands where the reports learned from had nothing alike."""
    prior = min(0.95, max(0.05, candidate.confidence))
    return math.log(prior / (1.0 - prior))


def featurize(reading: Reading) -> list[tuple[Candidate, list[str]]]:
    """Each candidate with its features."""
    by_start = {s.start: s for s in reading.sentences}
    groups: dict[tuple[str, str, str], set[str]] = {}
    for candidate in reading.candidates:
        groups.setdefault(_key(candidate), set()).add(candidate.rule)
    spoken = Counter(c.subject.id for c in reading.candidates if c.predicate == "said" and isinstance(c.subject, Record))
    out = []
    total = max(1, len(reading.sentences))
    for candidate in reading.candidates:
        sentence = candidate.sentence or by_start.get(candidate.start) or _sentence_of(reading, candidate)
        out.append((candidate, _features(reading, candidate, sentence, groups[_key(candidate)], spoken, total)))
    return out


def _key(candidate: Candidate) -> tuple[str, str, str]:
    subject, target = candidate.subject, candidate.object
    left = subject.id if isinstance(subject, Record) else ""
    right = target.id if isinstance(target, Record) else str(target.value).lower() if isinstance(target, Literal) else ""
    return left, candidate.predicate, right


def _sentence_of(reading: Reading, candidate: Candidate) -> Sentence:
    for sentence in reading.sentences:
        if sentence.end >= candidate.start:
            return sentence
    return reading.sentences[-1]


def _features(reading: Reading, candidate: Candidate, sentence: Sentence, rules: set[str], spoken: Counter[str], total: int) -> list[str]:  # fmt: skip
    predicate = candidate.predicate
    out = [f"p={predicate}", f"r={candidate.rule}"]
    out += [f"{predicate}|also={r}" for r in rules if r != candidate.rule]
    out.append(f"{predicate}|m={candidate.modality.value}")
    place = sentence.index / total
    out.append(f"{predicate}|pos={'first' if sentence.index < 2 else int(place * 4)}")
    out.append(f"{predicate}|block={sentence.block.kind}")
    out.append(f"{predicate}|incidents={min(4, len(reading.incidents))}")
    subject, target = candidate.subject, candidate.object
    if isinstance(subject, Record):
        out += _record_features(reading, predicate, "s", subject, spoken)
    if isinstance(target, Record):
        out += _record_features(reading, predicate, "o", target, spoken)
    elif isinstance(target, Literal):
        words = str(target.value).split()
        out.append(f"{predicate}|olen={min(8, len(words) // 2)}")
        if target.datatype.value == "text":
            out += [f"{predicate}|ofirst={words[0].lower()}", f"{predicate}|olast={words[-1].lower().strip('.,')}"] if words else []
        if target.datatype.value == "date":
            out.append(f"{predicate}|grain={len(str(target.value))}")
    first, second = _tokens(reading, candidate, sentence)
    for side, token in (("s", first), ("o", second)):
        if token is not None:
            out += _token_features(predicate, side, token)
    if first is not None and second is not None and first.doc is second.doc:
        out += _pair_features(predicate, first, second)
    quoted = sentence.span.text.count('"') >= 2
    out.append(f"{predicate}|quoted={quoted}")
    for token in sentence.span[:80]:
        if token.pos_ in ("VERB", "NOUN") and not token.is_stop:
            out.append(f"{predicate}|w={token.lemma_.lower()}")
        elif token.pos_ == "AUX" and token.lower_ in ("will", "would", "may", "might", "could", "should"):
            out.append(f"{predicate}|aux={token.lower_}")
    return out


def _record_features(reading: Reading, predicate: str, side: str, record: Record, spoken: Counter[str]) -> list[str]:
    out = [f"{predicate}|{side}k={record.kind}", f"{predicate}|{side}g={record.generic}"]
    out.append(f"{predicate}|{side}main={record is reading.main or record is reading.memo.get('main_organization')}")
    out.append(f"{predicate}|{side}n={min(5, len(record.mentions))}")
    out.append(f"{predicate}|{side}known={record.known}")
    if record.kind == "Incident":
        out.append(f"{predicate}|{side}victim={record.id in reading.memo.get('strong_incidents', ())}")
    elif record.id in reading.memo.get("by_victim", {}):
        out.append(f"{predicate}|{side}isvictim")
    if spoken.get(record.id):
        out.append(f"{predicate}|{side}speaks")
    out += [f"{predicate}|{side}w={w}" for w in record.name.lower().split()[-2:]]
    if record.mentions:
        out.append(f"{predicate}|{side}first={record.mentions[0].sentence < 2}")
    return out


def _tokens(reading: Reading, candidate: Candidate, sentence: Sentence) -> tuple[Token | None, Token | None]:
    doc = sentence.span.doc
    return (
        _token(reading, candidate.subject_mention, candidate.subject, sentence, doc, candidate.anchor),
        _token(reading, candidate.object_mention, candidate.object, sentence, doc, candidate.anchor),
    )


def _token(reading: Reading, given: Mention | int | None, end: object, sentence: Sentence, doc: Any, anchor: int | None) -> Token | None:  # fmt: skip
    if isinstance(given, int):
        return doc[given]
    if isinstance(given, Mention):
        return given.doc[given.head]
    if isinstance(end, Record):
        for mention in sentence.mentions:
            if mention.record is end:
                return mention.doc[mention.head]
        if end.kind == "Incident":
            return doc[anchor] if anchor is not None else _event_token(sentence)
    if isinstance(end, Literal):
        if end.datatype.value in ("date", "money", "integer"):
            kind = {"integer": "count"}.get(end.datatype.value, end.datatype.value)
            for value in values_in(reading, sentence, kind):
                if value.literal == end:
                    return next((t for t in sentence.span if t.idx + len(t) > value.start), None)
        elif anchor is not None:
            return doc[anchor]
    return None


_EVENTS = frozenset("attack cyberattack breach hack incident intrusion compromise campaign outage target hit steal infect encrypt exploit "
                    "leak expose phish access infiltrate defraud disrupt affect impact ransomware extort".split())  # fmt: skip


def _event_token(sentence: Sentence) -> Token | None:
    return next((t for t in sentence.span if t.lemma_.lower() in _EVENTS), None)


def _verb_of(token: Token) -> Token:
    node = token
    for _ in range(8):
        if node.pos_ in ("VERB", "AUX") or node.head is node:
            return node
        node = node.head
    return node


def _token_features(predicate: str, side: str, token: Token) -> list[str]:
    verb = _verb_of(token)
    head = token.head
    out = [
        f"{predicate}|{side}dep={token.dep_}",
        f"{predicate}|{side}head={head.lemma_.lower()}|{token.dep_}",
        f"{predicate}|{side}verb={verb.lemma_.lower()}",
        f"{predicate}|{side}verbdep={verb.lemma_.lower()}|{token.dep_}",
        f"{predicate}|{side}lemma={token.lemma_.lower()}",
    ]
    if token.dep_ == "pobj":
        out.append(f"{predicate}|{side}prep={head.lower_}|{head.head.lemma_.lower()}")
        out.append(f"{predicate}|{side}prep={head.lower_}")
    if any(c.dep_ == "neg" for c in verb.children):
        out.append(f"{predicate}|{side}neg")
    modality, _ = modality_of(token)
    if modality is not Modality.ASSERTED:
        out.append(f"{predicate}|{side}mod={modality.value}")
    for i, offset in enumerate((-2, -1, 1, 2)):
        j = token.i + offset
        if 0 <= j < len(token.doc):
            out.append(f"{predicate}|{side}c{i}={token.doc[j].lower_}")
    return out


def _pair_features(predicate: str, first: Token, second: Token) -> list[str]:
    distance = second.i - first.i
    low, high = sorted((first.i, second.i))
    out = [f"{predicate}|order={distance > 0}", f"{predicate}|dist={distance > 0}{min(6, abs(distance) // 3)}"]
    between = first.doc[low + 1 : high]
    if len(between) <= 10:
        out += [f"{predicate}|b={distance > 0}|{t.lemma_.lower()}" for t in between]
        if len(between) <= 4:
            out.append(f"{predicate}|between={distance > 0}|{' '.join(t.lower_ for t in between)}")
    out.append(f"{predicate}|path={_path(first, second)}")
    return out


def _path(first: Token, second: Token) -> str:
    up = [first]
    while up[-1].head is not up[-1] and len(up) < 7:
        up.append(up[-1].head)
    positions = {t.i: n for n, t in enumerate(up)}
    down = [second]
    while down[-1].i not in positions and down[-1].head is not down[-1] and len(down) < 7:
        down.append(down[-1].head)
    if down[-1].i not in positions:
        return "far"
    top = positions[down[-1].i]
    left = [t.dep_ + (f":{t.lower_}" if t.dep_ == "prep" else "") for t in up[:top]]
    right = [t.dep_ + (f":{t.lower_}" if t.dep_ == "prep" else "") for t in down[:-1]]
    return f"{'>'.join(left)}^{down[-1].lemma_.lower()}^{'<'.join(reversed(right))}"
