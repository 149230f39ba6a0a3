"""Candidates by nearness alone: pairs of mentions in one sentence that could stand in a relation.

Frames and patterns say what they are sure of; these proposals are many and mostly wrong, and are kept only where the
scorer, which has learned how true relations look, finds them likely.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from loaders.extraction import grammar
from loaders.extraction.frames import values_in
from loaders.extraction.incidents import generic_record
from loaders.extraction.lexicon import nouns
from loaders.extraction.modality import modality_of
from loaders.extraction.reading import ORGANIZATIONS, Candidate, Mention, Reading, Record, Sentence
from ontology.statement import Datatype, Literal, Modality

MAX_MENTIONS = 40
BASE = 0.2
_NEAR = 14
_VICTIMS = ORGANIZATIONS | {"Person", "Facility", "System", "Victims"}
_RESPONSE = re.compile(
    r"\b(?:work\w*|help\w*|assist\w*|support\w*|respon\w+|alongside|hired|engag\w+|notif\w+|inform\w+|shut|took|"
    r"taken|disabl\w+|"
    r"restor\w+|reset|secur\w+|investigat\w+|patch\w*|block\w*|contain\w*|remov\w+|report\w*|alert\w*|advis\w+|"
    r"offer\w*|credit|monitor\w+|"
    r"launch\w*|review\w*|prob\w+|examin\w+|analy\w+|track\w*|discover\w*|learn\w*|determin\w+|found|seiz\w+|"
    r"rais\w+|dismantl\w+|raid\w*)\b",
    re.IGNORECASE,
)
_THEFT = re.compile(
    r"\b(?:st[eo]l\w*|expos\w*|leak\w*|breach\w*|access\w*|compromis\w*|exfiltrat\w*|theft|taken|took|data|dump\w*|"
    r"contain\w*|"
    r"includ\w*|publish\w*|sell\w*|sold|copied|obtain\w*|acquir\w*|view\w*|download\w*|hack\w*|lost)\b",
    re.IGNORECASE,
)
_DISRUPT = re.compile(
    r"\b(?:disrupt\w*|outage\w*|offline|down|halt\w*|suspend\w*|shut\w*|affect\w*|impact\w*|encrypt\w*|restor\w*|"
    r"unavailable|inaccessible|"
    r"cripp\w+|delay\w*|cancel\w*|paraly\w+|stop\w*|lock\w*|forced|infect\w*|resum\w*|disabl\w*|interrupt\w*|back|"
    r"clos\w*|operat\w*)\b",
    re.IGNORECASE,
)
_ATTACK = re.compile(
    r"\b(?:attack\w*|breach\w*|hack\w*|target\w*|hit|victim\w*|incident\w*|compromis\w*|ransom\w*|steal\w*|stole\w*|"
    r"leak\w*|infect\w*|phish\w*|"
    r"exploit\w*|affect\w*|impact\w*|intrusion\w*|campaign\w*|scam\w*|extort\w*|expos\w*|access\w*|infiltrat\w*|"
    r"malware|theft|defraud\w*|outage)\b",
    re.IGNORECASE,
)


def propose(reading: Reading) -> None:
    """Add the pairs of each sentence of prose."""
    for sentence in reading.sentences:
        if sentence.block.kind not in ("prose", "list") or len(sentence.mentions) > MAX_MENTIONS:
            continue
        _client_list(reading, sentence)
        for predicate, subject, target, anchor in _pairs(reading, sentence):
            start, end = sentence.start, sentence.end
            candidate = Candidate(subject, predicate, target, start, end, f"near.{predicate}", BASE)
            candidate.subject_mention, candidate.object_mention = anchor
            candidate.sentence = sentence
            _judge(reading, candidate, sentence, predicate)
            reading.candidates.append(candidate)


def _judge(reading: Reading, candidate: Candidate, sentence: Sentence, predicate: str) -> None:
    """The modality of the clause that the object stands in; a claim of responsibility is a claim."""
    if predicate == "claimedBy":
        candidate.modality = Modality.CLAIMED
        return
    end = candidate.object_mention if candidate.object_mention is not None else candidate.subject_mention
    i = end.head if isinstance(end, Mention) else end
    if i is None:
        return
    verb = grammar.governor(sentence.span.doc[i])
    modality, holders = modality_of(verb if verb is not None else sentence.span.doc[i])
    candidate.modality = modality
    for token in holders if modality is not Modality.ASSERTED else ():
        mention = reading.mention_at(token)
        if mention is not None and mention.record is not None:
            candidate.speaker = mention.record
            return


Pair = tuple[str, Record, Record | Literal, tuple[Mention | int | None, Mention | int | None]]


def _pairs(reading: Reading, sentence: Sentence) -> Iterator[Pair]:  # noqa: PLR0912
    text = sentence.text
    named = [m for m in sentence.mentions if m.record is not None and m.kind != "Incident"]
    attack = bool(_ATTACK.search(text))
    incident = sentence.incident
    if incident is not None:
        if attack or _RESPONSE.search(text):
            for mention in named:
                yield from _with_incident(incident, mention, attack=attack)
        if attack:
            for mention in sentence.mentions:
                if mention.record is None and mention.source == "nominal" and mention.kind in _VICTIMS:
                    record = _peek(reading, mention)
                    if record is not None:
                        yield "targeted", incident, record, (None, mention)
        if _DISRUPT.search(text):
            for mention in sentence.mentions:
                if mention.kind in ("System", "Facility") and mention.source != "pronoun":
                    record = mention.record or _peek(reading, mention)
                    if record is not None and record.kind in ("System", "Facility"):
                        yield "disrupted", incident, record, (None, mention)
        if _THEFT.search(text):
            for first, last, head in _data_phrases(sentence):
                phrase = sentence.span.doc[first:last].text.strip(" \"',.;:-")
                yield "compromisedData", incident, Literal(phrase, Datatype.TEXT), (None, head)
        for value in values_in(reading, sentence, "date"):
            token = next((t.i for t in sentence.span if t.idx + len(t) > value.start), None)
            for predicate in ("startedOn", "disclosedOn", "detectedOn"):
                yield predicate, incident, value.literal, (None, token)
    yield from _between(named)
    yield from _of_values(reading, sentence, named)
    yield from _sites_and_customers(reading, sentence)
    yield from _clients(reading, sentence, named)
    if _COURT.search(text):
        yield from _court(reading, sentence, named)


_COURT = re.compile(
    r"\b(?:arrest|detain|apprehend|charg|indict|sentenc|convict|jail|extradit|plead|custody|prison)\w*", re.IGNORECASE
)
_STAFF = re.compile(
    r"^\W{0,2}(?:[\w'-]+ ){0,3}?(?:people|employees|workers|staff|staffers|journalists|physicians|specialists|jobs|"
    r"professionals)\b",
    re.IGNORECASE,
)
_PEOPLE = re.compile(
    r"^\W{0,2}(?:[\w'-]+ ){0,5}?(?:people|persons?|customers|users|clients|members|patients|students|employees|"
    r"individuals|subscribers|residents|"
    r"citizens|victims|guests|passengers|consumers|accounts|workers|staff|donors|investors|records|players|drivers|"
    r"owners|holders|Americans)\b",
    re.IGNORECASE,
)


def _of_values(reading: Reading, sentence: Sentence, named: list[Mention]) -> Iterator[Pair]:
    text = sentence.text
    base = sentence.span.start_char
    organizations = [m for m in named if m.record is not None and m.record.kind in ORGANIZATIONS][:6]
    for value in values_in(reading, sentence, "money")[:6]:
        token = next((t.i for t in sentence.span if t.idx + len(t) > value.start), None)
        if sentence.incident is not None:
            for predicate in ("financialLoss", "ransomDemanded", "ransomPaid"):
                yield predicate, sentence.incident, value.literal, (None, token)
        for mention in organizations:
            if mention.record is not None:
                yield "fined", mention.record, value.literal, (mention, token)
        measure = reading.memo.get("measure")
        if measure is not None:
            yield "amount", measure, value.literal, (None, token)
    for value in values_in(reading, sentence, "count")[:8]:
        after = text[value.end - base :]
        token = next((t.i for t in sentence.span if t.idx + len(t) > value.start), None)
        if sentence.incident is not None and _PEOPLE.match(after):
            yield "peopleAffected", sentence.incident, value.literal, (None, token)
        if _STAFF.match(after):
            for mention in organizations:
                if mention.record is not None:
                    yield "employs", mention.record, value.literal, (mention, token)


def _sites_and_customers(reading: Reading, sentence: Sentence) -> Iterator[Pair]:
    """ "its 120 clinics", "the vendor's customers", "some of its suppliers"."""
    for mention in sentence.mentions:
        if mention.source != "nominal":
            continue
        head = mention.doc[mention.head]
        lemma = head.lemma_.lower()
        site = mention.kind == "Facility"
        if not site and lemma not in ("customer", "client", "supplier", "vendor", "provider"):
            continue
        owner = _owner(reading, mention)
        record = _peek(reading, mention)
        if owner is None or record is None or owner is record:
            continue
        if site:
            yield "operates", owner, record, (None, mention)
        elif lemma in ("customer", "client"):
            yield "supplies", owner, record, (None, mention)
        else:
            yield "supplies", record, owner, (mention, None)


def _owner(reading: Reading, mention: Mention) -> Record | None:
    head = mention.doc[mention.head]
    around = [c for c in head.children if c.dep_ in ("poss", "compound")] + grammar.prepositional(head, "of")
    verb = grammar.governor(head)
    if verb is not None and verb.lemma_.lower() in (
        "operate",
        "run",
        "have",
        "own",
        "manage",
        "serve",
        "maintain",
        "shut",
        "close",
    ):
        around += grammar.subjects(verb)
    for token in around:
        other = reading.mention_at(token)
        if other is not None and other.record is not None and other.record.kind in ORGANIZATIONS:
            return other.record
    return None


_CLIENT_LIST = re.compile(
    r"\b(?:customers?|clients?)(?: list| base| roster)?\b[^.;]{0,90}?\b(?:includ\w+|such as|like|among them|counts?)\b",
    re.IGNORECASE,
)
LISTED = 0.65
"""Confidence of a client in a list that says that it is one."""


def _client_list(reading: Reading, sentence: Sentence) -> None:
    """ "Its customer list includes A, B and C": the supplier stands before the list, or in the sentence before."""
    match = _CLIENT_LIST.search(sentence.text)
    if match is None:
        return
    shift = sentence.start
    before = [
        m.record
        for m in sorted(sentence.mentions, key=lambda m: -m.start)
        if m.record is not None
        and m.record.kind in ORGANIZATIONS
        and m.end <= shift + match.end()
        and not m.record.generic
    ]
    if not before and sentence.index:
        before = [
            m.record
            for m in reading.sentences[sentence.index - 1].mentions
            if m.record is not None and m.record.kind in ORGANIZATIONS and not m.record.generic
        ]
    for mention in sentence.mentions if before else ():
        record = mention.record
        listed = mention.source == "name" and mention.start >= shift + match.end()
        if listed and record is not None and record.kind in ORGANIZATIONS and record is not before[0]:
            candidate = Candidate(
                before[0], "supplies", record, sentence.start, sentence.end, "companies.client_list", LISTED
            )
            candidate.object_mention, candidate.sentence = mention, sentence
            reading.candidates.append(candidate)


_CLIENTS = re.compile(
    r"\b(?:customers?|clients?|used by|relied on by|serves|serving|supplie[sd]|provides?|providing|vendor|contractor|"
    r"supplier)\b",
    re.IGNORECASE,
)


def _clients(reading: Reading, sentence: Sentence, named: list[Mention]) -> Iterator[Pair]:
    """ "Its customers include ...": of whoever the sentence before speaks of, where this one does not say."""
    if not _CLIENTS.search(sentence.text) or sentence.index == 0:
        return
    here = {m.record for m in named}
    before = [
        m.record
        for m in reading.sentences[sentence.index - 1].mentions
        if m.record is not None and m.record.kind in ORGANIZATIONS and not m.record.generic and m.record not in here
    ]
    for supplier in list(dict.fromkeys(before))[:2]:
        for mention in named[:8]:
            if mention.record is not None and mention.record.kind in ORGANIZATIONS:
                yield "supplies", supplier, mention.record, (None, mention)


def _authorities(reading: Reading) -> list[Record]:
    """The authorities that a text names most: who arrested and charged, where a sentence does not say."""
    if "authorities" not in reading.memo:
        counts = Counter(
            m.record
            for m in reading.mentions
            if m.record is not None and m.record.kind in ("LawEnforcement", "GovernmentBody") and not m.record.generic
        )
        reading.memo["authorities"] = [r for r, _ in counts.most_common(3)]
    found: list[Record] = reading.memo["authorities"]
    return found


def _court(reading: Reading, sentence: Sentence, named: list[Mention]) -> Iterator[Pair]:
    text = sentence.text.lower()
    predicates = [
        predicate
        for predicate, words in (
            ("arrested", r"arrest|detain|apprehend|custody"),
            ("charged", r"charg|indict|extradit|plead"),
            ("sentenced", r"sentenc|convict|jail|prison"),
        )
        if re.search(words, text)
    ]
    people = [m for m in named if m.record is not None and m.record.kind == "Person" and m.source != "pronoun"][:8]
    bodies = [m for m in named if m.record is not None and m.record.kind in ORGANIZATIONS][:6]
    for predicate in predicates:
        for body in bodies:
            for person in people:
                if body.record is not None and person.record is not None:
                    yield predicate, body.record, person.record, (body, person)
        here = {m.record for m in bodies}
        for authority in _authorities(reading):
            for person in people if authority not in here else ():
                if person.record is not None:
                    yield predicate, authority, person.record, (None, person)


def _with_incident(incident: Record, mention: Mention, *, attack: bool) -> Iterator[Pair]:
    record = mention.record
    if record is None:
        return
    kind = record.kind
    if attack and kind in _VICTIMS and record.kind != "Victims":
        yield "targeted", incident, record, (None, mention)
    if kind in ORGANIZATIONS:
        yield "respondedTo", record, incident, (mention, None)
        yield "investigatedBy", incident, record, (None, mention)
    if kind == "ThreatActor" or (kind == "Person" and attack):
        yield "attributedTo", incident, record, (None, mention)
    if kind == "ThreatActor":
        yield "claimedBy", incident, record, (None, mention)


def _between(named: list[Mention]) -> Iterator[Pair]:
    for left in named:
        for right in named:
            if (
                left is right
                or left.doc is not right.doc
                or left.record is None
                or right.record is None
                or left.record is right.record
            ):
                continue
            if abs(left.head - right.head) > _NEAR:
                continue
            for predicate in _possible(left.record.kind, right.record.kind):
                yield predicate, left.record, right.record, (left, right)


def _possible(left: str, right: str) -> Iterator[str]:
    if right == "Place" and left in ORGANIZATIONS | {"Facility", "Person", "ThreatActor"}:
        yield "locatedIn"
    if left == "Person" and right in ORGANIZATIONS | {"ThreatActor"}:
        yield "holdsRole"
        if right == "ThreatActor":
            yield "memberOf"
    if left in ORGANIZATIONS and right in ORGANIZATIONS:
        yield "ownedBy"
        yield "supplies"
    if left in ORGANIZATIONS and right == "Facility":
        yield "operates"
    if left == "ThreatActor" and right == "ThreatActor":
        yield "associatedWith"
    if left == "ThreatActor" and right == "Malware":
        yield "usedMalware"


def _peek(reading: Reading, mention: Mention) -> Record | None:
    return mention.record or generic_record(reading, mention)


def _data_phrases(sentence: Sentence) -> Iterator[tuple[int, int, int]]:
    """Noun phrases whose head is data: the whole list where several are coordinated."""
    words = nouns()["Data"]
    for token in sentence.span:
        if token.pos_ not in ("NOUN", "PROPN") or token.lemma_.lower() not in words:
            continue
        if token.dep_ in ("compound", "amod", "nmod", "poss") or (
            token.dep_ == "conj" and token.head.lemma_.lower() in words
        ):
            continue
        first, last = grammar.phrase(token, limit=40)
        if last > first and len(sentence.span.doc[first:last].text) > 3:
            yield first, last, token.i
