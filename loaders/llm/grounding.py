"""Holds what a language model says to the text: a claim without its quote, its ends or its types there is refused."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence

from loaders.extraction import values
from loaders.extraction.incidents import rename
from loaders.extraction.lexicon import read_data, technique_phrases
from loaders.extraction.reading import Reading, Record, Sentence
from loaders.llm.alignment import Aligner, fold
from loaders.llm.answer import Claim, End
from loaders.resolution import gazetteer
from ontology.check import violations
from ontology.model import ontology
from ontology.statement import Datatype, Entity, Literal, Statement, slug

TRUST = 0.75
"""How likely a claim is that stands in the text and that nothing else speaks for."""
_MOST_SENTENCES = 4
_LONGEST_NAME = 120
_ARTICLE = re.compile(r"^(?:the|an?|this|that|these|those|its|their|our|his|her)\s+", re.IGNORECASE)
_DESCRIBED = frozenset({"Technique", "Person", "Facility", "System"})
"""Classes whose members reports often leave without a name: "the plant in Hull", "a 19-year-old man"."""
_NAMELESS = frozenset({"it", "he", "she", "they", "them", "we", "us", "i", "you", "who", "which", "this", "that"})
_INCIDENT_WORDS = re.compile(
    r"\s*(?:cyber ?-?attack|attack|breach|data breach|incident|hack|ransomware attack|intrusion|cyber incident)s?$",
    re.IGNORECASE,
)


class Refused(Exception):
    """Why a claim is no statement of this text."""


class Grounding:
    """The claims about one text, tied to the records that the offline reading made of it."""

    def __init__(self, reading: Reading, source: str) -> None:
        self._reading = reading
        self._rule = source
        self._aligner = Aligner(reading.document.body)
        self._starts = [sentence.start for sentence in reading.sentences]
        self._named: dict[str, Record] = {}
        for record in reading.records:
            for name in (record.name, *record.aliases):
                # Whoever is named first: later records repeat names of earlier ones in passing.
                self._named.setdefault(_bare(name), record)
        self._own: dict[str, Record] = {}
        self._new: dict[str, Record] = {}

    def statements(self, claims: Sequence[Claim]) -> list[Statement]:
        """The claims that hold, as statements; the reading's explanations say why the others do not."""
        kept: dict[int, Statement] = {}
        # Victims make incidents before anything else can be said of them.
        for number, claim in sorted(enumerate(claims), key=lambda c: c[1].predicate != "targeted"):
            before = dict(self._own)
            told = f"{claim.subject.name[:60]} {claim.predicate} {claim.object.name[:60]}"
            try:
                kept[number] = self._statement(claim)
            except Refused as reason:
                self._own = before  # a claim that does not hold makes no incident
                self._reading.explain("llm", [f"refused {told}: {reason}"])
            else:
                self._reading.explain("llm", [f"found {told}"])
        self._reading.incidents.extend(self._own.values())
        return [kept[number] for number in sorted(kept)]

    def _statement(self, claim: Claim) -> Statement:
        predicate = ontology().predicates.get(claim.predicate)
        if predicate is None:
            raise Refused(f"there is no predicate {claim.predicate[:40]!r}")
        sentences = self._sentences(claim)
        start, end = sentences[0].start, sentences[-1].end
        body = self._reading.document.body
        subject = self._entity(claim.subject, predicate.domain, sentences, claim)
        target: Entity | Literal
        if claim.object.type in list(Datatype) or not predicate.range:
            target = self._literal(claim.object, sentences)
        else:
            target = self._entity(claim.object, predicate.range, sentences, claim)
        if isinstance(target, Entity):
            if target.id == subject.id:
                raise Refused("its two ends are the same")
            if not any(self._is_told(end_, sentences) for end_ in (subject, target)):
                raise Refused("its quote speaks of neither end")
        quote = body[start:end]
        start, end = start + len(quote) - len(quote.lstrip()), start + len(quote.rstrip())
        statement = Statement(
            subject=subject,
            predicate=predicate.name,
            object=target,
            document=self._reading.document.id,
            quote=body[start:end],
            start=start,
            end=end,
            rule=self._rule,
            modality=claim.modality,
            confidence=TRUST,
            speaker=self._speaker(claim, sentences),
            role=self._role(claim, sentences) if predicate.name == "holdsRole" else None,
        )
        for violation in violations([statement], self._reading.document):
            raise Refused(f"{violation.part} {violation.message}")
        return statement

    def _sentences(self, claim: Claim) -> list[Sentence]:
        """The sentences that the quote stands in: those of the number given, if it stands there."""
        if len(fold(claim.quote)) < 3:
            raise Refused("its quote is too short")
        found = None
        if claim.sentence is not None and 0 <= claim.sentence < len(self._reading.sentences):
            near = self._reading.sentences[claim.sentence]
            found = self._aligner.find(claim.quote, (near.start, near.end))
        found = found or self._aligner.find(claim.quote)
        if found is None:
            raise Refused("its quote does not stand in the text")
        low = max(0, bisect_right(self._starts, found[0]) - 1)
        high = max(low, bisect_right(self._starts, found[1] - 1) - 1)
        if high - low >= _MOST_SENTENCES:
            raise Refused("its quote is too long")
        return self._reading.sentences[low : high + 1]

    def _entity(self, end: End, classes: tuple[str, ...], sentences: Sequence[Sentence], claim: Claim) -> Entity:
        model = ontology()
        if end.type not in model.classes:
            raise Refused(f"there is no type {end.type[:40]!r}")
        if end.type == "Incident":
            return self._incident(end, sentences, claim).entity()
        record = self._record(end, sentences)
        if record is None:
            raise Refused(f"{end.name[:60]!r} does not stand in the text")
        if record.kind in model.classes and model.is_any(record.kind, classes):
            return record.entity()
        if record.known or record.kind == "Incident" or not model.is_any(end.type, classes):
            raise Refused(f"{record.name[:60]!r} is a {record.kind}, not a {' or '.join(classes)}")
        # The offline reading took it for something else, and has no list to go by.
        return Entity(record.id, record.name, end.type, tuple(record.aliases))

    def _record(self, end: End, sentences: Sequence[Sentence]) -> Record | None:
        """Who or what is meant: what the same words stand for in these sentences, else anywhere in the text."""
        record = self._seen(end.name, sentences)
        if record is None and end.type == "Technique":
            return self._technique(end)
        if record is None and (known := gazetteer().get(end.name)) is not None:
            record = self._named.get(_bare(known.canonical))
        return record or self._unseen(end)

    def _seen(self, name: str, sentences: Sequence[Sentence]) -> Record | None:
        key = _bare(name)
        mentions = (m for sentence in sentences for m in sentence.mentions if m.record is not None)
        here = next((m.record for m in mentions if _bare(m.text) == key), None)
        return here or self._named.get(key) or self._new.get(key)

    def _unseen(self, end: End) -> Record | None:
        """A record for a name that stands in the text and that the offline reading did not see."""
        at = self._aligner.find(end.name, whole=True)
        if at is None:
            return None
        text = _ARTICLE.sub("", " ".join(self._reading.document.body[slice(*at)].split()))
        if end.type == "SupportMeasure":
            return self._measure(text)
        bare = text.islower() and not any(c.isdigit() for c in text)
        if text.lower() in _NAMELESS or len(text) > _LONGEST_NAME or len(text) < 2:
            raise Refused(f"{text[:60]!r} is no name")
        if bare and (end.type not in _DESCRIBED or " " not in text):
            raise Refused(f"{text[:60]!r} names nobody")
        known = gazetteer().get(text)
        name = known.canonical if known else text.upper() if end.type == "Vulnerability" else text
        kind = known.kind if known else end.type
        record = Record(name, kind, slug(name), {name: None, text: None}, generic=bare, known=known is not None)
        self._new[_bare(text)] = record
        return record

    def _technique(self, end: End) -> Record | None:
        if self._aligner.find(end.name, whole=True) is None:
            return None
        match = next(technique_phrases().finditer(end.name), None)
        if match is None:
            raise Refused(f"{end.name[:60]!r} is no technique with a name")
        technique = read_data("techniques.yaml")["techniques"][int(match[1])]
        return Record(technique["name"], "Technique", slug(technique["name"]), {end.name: None, technique["id"]: None})

    def _measure(self, text: str) -> Record:
        """The support measure of the text, known by whom it helps."""
        measure: Record | None = self._reading.memo.get("measure")
        if measure is None:
            main: Record | None = self._reading.memo.get("main_organization")
            name = f"{main.name} {text}" if main is not None else text
            measure = Record(name, "SupportMeasure", slug(f"{name} {self._year}".strip()), {name: None})
            self._reading.memo["measure"] = measure
        measure.aliases.setdefault(text)
        return measure

    def _incident(self, end: End, sentences: Sequence[Sentence], claim: Claim) -> Record:
        """The incident that a victim or an attacker names; only being told as hit makes a new one."""
        party = self._seen(end.name, sentences)
        name = end.name if party else _INCIDENT_WORDS.sub("", end.name)
        if party is None and _bare(name) in {"", "the"}:
            party = sentences[0].incident  # "the attack", in a sentence that does not call it so
        elif party is None:
            party = self._record(End(type="Organization", name=name), sentences)
        if party is None:
            raise Refused(f"{end.name[:60]!r} does not stand in the text")
        if party.kind == "Incident":
            return party
        by_victim: dict[str, Record] = self._reading.memo.get("by_victim", {})
        campaign = slug(f"{party.name} campaign")
        known = by_victim.get(party.id) or self._own.get(party.id)
        known = known or next((i for i in self._reading.incidents if i.id.startswith(campaign)), None)
        if known is not None:
            return known
        if claim.predicate != "targeted" or _bare(claim.object.name) != _bare(name) or party.kind == "ThreatActor":
            raise Refused(f"no incident of {party.name[:60]!r} is told")
        incident = Record(f"{party.name} cyberattack", "Incident", slug(f"{party.name} cyberattack"))
        rename(incident, self._year)
        self._own[party.id] = incident
        return incident

    def _literal(self, end: End, sentences: Sequence[Sentence]) -> Literal:
        """The value that the words stand for, read from the text itself and not as the model may put it."""
        start, limit = sentences[0].start, sentences[-1].end
        at = self._aligner.find(end.name, (start, limit), whole=True)
        if at is None:
            raise Refused(f"{end.name[:60]!r} does not stand in its quote")
        body = self._reading.document.body
        if end.type == Datatype.TEXT:
            return Literal(" ".join(body[slice(*at)].split()), Datatype.TEXT)
        text = body[start:limit]
        found: Iterable[values.Value]
        if end.type == Datatype.MONEY:
            found = values.money(text)
        elif end.type == Datatype.INTEGER:
            found = values.counts(text)
        elif end.type == Datatype.DATE:
            dated = self._reading.document.published_on is not None
            found = values.dates(text, self._reading.memo.get("anchor"), exact=dated)
        else:
            raise Refused(f"{end.type[:40]!r} is no kind of value")
        for value in found:
            if value.start + start < at[1] and at[0] < value.end + start:
                return value.literal
        raise Refused(f"{end.name[:60]!r} is no {end.type} that can be read")

    def _speaker(self, claim: Claim, sentences: Sequence[Sentence]) -> Entity | None:
        """Who says so, where it is somebody who can be found in the text."""
        if claim.speaker is None:
            return None
        try:
            return self._entity(claim.speaker, ("Person", "Organization"), sentences, claim)
        except Refused as reason:
            self._reading.explain("llm", [f"left out the speaker: {reason}"])
            return None

    def _role(self, claim: Claim, sentences: Sequence[Sentence]) -> str:
        at = self._aligner.find(claim.role or "", (sentences[0].start, sentences[-1].end), whole=True)
        if at is None:
            raise Refused("its role does not stand in its quote")
        return " ".join(self._reading.document.body[slice(*at)].split())

    def _is_told(self, entity: Entity, sentences: Sequence[Sentence]) -> bool:
        """Whether sentences speak of something, by a name, a noun or a pronoun."""
        if any(m.record is not None and m.record.id == entity.id for s in sentences for m in s.mentions):
            return True
        within = (sentences[0].start, sentences[-1].end)
        return any(self._aligner.find(name, within, whole=True) for name in (entity.name, *entity.aliases))

    @property
    def _year(self) -> str:
        return (self._reading.memo.get("anchor") or "")[:4]


def _bare(name: str) -> str:
    """A name as it is looked for: without an article, and whatever its capitals and quotation marks."""
    return _ARTICLE.sub("", fold(name).strip(" \"'.,;:()"))
