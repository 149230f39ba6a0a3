"""The learned stage: what the encoder proposes, tied to the records, values and incidents of this text."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterator

from loaders.extraction import values
from loaders.extraction.encoder.labels import INCIDENT_PREDICATES, PAIR_PREDICATES
from loaders.extraction.encoder.reader import Encoder, Proposal, shared_encoder
from loaders.extraction.encoder.reader import Mention as Span
from loaders.extraction.encoder.text import Span as Given
from loaders.extraction.grammar import governor
from loaders.extraction.incidents import Incidents, generic_record
from loaders.extraction.modality import modality_of
from loaders.extraction.phrases import noun_phrase
from loaders.extraction.reading import ORGANIZATIONS, Candidate, Mention, Reading, Record, Sentence
from loaders.resolution.within import new_record
from ontology.statement import Datatype, Literal, Modality, slug

RULE = "encoder"
BASE = 0.2
"""Confidence of what the encoder alone proposes, before the join weighs its support."""
VICTIM = 0.35
"""How likely a span must be a victim to found an incident of its own."""
SAME = 0.8
"""How likely a noun must be to stand for a name."""
TOGETHER = 0.9
"""How likely a further victim must be to belong to an incident that is known already."""
NEARLY = 0.4
"""How likely anything else must be to belong to the incident of a victim."""
SPEAKER = 0.4
"""How likely a mention must be a speaker for the encoder to say so by itself."""
_SPEAKERS = ORGANIZATIONS | {"Person", "ThreatActor"}
_VAGUE = frozenset(
    {"vulnerability", "vulnerabilities", "flaw", "flaws", "bug", "exploit", "attack", "victim", "victims"}
)
_VALUES = {"Date", "Money", "Number"}
_TEXTS = {"Data", "Technique"}
_SMALL = frozenset(
    word
    for words in ("a an and as at by for from in into is it its of", "on or that the their this to was were with")
    for word in words.split()
)
_DETERMINER = re.compile(r"^(?:the|a|an|some|any|its|their|our|these|those|this|that|his|her)\s+", re.IGNORECASE)


Key = tuple[str, str]


class Learned:
    """The encoder's reading of one text."""

    def __init__(self, reading: Reading, encoder: Encoder) -> None:
        self.reading = reading
        document = reading.document
        given = [Given(m.start, m.end, "Name") for m in reading.mentions if m.source != "pronoun"]
        self.said = encoder.read(document.body, document.title, reading.memo.get("anchor"), given)
        self.roles: dict[str, list[Proposal]] = defaultdict(list)
        self.relations: dict[str, list[Proposal]] = defaultdict(list)
        for proposal in self.said.proposals:
            (self.roles if proposal.kind == "role" else self.relations)[proposal.label].append(proposal)
        self._starts = [s.start for s in reading.sentences]
        self._mentions = sorted(reading.mentions, key=lambda m: m.start)
        self._mention_starts = [m.start for m in self._mentions]
        self._ends: dict[tuple[int, int], Record | Literal | None] = {}
        self._keyed: dict[int, tuple[Record | Literal, Key] | None] = {}
        body, anchor = document.body, reading.memo.get("anchor")
        found = [*values.counts(body), *values.money(body), *values.dates(body, anchor)]
        self._values = {(v.start, v.end): v.literal for v in found}
        self._speakers = _best(self.relations["speaker"])
        self._same: dict[tuple[int, int], list[tuple[float, Span]]] = defaultdict(list)
        for p in self.relations["sameEntity"]:
            if p.second is not None and p.score >= SAME:
                self._same[p.first.start, p.first.end].append((p.score, p.second))
        self._together = {
            frozenset({(p.first.start, p.first.end), (p.second.start, p.second.end)}): p.score
            for p in self.relations["sameIncident"]
            if p.second and p.score > NEARLY
        }

    def sentence(self, span: Span) -> Sentence:
        """The sentence in which a span begins."""
        return self.reading.sentences[max(0, bisect_right(self._starts, span.start) - 1)]

    def end(self, span: Span) -> Record | Literal | None:
        """What a span stands for: a value, a text, or the record of whoever is mentioned there."""
        key = (span.start, span.end)
        if key not in self._ends:
            self._ends[key] = self._find_end(span)
        return self._ends[key]

    def keyed(self, span: Span) -> tuple[Record | Literal, Key] | None:
        """What a span stands for, with the key of it; spans live as long as this, and are asked for again and again."""
        known = id(span)
        if known not in self._keyed:
            end = self.end(span)
            self._keyed[known] = None if end is None else (end, end_key(end))
        return self._keyed[known]

    def _find_end(self, span: Span) -> Record | Literal | None:
        if span.type in _VALUES:
            return self._values.get((span.start, span.end))
        mention = self._mention(span)
        start, end = span.start, span.end
        if span.type == "Data" or (mention is None and span.type not in _TEXTS):
            phrase = noun_phrase(self.sentence(span), start, end)
            if phrase is None:
                return None
            start, end = phrase
        text = re.sub(r"\s+", " ", self.reading.document.body[start:end]).strip()
        if span.type in _TEXTS and not (
            mention is not None and mention.record is not None and mention.record.kind == "Technique"
        ):
            text = _trimmed(text)
            least = 2 if span.type == "Technique" else 1
            return Literal(text, Datatype.TEXT) if len(text) > 3 and len(text.split(" ")) >= least else None
        if mention is None or mention.source != "name":
            named = self._named(span)
            if named is not None:
                return named
        if mention is not None:
            return mention.record or generic_record(self.reading, mention)
        return self._new(span, text) if span.type not in ("Pronoun", "Name", "Title") else None

    def _new(self, span: Span, text: str) -> Record | None:
        """The record of something that only the encoder has seen."""
        name = _DETERMINER.sub("", _trimmed(text))
        if not 2 < len(name) <= 90 or name.lower() in _VAGUE or not any(c.isalpha() for c in name):
            return None
        known = next((r for r in self.reading.records if r.id == slug(name) and r.kind != "Incident"), None)
        record = known or new_record(self.reading, name, span.type, generic=name.islower())
        record.aliases.setdefault(text)
        return record

    def _named(self, span: Span) -> Record | None:
        """The name that a noun or pronoun stands for, where the encoder is sure of it."""
        for _, other in sorted(self._same.get((span.start, span.end), ()), key=lambda s: -s[0]):
            mention = self._mention(other)
            if mention is not None and mention.source == "name" and mention.record is not None:
                return mention.record
        return None

    def _mention(self, span: Span) -> Mention | None:
        """The mention that covers the span best."""
        best: tuple[float, Mention] | None = None
        at = bisect_right(self._mention_starts, span.end)
        for mention in reversed(self._mentions[max(0, at - 12) : at]):
            shared = min(mention.end, span.end) - max(mention.start, span.start)
            if shared <= 0:
                continue
            share = shared / (max(mention.end, span.end) - min(mention.start, span.start))
            if mention.source == "name" and mention.start >= span.start and mention.end <= span.end:
                share += 0.15
            if share >= 0.5 and (best is None or share > best[0]):
                best = (share, mention)
        return best[1] if best else None

    def told_with(self, span: Span, victims: list[tuple[Span, Record]], least: float = TOGETHER) -> Record | None:
        """The incident of the victim that is likeliest of one incident with the span."""
        best: tuple[float, Record] | None = None
        for victim, incident in victims:
            score = self._together.get(frozenset({(span.start, span.end), (victim.start, victim.end)}), 0.0)
            score -= abs(victim.start - span.start) * 1e-5
            if score > least and (best is None or score > best[0]):
                best = (score, incident)
        return best[1] if best else None

    def incident_of(self, span: Span, victims: list[tuple[Span, Record]]) -> Record | None:
        """The incident in which a span has its role: of a victim told of with it, else what its sentence speaks of."""
        own = next((i for v, i in victims if (v.start, v.end) == (span.start, span.end)), None)
        return own or self.told_with(span, victims, NEARLY) or self.sentence(span).incident or self.reading.main

    def speaker(self, span: Span) -> Record | None:
        """Who is named as saying what the span is part of."""
        found = self._speakers.get((span.start, span.end))
        if found is None or found.score < 0.4:
            return None
        end = self.end(found.first)
        return end if isinstance(end, Record) else None


