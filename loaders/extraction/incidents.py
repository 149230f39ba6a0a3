"""Fourth stage: which incidents a text tells of, and which of them "the attack" is in each sentence."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache

from loaders.extraction.frames import Filler, Match
from loaders.extraction.nlp import text_of
from loaders.extraction.reading import ORGANIZATIONS, Mention, Reading, Record, Sentence
from loaders.resolution import gazetteer
from loaders.resolution.within import new_record
from ontology.statement import slug

_VAGUE = frozenset(
    [
        "victim",
        "target",
        "account",
        "computer",
        "system",
        "server",
        "device",
        "network",
        "database",
        "site",
        "machine",
        "environment",
        "person",
        "people",
        "individual",
        "thing",
        "one",
        "other",
        "party",
        "data",
        "service",
        "website",
        "user",
        "customer",
        "member",
        "defendant",
        "employee",
        "administrator",
        "credential",
    ]
)
_YEAR = re.compile(r" (?:19|20)\d\d$")


class Incidents:
    """The incidents of one text, by victim; the one most told of is the main one.

    A named organization makes an incident of its own. Victims without a name ("hospitals") belong to the campaign of
    the group that is named as the attacker, or else to the one incident of a text that names no victim.
    """

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.by_victim: dict[str, Record] = {}
        self.campaigns: dict[str, Record] = {}
        self.of_token: dict[tuple[int, int], list[Record]] = {}
        self.of_match: dict[int, list[Record]] = {}
        self.year = (reading.memo.get("anchor") or "")[:4]

    def find(self, matches: list[Match]) -> None:
        """Make an incident of each victim, choose the main one, and say which one each sentence speaks of."""
        events = [m for m in matches if m.frame.event is not None]
        weight: Counter[str] = Counter()
        strong: dict[str, Record] = {}
        for match in events:
            for filler in match.fillers.get(match.frame.event or "", ()):
                record = filler.mention.record if filler.mention else None
                if record is not None and _strong(record):
                    strong.setdefault(record.id, record)
                    weight[record.id] += 3 if match.sentence.index < 3 else 1
        title = self.reading.document.title.lower()
        for key, record in strong.items():
            if any(len(a) > 2 and a.lower() in title for a in record.aliases):
                weight[key] += 6
            self.by_victim[key] = self._incident(record)
        if weight:
            self.reading.main = self.by_victim[max(weight, key=lambda k: (weight[k], k))]
        for match in events:
            self.of_match[id(match)] = self._assign(match, bool(strong))
        if self.reading.main is None and self.campaigns:
            self.reading.main = next(iter(self.campaigns.values()))
        self.reading.memo["by_victim"] = self.by_victim
        self.reading.memo["strong_incidents"] = {i.id for i in self.by_victim.values()}
        self._per_sentence(events)
        self.reading.incidents = list(dict.fromkeys([*self.by_victim.values(), *self.campaigns.values()]))
        self.reading.explain("incidents", (f"{i.name}  ({', '.join(i.aliases)})" for i in self.reading.incidents))

    def _assign(self, match: Match, named: bool) -> list[Record]:
        """The incidents of an event; victims that make none are taken off it."""
        role = match.frame.event or ""
        kept: list[Filler] = []
        found: list[Record] = []
        actor = self._actor(match)
        for filler in match.fillers.get(role, ()):
            mention = filler.mention
            if mention is None or mention.kind == "Incident":
                continue
            record = mention.record
            if record is not None and _strong(record):
                found.append(self.by_victim[record.id])
                kept.append(filler)
                continue
            if _vague(mention) or (record is None and _quoted_indefinite(mention)):
                continue
            if actor is None and named:
                continue
            record = record or generic_record(self.reading, mention)
            if record is None or record.kind == "Incident":
                continue
            found.append(self._campaign(actor, record))
            kept.append(filler)
        match.fillers[role] = kept
        if not found and actor is not None and not named:
            found.append(self._campaign(actor, None))
        return list(dict.fromkeys(found))

    def _actor(self, match: Match) -> Record | None:
        for filler in match.fillers.get("actor", ()):
            record = filler.mention.record if filler.mention else None
            if record is not None and record.kind == "ThreatActor" and not record.generic:
                return record
        return None

    def _campaign(self, actor: Record | None, victim: Record | None) -> Record:
        key = actor.id if actor else ""
        if key not in self.campaigns:
            of = actor.name if actor else victim.name if victim else "unnamed"
            incident = self._named(f"{of} {'campaign' if actor else 'cyberattack'}")
            self.campaigns[key] = incident
        return self.campaigns[key]

    def _incident(self, victim: Record) -> Record:
        return self._named(f"{victim.name} cyberattack")

    def _named(self, what: str) -> Record:
        incident = Record(what, "Incident", slug(what))
        rename(incident, self.year)
        self.reading.records.append(incident)
        return incident

    def _per_sentence(self, events: list[Match]) -> None:
        own: dict[int, list[list[Record]]] = {}
        for match in events:
            found = self.of_match[id(match)]
            if found:
                own.setdefault(match.sentence.index, []).append(found)
                self.of_token[id(match.trigger.doc), match.trigger.i] = found
        current = [self.reading.main] if self.reading.main else []
        for sentence in self.reading.sentences:
            groups = own.get(sentence.index)
            if groups:
                current = groups[0]
            else:
                mentioned = self._mentioned(sentence)
                if mentioned is not None:
                    current = [mentioned]
            sentence.incidents = current
            sentence.incident = current[0] if current else None
            for mention in sentence.mentions:
                if mention.kind == "Incident" and mention.record is None and current:
                    here = self.of_token.get((id(mention.doc), mention.head), current)
                    mention.record = here[0]
                    for incident in here:
                        if len(mention.text) < 60 and len(incident.aliases) < 16:
                            incident.aliases.setdefault(re.sub(r"\s+", " ", mention.text))

    def _mentioned(self, sentence: Sentence) -> Record | None:
        for mention in sentence.mentions:
            if mention.record is not None and mention.record.id in self.by_victim and not mention.record.generic:
                return self.by_victim[mention.record.id]
        return None

    def of_victim(self, record: Record) -> Record:
        """The incident of a victim, made at its first use."""
        if record.id not in self.by_victim:
            self.by_victim[record.id] = self._incident(record)
            self.reading.incidents.append(self.by_victim[record.id])
        return self.by_victim[record.id]

    def of(self, match: Match) -> list[Record]:
        """The incidents that a match speaks of."""
        own = self.of_match.get(id(match))
        if own:
            return own
        for fillers in match.fillers.values():
            for filler in fillers:
                token = filler.token
                if (id(token.doc), token.i) in self.of_token:
                    return self.of_token[id(token.doc), token.i]
        return match.sentence.incidents


def rename(incident: Record, year: str) -> None:
    """Know an incident by this year, in place of another."""
    incident.aliases.pop(incident.name, None)
    incident.name = f"{_YEAR.sub('', incident.name)} {year}".strip()
    incident.id = slug(incident.name)
    incident.aliases = {incident.name: None, **incident.aliases}


def _strong(record: Record) -> bool:
    """A victim that makes an incident of its own: named, and somebody rather than something."""
    if record.generic or not record.mentions:
        return False
    if record.kind == "Place":
        return record.name not in _countries()
    return record.kind in ORGANIZATIONS or record.kind in ("Person", "Facility")


@cache
def _countries() -> frozenset[str]:
    return frozenset(gazetteer().demonyms.values()) | {"European Union", "Asia", "North America", "Middle East"}


def _vague(mention: Mention) -> bool:
    """ "the victims", "its systems", "a compromised account": no party that an incident could be told by."""
    head = mention.doc[mention.head]
    if mention.kind in ("System", "Data") or head.lemma_.lower() in _VAGUE:
        return True
    if mention.doc[mention.first].lower_ in (
        "the",
        "this",
        "that",
        "these",
        "those",
        "its",
        "their",
        "our",
        "his",
        "her",
    ):
        return True
    return mention.kind == "Victims" and any(t.like_num for t in mention.span)


def _quoted_indefinite(mention: Mention) -> bool:
    """ "an assault on an iconic brand", said by somebody: no party of its own."""
    if mention.doc[mention.first].lower_ not in ("a", "an"):
        return False
    before = text_of(mention.doc)[: mention.doc[mention.first].idx]
    return before.count('"') % 2 == 1


def generic_record(reading: Reading, mention: Mention) -> Record | None:
    """The record of a noun that no name stands for, made at its first use."""
    if mention.source == "pronoun":
        return None
    text = re.sub(
        r"^(?:the|a|an|some|any|its|their|our|these|those|this|that|his|her)\s+",
        "",
        mention.text.strip(),
        flags=re.IGNORECASE,
    )
    text = re.sub(r"\s+", " ", text)
    if len(text) < 3 or len(text) > 90:
        return None
    kind = {"Victims": "Organization", "People": "Organization", "Data": "System"}.get(mention.kind, mention.kind)
    generic: dict[str, Record] = reading.memo.setdefault("generic", {})
    key = f"{kind}:{slug(text)}"
    if key not in generic:
        generic[key] = new_record(reading, text, kind, generic=True)
    mention.record = generic[key]
    generic[key].mentions.append(mention)
    generic[key].aliases.setdefault(mention.text)
    return generic[key]
