"""Fourth stage: which incidents a text tells of, and which of them "the attack" is in each sentence."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from loaders.extraction.frames import Match
from loaders.extraction.reading import ORGANIZATIONS, Mention, Reading, Record, Sentence
from loaders.resolution.within import new_record
from ontology.statement import slug

if TYPE_CHECKING:
    from collections.abc import Iterable

_YEAR = re.compile(r"\b(?:19|20)\d\d\b")


class Incidents:
    """The incidents of one text, by victim; the one most told of is the main one."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.by_victim: dict[str, Record] = {}
        self.of_token: dict[tuple[int, int], list[Record]] = {}
        self.year = (reading.memo.get("anchor") or "")[:4]

    def find(self, matches: list[Match]) -> None:
        """Make an incident of each victim, choose the main one, and say which one each sentence speaks of."""
        weight: Counter[str] = Counter()
        title = self.reading.document.title.lower()
        victims: dict[str, Record] = {}
        for match in matches:
            if match.frame.event is None:
                continue
            for record in self._victims(match):
                victims.setdefault(record.id, record)
                weight[record.id] += 3 if match.sentence.index < 3 else 1
                if record.kind in ORGANIZATIONS and not record.generic:
                    weight[record.id] += 2
        for key, record in victims.items():
            if any(len(a) > 2 and a.lower() in title for a in record.aliases):
                weight[key] += 6
            self.by_victim[key] = self._incident(record)
        if weight:
            self.reading.main = self.by_victim[max(weight, key=lambda k: (weight[k], k))]
        elif any(m.frame.event for m in matches):
            self.reading.main = None
        self.reading.memo["by_victim"] = self.by_victim
        self._per_sentence(matches)
        self.reading.incidents = list(dict.fromkeys(self.by_victim.values()))
        self.reading.explain("incidents", (f"{i.name}  ({', '.join(i.aliases)})" for i in self.reading.incidents))

    def _victims(self, match: Match) -> Iterable[Record]:
        for filler in match.fillers.get(match.frame.event or "", ()):
            mention = filler.mention
            if mention is None or mention.kind == "Incident" or (mention.record is None and _quoted_indefinite(mention)):
                continue
            record = mention.record or self._generic(mention)
            if record is not None and record.kind != "Incident":
                yield record

    def _generic(self, mention: Mention) -> Record | None:
        """A victim without a name, such as "hospitals in Ohio"."""
        return generic_record(self.reading, mention)

    def _incident(self, victim: Record) -> Record:
        year = f" {self.year}" if self.year else ""
        incident = Record(f"{victim.name} cyberattack{year}", "Incident", slug(f"{victim.name} cyberattack{year}"))
        incident.aliases[incident.name] = None
        self.reading.records.append(incident)
        return incident

    def _per_sentence(self, matches: list[Match]) -> None:
        own: dict[int, list[list[Record]]] = {}
        for match in matches:
            if match.frame.event:
                found = [self.by_victim[r.id] for r in self._victims(match)]
                if found:
                    own.setdefault(match.sentence.index, []).append(list(dict.fromkeys(found)))
                    self.of_token[id(match.trigger.doc), match.trigger.i] = list(dict.fromkeys(found))
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
        if match.frame.event:
            own = [self.by_victim[r.id] for r in self._victims(match) if r.id in self.by_victim]
            if own:
                return list(dict.fromkeys(own))
        for fillers in match.fillers.values():
            for filler in fillers:
                token = filler.token
                if (id(token.doc), token.i) in self.of_token:
                    return self.of_token[id(token.doc), token.i]
        return match.sentence.incidents


def _quoted_indefinite(mention: Mention) -> bool:
    """"an assault on an iconic brand", said by somebody: no party of its own."""
    if mention.doc[mention.first].lower_ not in ("a", "an"):
        return False
    before = mention.doc.text[: mention.doc[mention.first].idx]
    return before.count('"') % 2 == 1


def generic_record(reading: Reading, mention: Mention) -> Record | None:
    """The record of a noun that no name stands for, made at its first use."""
    if mention.source == "pronoun":
        return None
    text = re.sub(r"^(?:the|a|an|some|any|its|their|our|these|those|this|that|his|her)\s+", "", mention.text.strip(), flags=re.I)
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