def _trimmed(text: str) -> str:
    """A phrase without the small words and signs at its edges."""
    words = text.split(" ")
    while words and (words[0].lower() in _SMALL or not words[0][:1].isalnum()):
        words.pop(0)
    while words and (words[-1].lower() in _SMALL or not words[-1].strip(",.;:")):
        words.pop()
    return " ".join(words).strip(" ,.;:")


def _best(proposals: list[Proposal]) -> dict[tuple[int, int], Proposal]:
    best: dict[tuple[int, int], Proposal] = {}
    for p in proposals:
        if p.second is not None:
            key = (p.second.start, p.second.end)
            if key not in best or best[key].score < p.score:
                best[key] = p
    return best


def end_key(end: Record | Literal) -> Key:
    """By what two ends are the same."""
    if isinstance(end, Record):
        return "record", end.id
    return end.datatype.value, f"{end.value} {end.currency or ''}".lower()


def learn(reading: Reading, incidents: Incidents) -> None:
    """Say how likely the encoder holds each candidate to be, and add what it alone proposes.

    Without its weights nothing changes: the rules read alone.
    """
    encoder = shared_encoder()
    if encoder is None or not reading.sentences:
        return
    learned = Learned(reading, encoder)
    support = Support(learned)
    reading.memo["support"] = support
    for candidate in reading.candidates:
        candidate.support = support.of(candidate)
    before = len(reading.candidates)
    reading.candidates += _own(learned, incidents)
    reading.memo["learned"] = True
    reading.explain(RULE, (_show(c) for c in reading.candidates[before:]))


