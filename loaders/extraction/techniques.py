"""Techniques, malware and vulnerabilities: what an incident or a group is said to have used."""

from __future__ import annotations

import re
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


@cache
def _data() -> dict[str, Any]:
    raw = read_data("techniques.yaml")
    return {**raw, "acts": frozenset(raw["acts"]), "means": frozenset(raw["means"])}


def find_techniques(reading: Reading) -> None:
    """Propose techniques, malware and vulnerabilities for the incident or the group of each sentence."""
    before = len(reading.candidates)
    for sentence in reading.sentences:
        if sentence.block.kind not in ("prose", "list"):
            continue
        if sentence.incident is None and not any(m.kind == "ThreatActor" for m in sentence.mentions):
            continue
        actor = _actor(sentence)
        if not _ADVICE.search(sentence.span.text):
            _phrases(reading, sentence, actor)
            _acts(reading, sentence)
        _malware(reading, sentence, actor)
        _vulnerabilities(reading, sentence, actor)
    reading.explain(
        "techniques",
        (f"{c.rule}: {describe(c.subject)} {c.predicate} {describe(c.object)}" for c in reading.candidates[before:]),
    )


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
    for match, number in technique_phrases().finditer(sentence.span.text):
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


def _acts(reading: Reading, sentence: Sentence) -> None:
    """ "the hackers wiped the servers", "by tricking an employee"."""
    for token in sentence.span:
        if token.pos_ != "VERB" or token.lemma_.lower() not in _data()["acts"]:
            continue
        doer = _doer(reading, token)
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
            "techniques.means" if means else "techniques.act",
            0.5,
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
    text = sentence.span.text
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
