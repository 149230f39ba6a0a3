"""How likely a candidate is: a linear model over what it looks like, learned from annotated reports.

`training/score_candidates.py` fits the weights; without them each candidate keeps the confidence of its rule. It is
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
from loaders.extraction.lexicon import read_data
from loaders.extraction.modality import modality_of
from loaders.extraction.reading import Candidate, Mention, Reading, Record, Sentence
from ontology.statement import Datatype, Literal, Modality

if TYPE_CHECKING:
    from spacy.tokens import Token

BITS = 17
_MASK = (1 << BITS) - 1
WEIGHTS = resources.files(__package__) / "data" / "scores.npz"


def _seed(prefix: str) -> int:
    return zlib.crc32(prefix.encode())


def _slots(prefix: str, features: list[bytes]) -> list[int]:
    """The slots of features that count for one predicate and side."""
    seed = _seed(prefix)
    return [zlib.crc32(f, seed) & _MASK for f in features]


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


@cache
def trusted() -> frozenset[str]:
    """Rules that keep at least their own confidence."""
    return frozenset(read_data("trusted.yaml"))


def score(reading: Reading) -> None:
    """Give every candidate its confidence."""
    weights = _weights()
    if weights is None:
        return
    for candidate, slots in featurize(reading):
        total = offset(candidate) + float(weights[slots].sum())
        learned = 1.0 / (1.0 + math.exp(-max(-20.0, min(20.0, total))))
        # rules for what annotated reports hardly hold keep their own word
        candidate.confidence = max(learned, candidate.confidence) if candidate.rule in trusted() else learned


def offset(candidate: Candidate) -> float:
    """What the rule alone says, as log odds: it stands where the reports learned from had nothing alike."""
    prior = min(0.95, max(0.05, candidate.confidence))
    return math.log(prior / (1.0 - prior))


def featurize(reading: Reading) -> list[tuple[Candidate, list[int]]]:
    """Each candidate with the slots of its features."""
    by_start = {s.start: s for s in reading.sentences}
    groups: dict[tuple[str, str, str], set[str]] = {}
    sentences: dict[tuple[str, str, str], set[int]] = {}
    for candidate in reading.candidates:
        groups.setdefault(_key(candidate), set()).add(candidate.rule)
        sentences.setdefault(_key(candidate), set()).add(candidate.start)
    spoken = Counter(
        c.subject.id for c in reading.candidates if c.predicate == "said" and isinstance(c.subject, Record)
    )
    out = []
    total = max(1, len(reading.sentences))
    for candidate in reading.candidates:
        sentence = candidate.sentence or by_start.get(candidate.start) or _sentence_of(reading, candidate)
        out.append(
            (
                candidate,
                _features(
                    reading,
                    candidate,
                    sentence,
                    groups[_key(candidate)],
                    len(sentences[_key(candidate)]),
                    spoken,
                    total,
                ),
            )
        )
    return out


def _key(candidate: Candidate) -> tuple[str, str, str]:
    subject, target = candidate.subject, candidate.object
    left = subject.id if isinstance(subject, Record) else ""
    right = (
        target.id if isinstance(target, Record) else str(target.value).lower() if isinstance(target, Literal) else ""
    )
    return left, candidate.predicate, right


def _sentence_of(reading: Reading, candidate: Candidate) -> Sentence:
    for sentence in reading.sentences:
        if sentence.end >= candidate.start:
            return sentence
    return reading.sentences[-1]


def _features(  # noqa: PLR0917
    reading: Reading,
    candidate: Candidate,
    sentence: Sentence,
    rules: set[str],
    repeated: int,
    spoken: Counter[str],
    total: int,
) -> list[int]:
    predicate = candidate.predicate
    subject, target = candidate.subject, candidate.object
    place = "first" if sentence.index < 2 else str(int(sentence.index / total * 4))
    own = [
        "p",
        f"r={candidate.rule}",
        f"m={candidate.modality.value}",
        f"pos={place}",
        f"block={sentence.block.kind}",
        f"repeated={min(5, repeated)}",
        f"incidents={min(4, len(reading.incidents))}",
        *(f"also={r}" for r in rules if r != candidate.rule),
    ]
    if isinstance(target, Literal):
        words = str(target.value).split()
        own.append(f"olen={min(8, len(words) // 2)}")
        if target.datatype is Datatype.TEXT and words:
            own += [f"ofirst={words[0].lower()}", f"olast={words[-1].lower().strip('.,')}"]
        elif target.datatype is Datatype.DATE:
            own.append(f"grain={len(str(target.value))}")
    first, second = _tokens(reading, candidate, sentence)
    if first is not None and second is not None and first.doc is second.doc:
        own += _pair_features(reading, first, second)
    # what pairs by nearness look like says little about what a pattern has found
    family = predicate + "~" if candidate.rule.startswith("near.") else predicate
    slots = _slots(family, [f.encode("utf-8", "surrogatepass") for f in own])
    slots += _kept_slots(reading, family, _sentence_features(reading, sentence))
    for side, record, token in (("s", subject, first), ("o", target, second)):
        if isinstance(record, Record):
            slots += _kept_slots(reading, family + side, _record_features(reading, record, spoken))
        if token is not None:
            slots += _kept_slots(reading, family + side, _token_features(reading, token))
    return sorted(set(slots))


def _kept_slots(reading: Reading, prefix: str, features: list[bytes]) -> list[int]:
    """The slots of features that many candidates share; the reading keeps the features, so their id stays theirs."""
    kept: dict[tuple[str, int], list[int]] = reading.memo.setdefault("slots", {})
    key = (prefix, id(features))
    if key not in kept:
        kept[key] = _slots(prefix, features)
    return kept[key]


def _sentence_features(reading: Reading, sentence: Sentence) -> list[bytes]:
    """The words that carry meaning, and whether somebody is quoted."""
    key = f"scoring:{sentence.index}"
    if key not in reading.memo:
        names = [f"quoted={sentence.text.count(chr(34)) >= 2}"]
        for token in sentence.span[:80]:
            if token.pos_ in ("VERB", "NOUN") and not token.is_stop:
                names.append(f"w={token.lemma_.lower()}")
            elif token.pos_ == "AUX" and token.lower_ in ("will", "would", "may", "might", "could", "should"):
                names.append(f"aux={token.lower_}")
        reading.memo[key] = [n.encode("utf-8", "surrogatepass") for n in names]
    features: list[bytes] = reading.memo[key]
    return features


def _record_features(reading: Reading, record: Record, spoken: Counter[str]) -> list[bytes]:
    key = f"scoring:{id(record)}"
    if key not in reading.memo:
        names = [
            f"k={record.kind}",
            f"g={record.generic}",
            f"main={record is reading.main or record is reading.memo.get('main_organization')}",
            f"n={min(5, len(record.mentions))}",
            f"known={record.known}",
            f"speaks={bool(spoken.get(record.id))}",
            *(f"w={w}" for w in record.name.lower().split()[-2:]),
        ]
        if record.kind == "Incident":
            names.append(f"victim={record.id in reading.memo.get('strong_incidents', ())}")
        elif record.id in reading.memo.get("by_victim", {}):
            names.append("isvictim")
        if record.mentions:
            names.append(f"first={record.mentions[0].sentence < 2}")
        reading.memo[key] = [n.encode("utf-8", "surrogatepass") for n in names]
    features: list[bytes] = reading.memo[key]
    return features


def _tokens(reading: Reading, candidate: Candidate, sentence: Sentence) -> tuple[Token | None, Token | None]:
    doc = sentence.span.doc
    return (
        _token(reading, candidate.subject_mention, candidate.subject, sentence, doc, candidate.anchor),
        _token(reading, candidate.object_mention, candidate.object, sentence, doc, candidate.anchor),
    )


def _token(  # noqa: PLR0911, PLR0917
    reading: Reading, given: Mention | int | None, end: object, sentence: Sentence, doc: Any, anchor: int | None
) -> Token | None:
    if isinstance(given, int):
        at: Token = doc[given]
        return at
    if isinstance(given, Mention):
        return given.doc[given.head]
    if isinstance(end, Record):
        for mention in sentence.mentions:
            if mention.record is end:
                return mention.doc[mention.head]
        if end.kind == "Incident":
            event: Token | None = doc[anchor] if anchor is not None else _event_token(sentence)
            return event
    if isinstance(end, Literal):
        if end.datatype.value in ("date", "money", "integer"):
            kind = {"integer": "count"}.get(end.datatype.value, end.datatype.value)
            for value in values_in(reading, sentence, kind):
                if value.literal == end:
                    return next((t for t in sentence.span if t.idx + len(t) > value.start), None)
        elif anchor is not None:
            held: Token = doc[anchor]
            return held
    return None


_EVENTS = frozenset(
    [
        "attack",
        "cyberattack",
        "breach",
        "hack",
        "incident",
        "intrusion",
        "compromise",
        "campaign",
        "outage",
        "target",
        "hit",
        "steal",
        "infect",
        "encrypt",
        "exploit",
        "leak",
        "expose",
        "phish",
        "access",
        "infiltrate",
        "defraud",
        "disrupt",
        "affect",
        "impact",
        "ransomware",
        "extort",
    ]
)


def _event_token(sentence: Sentence) -> Token | None:
    return next((t for t in sentence.span if t.lemma_.lower() in _EVENTS), None)


def _verb_of(token: Token) -> Token:
    node = token
    for _ in range(8):
        if node.pos_ in ("VERB", "AUX") or node.head is node:
            return node
        node = node.head
    return node


def _token_features(reading: Reading, token: Token) -> list[bytes]:
    key = f"scoring:{id(token.doc)}:{token.i}"
    if key not in reading.memo:
        verb, head = _verb_of(token), token.head
        names = [
            f"dep={token.dep_}",
            f"head={head.lemma_.lower()}|{token.dep_}",
            f"verb={verb.lemma_.lower()}",
            f"verbdep={verb.lemma_.lower()}|{token.dep_}",
            f"lemma={token.lemma_.lower()}",
        ]
        if token.dep_ == "pobj":
            names += [f"prep={head.lower_}|{head.head.lemma_.lower()}", f"prep={head.lower_}"]
        if any(c.dep_ == "neg" for c in verb.children):
            names.append("neg")
        modality, _ = modality_of(token)
        if modality is not Modality.ASSERTED:
            names.append(f"mod={modality.value}")
        for offset_ in (-2, -1, 1, 2):
            if 0 <= token.i + offset_ < len(token.doc):
                names.append(f"c{offset_}={token.doc[token.i + offset_].lower_}")
        reading.memo[key] = [n.encode("utf-8", "surrogatepass") for n in names]
    features: list[bytes] = reading.memo[key]
    return features


def _pair_features(reading: Reading, first: Token, second: Token) -> list[str]:
    key = f"scoring:{id(first.doc)}:{first.i}:{second.i}"
    if key not in reading.memo:
        reading.memo[key] = _between(first, second)
    features: list[str] = reading.memo[key]
    return features


def _between(first: Token, second: Token) -> list[str]:
    distance = second.i - first.i
    low, high = sorted((first.i, second.i))
    out = [f"order={distance > 0}", f"dist={distance > 0}{min(6, abs(distance) // 3)}"]
    between = first.doc[low + 1 : high]
    if len(between) <= 10:
        out += [f"b={distance > 0}|{t.lemma_.lower()}" for t in between]
        if len(between) <= 4:
            out.append(f"between={distance > 0}|{' '.join(t.lower_ for t in between)}")
    out.append(f"path={_path(first, second)}")
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