class Support:
    """How likely the encoder holds a statement to be, by its ends: `roles` of one end, `pairs` of two.

    `by_end` has the roles of each end, the likeliest first;
    `doubts` has the chances of each modality where an end is mentioned.
    """

    def __init__(self, learned: Learned) -> None:
        self._learned = learned
        self.roles: dict[tuple[str, Key], float] = defaultdict(float)
        self.pairs: dict[tuple[str, Key, Key], float] = defaultdict(float)
        self.speakers: dict[str, list[tuple[int, float]]] = defaultdict(list)
        self.doubts: dict[Key, list[tuple[int, tuple[float, ...]]]] = defaultdict(list)
        for label, proposals in learned.roles.items():
            for proposal in proposals:
                found = learned.keyed(proposal.first)
                if found is None:
                    continue
                end, key = found
                self.roles[label, key] = max(self.roles[label, key], proposal.score)
                self.doubts[key].append((proposal.first.start, proposal.modalities))
                if label == "said" and isinstance(end, Record):
                    self.speakers[end.id].append((proposal.first.start, proposal.score))
        for proposal in learned.relations["sameIncident"]:  # all ends are found before any statement is proposed
            learned.keyed(proposal.first)
            if proposal.second is not None:
                learned.keyed(proposal.second)
        for label in PAIR_PREDICATES:
            for proposal in learned.relations[label]:
                first = learned.keyed(proposal.first)
                second = learned.keyed(proposal.second) if proposal.second else None
                if proposal.second is not None and first is not None and second is not None:
                    pair = (label, first[1], second[1])
                    self.pairs[pair] = max(self.pairs[pair], proposal.score)
                    self.doubts[second[1]].append((proposal.second.start, proposal.modalities))

        self.by_end: dict[Key, list[tuple[str, float]]] = defaultdict(list)
        for (label, end_), score in sorted(self.roles.items(), key=lambda item: -item[1]):
            self.by_end[end_].append((label, score))

    def together(self, victims: Collection[str]) -> dict[frozenset[Key], float]:
        """How likely each end belongs to one incident with each of these victims, by the keys of both."""
        hit = {("record", victim) for victim in victims}
        likely: dict[frozenset[Key], float] = defaultdict(float)
        for proposal in self._learned.relations["sameIncident"]:
            first = self._learned.keyed(proposal.first)
            second = self._learned.keyed(proposal.second) if proposal.second else None
            if first is None or second is None or first[0] is second[0]:
                continue
            if first[1] in hit or second[1] in hit:
                both = frozenset({first[1], second[1]})
                likely[both] = max(likely[both], proposal.score)
        return likely

    def of(self, candidate: Candidate) -> float:
        """The likelihood of a candidate, whichever incident it is of."""
        subject, target, predicate = candidate.subject, candidate.object, candidate.predicate
        if not isinstance(subject, Record) or not isinstance(target, Record | Literal):
            return 0.0
        if predicate == "said":
            low, high = candidate.start - 250, candidate.end + 150
            return max((score for at, score in self.speakers.get(subject.id, ()) if low <= at <= high), default=0.0)
        if predicate == "respondedTo":
            return self.roles.get((predicate, end_key(subject)), 0.0)
        pair = self.pairs.get((predicate, end_key(subject), end_key(target)), 0.0)
        if subject.kind == "Incident" or predicate not in PAIR_PREDICATES:
            return max(pair, self.roles.get((predicate, end_key(target)), 0.0))
        return pair


