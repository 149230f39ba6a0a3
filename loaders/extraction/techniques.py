"""Techniques, malware and vulnerabilities: what an incident or a group is said to have used."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Any

from loaders.extraction import grammar
from loaders.extraction.lexicon import read_data, technique_phrases
from loaders.extraction.modality import modality_of
from loaders.extraction.reading import Candidate, Mention, Reading, Record, Sentence, describe
from ontology.statement import Datatype, Literal, Modality, slug

if TYPE_CHECKING:
    from spacy.tokens import Token

_FLAWS = frozenset({"vulnerability", "flaw", "zero-day", "bug", "weakness", "exploit", "day", "hole", "defect"})
_KINDS = frozenset(
    {"ransomware", "malware", "infostealer", "wiper", "spyware", "trojan", "keylogger", "worm", "rootkit", "webshell"}
)
_EXPLOIT = re.compile(
    r"\b(?:exploit\w*|leverag\w+|abus\w+|zero-day|weaponi[sz]\w+|used in|attack\w*|target\w*)", re.IGNORECASE
)
_ADVICE = re.compile(
    r"\b(?:should|recommend\w*|advise\w*|urge\w*|must|protect (?:yourself|against)|avoid|be wary|best practice|"
    r"tips?|users can)\b",
    re.IGNORECASE,
)


DISTANT = 0.25
"""Confidence of what is only likely to be the deed of the group that the text is about."""
_NOT_OF_MAIN = frozenset({"malware.kind", "malware.compound", "malware.of_gang"})


@cache
def _data() -> dict[str, Any]:
    raw = read_data("techniques.yaml")
    return {**raw, "acts": frozenset(raw["acts"]), "means": frozenset(raw["means"])}


@cache
def _spoken() -> frozenset[str]:
    """Verbs of saying and being, which are no deeds."""
    raw = read_data("speech.yaml")
    return frozenset(raw["strong"]) | frozenset(raw["object"]) | {"be", "have", "do", "go", "come", "remain", "seem"}


def find_techniques(reading: Reading) -> None:
    """Propose techniques, malware and vulnerabilities for the incident or the group of each sentence."""
    before = len(reading.candidates)
    reading.memo["main_actor"] = _main_actor(reading)
    for sentence in reading.sentences:
        if sentence.block.kind not in ("prose", "list"):
            continue
        actor = _actor(sentence)
        if sentence.incident is None and actor is None and reading.memo["main_actor"] is None:
            continue
        if not _ADVICE.search(sentence.text):
            _phrases(reading, sentence, actor)
            _acts(reading, sentence)
        _malware(reading, sentence, actor)
        _vulnerabilities(reading, sentence, actor)
    reading.explain(
        "techniques",
        (f"{c.rule}: {describe(c.subject)} {c.predicate} {describe(c.object)}" for c in reading.candidates[before:]),
    )


def _main_actor(reading: Reading) -> Record | None:
    """The named group that a text speaks of most, if it speaks of one more than in passing."""
    counts = Counter(
        m.record.id for m in reading.mentions if m.record and m.record.kind == "ThreatActor" and not m.record.generic
    )
    if not counts or max(counts.values()) < 2:
        return None
    best = max(counts, key=lambda k: (counts[k], k))
    return next(r for r in reading.records if r.id == best)


def _actor(sentence: Sentence) -> Record | None:
    """The group that the sentence speaks of, a named one first."""
    for mention in sorted(sentence.mentions, key=lambda m: m.record is not None and m.record.generic):
        if mention.record is not None and mention.record.kind == "ThreatActor":
            head = mention.doc[mention.head]
            if head.dep_ in ("nsubj", "nsubjpass", "pobj", "compound", "poss", "appos"):
                return mention.record
    return None


def _token_at(sentence: Sentence, offset: int) -> Token | None:
    for token in sentence.span:
        if token.idx + len(token) > offset:
            return token
    return None


def _phrases(reading: Reading, sentence: Sentence, actor: Record | None) -> None:
    base = sentence.span.start_char
    for match, number in technique_phrases().finditer(sentence.text):
        token = _token_at(sentence, base + match.start())
        if token is None or _inside_name(reading, token):
            continue
        technique = _data()["techniques"][int(number)]
        name, attack_id = technique["name"], technique["id"]
        record = _record(reading, name, "Technique")
        record.aliases.setdefault(match[0])
        record.aliases.setdefault(attack_id)
        modality, _ = modality_of(token)
        _use(reading, sentence, actor, "usedTechnique", record, "techniques.phrase", 0.6, modality)


def _inside_name(reading: Reading, token: Token) -> bool:
    mention = reading.mention_at(token)
    return mention is not None and mention.source == "name"


def _record(reading: Reading, name: str, kind: str) -> Record:
    made: dict[str, Record] = reading.memo.setdefault("made", {})
    key = f"{kind}:{slug(name)}"
    if key not in made:
        made[key] = Record(name, kind, slug(name), {name: None})
        reading.records.append(made[key])
    return made[key]


def _use(  # noqa: PLR0917
    reading: Reading,
    sentence: Sentence,
    actor: Record | None,
    predicate: str,
    target: Record | Literal,
    rule: str,
    confidence: float,
    modality: Modality,
) -> None:
    for subject in (sentence.incident, actor):
        if subject is not None:
            reading.candidates.append(
                Candidate(subject, predicate, target, sentence.start, sentence.end, rule, confidence, modality)
            )
    main = reading.memo["main_actor"]
    if main is not None and (actor is None or actor.generic) and rule not in _NOT_OF_MAIN:
        # "the attackers deleted ...": of the group that the text is about, if the scorer finds it likely
        reading.candidates.append(
            Candidate(main, predicate, target, sentence.start, sentence.end, f"{rule}.main", DISTANT, modality)
        )


def _acts(reading: Reading, sentence: Sentence) -> None:
    """ "the hackers wiped the servers", "by tricking an employee"."""
    for token in sentence.span:
        known = token.lemma_.lower() in _data()["acts"]
        if token.pos_ != "VERB" or token.lemma_.lower() in _spoken():
            continue
        doer = _doer(reading, token)
        if not known and doer is None:
            continue
        means = token.tag_ == "VBG" and (
            (token.dep_ == "pcomp" and token.head.lower_ in _data()["means"]) or token.lower_ == "using"
        )
        if doer is None and not means:
            continue
        first, last = grammar.phrase(token, limit=18)
        first = token.i
        if last - first < 2:
            continue
        text = token.doc[first:last].text.strip(" \"',;:-")
        if not 2 < len(text.split()) <= 24:
            continue
        modality, _ = modality_of(token)
        target = Literal(re.sub(r"\s+", " ", text), Datatype.TEXT)
        actor = (
            doer.record if doer is not None and doer.record is not None and doer.record.kind == "ThreatActor" else None
        )
        _use(
            reading,
            sentence,
            actor,
            "usedTechnique",
            target,
            "techniques.did" if not known else "techniques.means" if means else "techniques.act",
            0.5 if known else DISTANT,
            modality,
        )


def _doer(reading: Reading, verb: Token) -> Mention | None:
    if grammar.is_passive(verb):
        return None
    for token in grammar.subjects(verb):
        mention = reading.mention_at(token)
        if mention is None:
            continue
        kind = mention.record.kind if mention.record is not None else mention.kind
        if kind in ("ThreatActor", "Malware"):
            return mention
    return None


def _malware(reading: Reading, sentence: Sentence, actor: Record | None) -> None:
    seen: set[str] = set()
    for mention in sentence.mentions:
        if mention.record is None or mention.record.kind != "Malware" or mention.record.id in seen:
            continue
        seen.add(mention.record.id)
        modality, _ = modality_of(mention.doc[mention.head])
        _use(reading, sentence, actor, "usedMalware", mention.record, "malware.named", 0.65, modality)
    for token in sentence.span:
        if (
            token.lemma_.lower() in _KINDS
            and token.dep_ in ("dobj", "pobj", "nsubj", "nsubjpass", "attr", "conj", "compound")
            and reading.mention_at(token) is None
        ):
            record = _record(reading, token.lemma_.lower(), "Malware")
            record.aliases.setdefault(token.text)
            modality, _ = modality_of(token)
            _use(
                reading,
                sentence,
                actor,
                "usedMalware",
                record,
                f"malware.{'kind' if token.dep_ != 'compound' else 'compound'}",
                0.3,
                modality,
            )
    for mention in sentence.mentions:
        # "Akira ransomware": the gang's name is its malware's too
        if mention.record is None or mention.record.kind != "ThreatActor" or mention.source != "name":
            continue
        tail = mention.doc[mention.last : mention.last + 2].text.lower()
        if tail.startswith(("ransomware", "malware", "encryptor")) and not tail.endswith(
            ("gang", "group", "operation", "actors", "operators", "crew", "affiliates", "affiliate")
        ):
            record = _record(reading, f"{mention.record.name} ransomware", "Malware")
            record.aliases.setdefault(mention.text)
            modality, _ = modality_of(mention.doc[mention.head])
            _use(reading, sentence, None, "usedMalware", record, "malware.of_gang", 0.55, modality)


def _vulnerabilities(reading: Reading, sentence: Sentence, actor: Record | None) -> None:
    text = sentence.text
    named = [m.record for m in sentence.mentions if m.record is not None and m.record.kind == "Vulnerability"]
    if named and (_EXPLOIT.search(text) or len(named) <= 3):
        for mention in sentence.mentions:
            if mention.record is not None and mention.record.kind == "Vulnerability":
                modality, _ = modality_of(mention.doc[mention.head])
                _use(
                    reading,
                    sentence,
                    actor,
                    "exploited",
                    mention.record,
                    "vulnerability.cve",
                    0.6 if _EXPLOIT.search(text) else 0.4,
                    modality,
                )
        return
    for token in sentence.span:
        if token.lemma_.lower() not in ("exploit", "leverage", "abuse", "weaponize"):
            continue
        for target in grammar.objects(token):
            if target.lemma_.lower() not in _FLAWS:
                continue
            first, last = grammar.phrase(target, limit=14)
            while first < target.i and target.doc[first].tag_ in ("DT", "PDT"):
                first += 1
            record = _record(reading, target.doc[first:last].text[:90], "Vulnerability")
            modality, _ = modality_of(token)
            _use(reading, sentence, actor, "exploited", record, "vulnerability.described", 0.5, modality)