def _own(learned: Learned, incidents: Incidents) -> list[Candidate]:
    """What the encoder itself proposes, each statement where it is likeliest."""
    victims = _victims(learned, incidents)
    best: dict[tuple[str, Key, Key], Candidate] = {}
    for candidate in (*_roles(learned, victims), *_relations(learned), *_sayings(learned)):
        subject, target = candidate.subject, candidate.object
        if isinstance(subject, Record) and isinstance(target, Record | Literal):
            if candidate.sentence is not None and candidate.sentence.block.kind == "heading":
                # headings give no relations
                continue
            key = (candidate.predicate, end_key(subject), end_key(target))
            if key not in best or best[key].support < candidate.support:
                best[key] = candidate
    return list(best.values())


def _show(candidate: Candidate) -> str:
    ends = [
        e.name if isinstance(e, Record) else str(getattr(e, "value", e)) for e in (candidate.subject, candidate.object)
    ]
    return f"{candidate.support:.2f} {ends[0]} {candidate.predicate} {ends[1]} ({candidate.modality})"


def _victims(learned: Learned, incidents: Incidents) -> list[tuple[Span, Record]]:
    """The spans that are victims, each with its incident; new ones found incidents of their own."""
    reading = learned.reading
    found: list[tuple[Span, Record]] = []
    weight: dict[str, float] = defaultdict(float)
    told: dict[str, Record] = {}
    for candidate in sorted(reading.candidates, key=lambda c: c.confidence):
        incident, victim = candidate.subject, candidate.object
        if candidate.predicate == "targeted" and isinstance(incident, Record) and isinstance(victim, Record):
            told[victim.id] = incident
    proposals = [p for p in learned.roles["targeted"] if p.score >= VICTIM]
    ends = [(p, end) for p in proposals if isinstance(end := learned.end(p.first), Record)]
    ends = [(p, r) for p, r in ends if r.kind not in ("Incident", "ThreatActor", "Malware")]
    # those whose incident the rules know come first, so that the others can join them
    for proposal, record in sorted(ends, key=lambda e: (e[1].id not in told, e[1].generic, -e[0].score)):
        incident = told.get(record.id) or learned.told_with(proposal.first, found)
        if incident is None and record.generic:
            # "a number of customers" are victims of what the text tells of, not of something of their own
            incident = learned.sentence(proposal.first).incident or reading.main
        incident = incident or incidents.of_victim(record)
        told[record.id] = incident
        found.append((proposal.first, incident))
        weight[incident.id] += proposal.score
    if reading.main is None and weight:
        main = max(weight, key=lambda k: (weight[k], k))
        reading.main = next(i for _, i in found if i.id == main)
    return found


def _candidate(
    learned: Learned, proposal: Proposal, subject: Record, target: Record | Literal, span: Span
) -> Candidate:
    sentence = learned.sentence(span)
    modality = Modality(proposal.modality)
    if modality is Modality.ASSERTED:
        modality = _in_grammar(sentence, span)
    speaker = learned.speaker(span) if modality is not Modality.ASSERTED else None
    candidate = Candidate(
        subject, proposal.label, target, sentence.start, max(sentence.end, span.end), RULE, BASE, modality, speaker
    )
    candidate.support = proposal.score
    candidate.sentence = sentence
    return candidate


def _in_grammar(sentence: Sentence, span: Span) -> Modality:
    """How the clause of a span puts it."""
    shift = sentence.start - sentence.span.start_char
    words = sentence.span.doc.char_span(span.start - shift, span.end - shift, alignment_mode="expand")
    if words is None:
        return Modality.ASSERTED
    verb = governor(words.root)
    return modality_of(verb if verb is not None else words.root)[0]


def _roles(learned: Learned, victims: list[tuple[Span, Record]]) -> Iterator[Candidate]:
    for predicate in INCIDENT_PREDICATES:
        for proposal in learned.roles[predicate]:
            target = learned.end(proposal.first)
            if target is None or (
                isinstance(target, Literal) and target.datatype is Datatype.TEXT and proposal.first.type not in _TEXTS
            ):
                continue
            incident = learned.incident_of(proposal.first, victims)
            if incident is None:
                continue
            if predicate == "respondedTo":
                if isinstance(target, Record):
                    yield _candidate(learned, proposal, target, incident, proposal.first)
            else:
                yield _candidate(learned, proposal, incident, target, proposal.first)


def _relations(learned: Learned) -> Iterator[Candidate]:
    for predicate in PAIR_PREDICATES:
        for proposal in learned.relations[predicate]:
            if proposal.second is None:
                continue
            subject, target = learned.end(proposal.first), learned.end(proposal.second)
            if isinstance(subject, Record) and target is not None and target is not subject:
                yield _candidate(learned, proposal, subject, target, proposal.second)


def _sayings(learned: Learned) -> Iterator[Candidate]:
    """What the encoder's speakers say: what a rule found in their sentence, else the rest of the sentence."""
    quoted: dict[int, list[Candidate]] = defaultdict(list)
    for candidate in learned.reading.candidates:
        if candidate.predicate == "said":
            quoted[candidate.start].append(candidate)
    for proposal in learned.roles["said"]:
        speaker = learned.end(proposal.first)
        if proposal.score < SPEAKER or not isinstance(speaker, Record) or speaker.kind not in _SPEAKERS:
            continue
        sentence = learned.sentence(proposal.first)
        contents = [c.object for c in quoted[sentence.start] if isinstance(c.object, Literal)]
        if not contents and (rest := _rest(learned, proposal.first, sentence)):
            contents = [Literal(rest, Datatype.TEXT)]
        for content in contents:
            yield _candidate(learned, proposal, speaker, content, proposal.first)


def _rest(learned: Learned, span: Span, sentence: Sentence) -> str:
    """A sentence without its speaker and the verb beside it."""
    body = learned.reading.document.body
    before = body[sentence.start : span.start].strip()
    after = body[span.end : sentence.end].strip()
    if len(after) >= len(before):
        rest = re.sub(r"^\W*(?:also |later |then |has |have |had )*\w+(?: \w+ed)?,?(?: that\b)?", "", after)
    else:
        rest = re.sub(r"[\s,]*\b(?:according to(?: the)?|\w+)$", "", before)
    rest = re.sub(r"\s+", " ", rest).strip(" \"“”',.;:–-")
    return rest[:1000] if len(rest.split()) >= 4 else ""
