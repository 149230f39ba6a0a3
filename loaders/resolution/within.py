"""Which mentions of one text stand for the same thing: short names, acronyms, nouns and pronouns."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable
from functools import cache
from typing import Any

from loaders.extraction.lexicon import read_data
from loaders.extraction.nlp import text_of
from loaders.extraction.reading import ORGANIZATIONS, Mention, Reading, Record, Sentence
from loaders.resolution.gazetteer import gazetteer
from ontology.statement import slug

PARTIES = ORGANIZATIONS | {"ThreatActor"}
_AKA = re.compile(
    r"^\W{0,3}\(?(?:also |previously |formerly |better |otherwise |internally )*(?:known as|aka|a\.k\.a\.?|tracked as|"
    r"dubbed|called|formerly|now known as|short for|or)[\s\"':,]*(?:the )?$",
    re.IGNORECASE,
)
_ARTICLE = re.compile(r"^(?:the|an?|this|that|these|those|its|their|our)\s+", re.IGNORECASE)
_OPEN_BRACKET = re.compile(r"^ ?\((?:the )?\"?$")
_GENERIC_NAMES = frozenset({"government", "police", "ministry", "department", "agency", "council", "university"})


@cache
def _words() -> dict[str, Any]:
    raw = read_data("references.yaml")
    return {k: frozenset(v) if isinstance(v, list) else re.compile(v) for k, v in raw.items()}


def resolve(reading: Reading) -> None:
    """Give every mention its record, names first, then what refers back to them."""
    _name_records(reading)
    _merge_aliases(reading)
    _name_governments(reading)
    _References(reading).run()
    reading.explain(
        "resolution",
        (f"{r.kind:<15} {r.name}  = {', '.join(r.aliases)}" for r in reading.records if r.mentions and not r.generic),
    )


def _key(text: str) -> str:
    bare = _words()["legal_suffix"].sub("", text.strip())
    return slug(bare or text)


def new_record(reading: Reading, name: str, kind: str, *, generic: bool = False) -> Record:
    """A record that no name stands for yet."""
    record = Record(name, kind, slug(name), {name: None}, generic=generic)
    reading.records.append(record)
    return record


def attach(record: Record, mention: Mention) -> None:
    """Let the mention stand for the record."""
    mention.record = record
    record.mentions.append(mention)
    text = _ARTICLE.sub("", re.sub(r"\s+", " ", mention.text).strip())
    if mention.source != "pronoun" and len(text) <= 80 and len(record.aliases) < 24:
        record.aliases.setdefault(text)


def _name_records(reading: Reading) -> None:
    by_key: dict[tuple[str, str], Record] = {}
    for mention in reading.mentions:
        if mention.source != "name":
            continue
        known = gazetteer().get(mention.text) if mention.canonical else None
        name = mention.canonical or mention.text
        country = gazetteer().country_of(mention.text)
        if country and mention.kind in ("Place", "Organization", "ThreatActor", "Company"):
            mention.kind, name = "Place", country
        family = "org" if mention.kind in ORGANIZATIONS else mention.kind
        key = (family, slug(name) if mention.canonical else _key(name))
        record = by_key.get(key)
        if record is None:
            record = Record(name, mention.kind, slug(name), {name: None}, known=known is not None)
            by_key[key] = record
            reading.records.append(record)
        attach(record, mention)
        if not record.known and len(mention.text) > len(record.name) and not country:
            record.name, record.id = mention.text, slug(mention.text)


def _merge(reading: Reading, keep: Record, drop: Record) -> None:
    if keep is drop:
        return
    for mention in drop.mentions:
        mention.record = keep
    keep.mentions = sorted([*keep.mentions, *drop.mentions], key=lambda m: m.start)
    for alias in drop.aliases:
        keep.aliases.setdefault(alias)
    if drop.known and not keep.known:
        keep.name, keep.id, keep.kind, keep.known = drop.name, drop.id, drop.kind, True
    reading.records.remove(drop)
    drop.mentions = []


def _alike(a: Record, b: Record) -> bool:
    return (
        a.kind == b.kind
        or (a.kind in ORGANIZATIONS and b.kind in ORGANIZATIONS)
        or {a.kind, b.kind} <= {"ThreatActor", "Malware", "Organization", "Company"}
    )


def _merge_aliases(reading: Reading) -> None:
    names = [m for m in reading.mentions if m.source == "name" and m.kind != "Vulnerability"]
    for left, right in itertools.pairwise(names):
        a, b = left.record, right.record
        if a is None or b is None or a is b or left.doc is not right.doc or right.start - left.end > 40:
            continue
        between = text_of(left.doc)[
            left.doc[left.last - 1].idx + len(left.doc[left.last - 1]) : left.doc[right.first].idx
        ]
        bracket = _OPEN_BRACKET.match(between) and (
            _is_acronym(right.text, left.text) or _is_acronym(left.text, right.text)
        )
        if (bracket or (_AKA.match(between) and _alike(a, b))) and "Place" not in (a.kind, b.kind):
            _merge(reading, a, b)
    records = sorted((r for r in reading.records if r.mentions), key=lambda r: len(r.name))[:600]
    for short in records:
        if not short.mentions or short.kind in ("Place", "Vulnerability", "System", "Malware"):
            continue
        full = _longer(short, records)
        if full is not None:
            _merge(reading, full, short)


def _is_acronym(short: str, full: str) -> bool:
    letters = re.sub(r"[^A-Za-z&]", "", short).upper()
    if not 2 <= len(letters) <= 8 or not short[:1].isupper():
        return False
    words = re.findall(r"[A-Za-z]+|&", full)
    initials = "".join(w[0] for w in words).upper()
    capitals = "".join(w[0] for w in words if w[0].isupper() or w == "&").upper()
    return letters in (initials, capitals) or (len(letters) > 2 and initials.startswith(letters))


def _longer(short: Record, records: list[Record]) -> Record | None:  # noqa: PLR0911
    """The record whose longer name the short one is a form of."""
    words = short.name.split()
    if short.name.lower() in _GENERIC_NAMES:
        return None
    for full in reversed(records):
        if full is short or not full.mentions or len(full.name) <= len(short.name):
            continue
        other = full.name.split()
        if short.kind == full.kind == "Person":
            if len(words) == 1 and len(other) > 1 and words[0].strip(".") in (other[-1], other[0]):
                return full
            if len(words) == 2 and len(other) > 2 and words[-1] == other[-1] and words[0] == other[0]:
                return full
        elif _alike(short, full) and not (short.known and full.known):
            if (
                short.kind in PARTIES
                and other[: len(words)] == words
                and len(short.name) > 2
                and len(other) <= len(words) + 4
            ):
                if not re.search(r"\b(?:Department|Ministry|University|Bank|City|State|National|New)$", short.name):
                    return full
            elif (
                short.name.isupper() and short.kind in PARTIES and _is_acronym(short.name, full.name) and len(other) > 1
            ):
                return full
        elif short.kind == "Person" and len(words) == 1 and full.kind in PARTIES and other[0] == words[0]:
            return full
    return None


def _name_governments(reading: Reading) -> None:
    """ "The Government" alone is that of the country the text speaks of most."""
    countries = Counter(
        m.record.name for m in reading.mentions if m.record and m.kind == "Place" and m.source == "name"
    )
    for record in reading.records:
        if record.name.lower() == "government" and countries:
            country = next((c for c, _ in countries.most_common() if c in _government_countries()), None)
            if country:
                known = gazetteer().get(f"{country} Government")
                record.name = known.canonical if known else f"{country} Government"
                record.id = slug(record.name)
                record.aliases.setdefault(record.name)


@cache
def _government_countries() -> frozenset[str]:
    return frozenset(gazetteer().demonyms.values()) - {"Europe", "Africa", "England"}


class _References:
    """Nouns and pronouns, in the order of the text."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.recent: list[tuple[int, float, Record]] = []
        self.main = main_organization(reading)
        reading.memo["main_organization"] = self.main
        self.team: Record | None = None
        self.by_head: dict[str, Record] = {}
        self.actor: Record | None = None
        self.speaker_of: Record | None = None

    def run(self) -> None:
        for sentence in self.reading.sentences:
            for mention in sentence.mentions:
                if mention.source == "nominal":
                    record = self._nominal(mention, sentence) or self._unnamed(mention)
                elif mention.source == "pronoun":
                    record = self._pronoun(mention, sentence)
                else:
                    record = None
                if record is not None:
                    attach(record, mention)
                if mention.record is not None:
                    self._note(mention, sentence)

    def _note(self, mention: Mention, sentence: Sentence) -> None:
        head = mention.doc[mention.head]
        weight = 2.0 if head.dep_ in ("nsubj", "nsubjpass") else 0.6 if head.dep_ in ("poss", "compound") else 1.0
        if mention.record is not None:
            self.recent.append((sentence.index, weight, mention.record))
            del self.recent[:-40]

    def _latest(
        self, kinds: Iterable[str], sentence: Sentence, reach: int, *, also: frozenset[str] = frozenset()
    ) -> Record | None:
        kinds = frozenset(kinds)
        best: tuple[float, Record] | None = None
        for order, (index, weight, record) in enumerate(self.recent):
            distance = sentence.index - index
            if record.kind not in kinds or record.generic or distance > reach or record.id in _words()["media"]:
                continue
            described = 3.0 if also and also & {a.lower().split()[-1] for a in record.aliases if a} else 0.0
            score = weight - 0.9 * distance + 0.01 * order + described + (0.7 if record is self.main else 0.0)
            if best is None or score >= best[0]:
                best = (score, record)
        return best[1] if best else None

    def _nominal(self, mention: Mention, sentence: Sentence) -> Record | None:  # noqa: PLR0911, PLR0912
        head = mention.doc[mention.head]
        lemma, text = head.lemma_.lower(), head.text.lower()
        words = _words()
        inner = self._named_inside(mention)
        described = self._described(mention)
        if described is not None and described.kind in PARTIES | {"Person", "Place", "System", "Malware", "Facility"}:
            return described
        if (
            inner is not None
            and inner.kind == "ThreatActor"
            and (lemma in words["actor"] or mention.kind == "ThreatActor")
        ):
            return inner
        determiner = mention.doc[mention.first].text.lower()
        definite = (
            determiner in ("the", "this", "that", "its", "our", "their", "these", "said")
            or sentence.block.kind == "heading"
        )
        if lemma in words["speaks_for"]:
            if inner is None and definite:
                inner = self.speaker_of or self.main
            elif inner is None:
                inner = self._latest(ORGANIZATIONS, sentence, 3) or self.main
            self.speaker_of = inner
            return inner
        if text in words["collective"] and mention.kind != "Victims":
            if inner is not None and inner.kind in PARTIES:
                self.team = inner
                return inner
            if lemma in ("researcher", "analyst", "expert", "team", "engineer") and definite and self.team:
                return self.team
            if lemma == "researcher":
                at = self._employer(mention)
                if at is not None:
                    self.team = at
                    return at
                if definite or determiner == "researchers":
                    return self._latest(("Company", "Organization"), sentence, 1)
        plural = head.tag_ in ("NNS", "NNPS")
        if (definite and mention.kind == "ThreatActor") or (
            lemma in words["actor"] and definite and lemma != "operation"
        ):
            found = self._latest(("ThreatActor",), sentence, 12)
            if found is not None:
                return found
            if lemma == "group":
                return self._latest(ORGANIZATIONS, sentence, 4)
        if definite and not plural and determiner not in ("its", "our", "their"):
            if lemma in words["government"]:
                found = self._latest(("GovernmentBody", "LawEnforcement"), sentence, 6, also=frozenset({lemma}))
                if found is not None:
                    return found
            if lemma in words["company_like"] and inner is None:
                return self._company(lemma, sentence)
        return None

    def _unnamed(self, mention: Mention) -> Record | None:
        """Somebody without a name: "the prosecutors" are the "U.S. prosecutors" of before."""
        if mention.kind not in ("ThreatActor", "LawEnforcement", "Person", "GovernmentBody"):
            return None
        head = mention.doc[mention.head]
        if head.dep_ in ("compound", "attr", "amod", "nmod"):
            return None
        lemma = head.lemma_.lower()
        definite = mention.doc[mention.first].lower_ in ("the", "this", "that", "these", "those", "their", "his", "her")
        bare = mention.last - mention.first == 1
        if mention.kind == "ThreatActor" and (definite or bare) and self.actor is not None:
            return self.actor
        if (definite or bare) and lemma in self.by_head:
            return self.by_head[lemma]
        text = _ARTICLE.sub("", re.sub(r"\s+", " ", mention.text).strip())
        if not 2 < len(text) < 80:
            return None
        key = f"{mention.kind}:{slug(text)}"
        generic: dict[str, Record] = self.reading.memo.setdefault("generic", {})
        record = generic.get(key)
        if record is None:
            record = generic[key] = new_record(self.reading, text, mention.kind, generic=True)
        self.by_head[lemma] = record
        if mention.kind == "ThreatActor" and self.actor is None:
            self.actor = record
        return record

    def _company(self, lemma: str, sentence: Sentence) -> Record | None:
        kinds = ("Company", "Bank", "Organization")
        if lemma in ("company", "firm", "business", "giant", "organization", "organisation", "agency"):
            found = self._latest(kinds, sentence, 3)
        elif lemma in ("city", "council", "county", "district", "state", "institution", "authority", "department"):
            found = self._latest([*kinds, "GovernmentBody"], sentence, 8, also=frozenset({lemma}))
        else:
            found = self._latest(kinds, sentence, 8, also=frozenset({lemma}))
        return found or self.main

    def _named_inside(self, mention: Mention) -> Record | None:
        for i in range(mention.first, mention.last):
            inner = self.reading.mention_at(mention.doc[i])
            if inner is not None and inner.source == "name" and inner.record and inner.record.kind in PARTIES:
                return inner.record
        # "a spokesperson for X", "researchers at X"
        head = mention.doc[mention.head]
        for prep in head.children:
            if prep.dep_ == "prep" and prep.lower_ in ("for", "at", "from", "with", "of"):
                for target in prep.children:
                    other = self.reading.mention_at(target)
                    if target.dep_ == "pobj" and other and other.record and other.record.kind in PARTIES:
                        return other.record
        return None

    def _employer(self, mention: Mention) -> Record | None:
        return self._named_inside(mention)

    def _described(self, mention: Mention) -> Record | None:
        """The name in apposition to this noun, or of which it is said: "X is a brewer"."""
        head = mention.doc[mention.head]
        around = [c for c in head.children if c.dep_ == "appos"]
        if head.dep_ == "appos":
            around.append(head.head)
        if head.dep_ == "attr" and head.head.lemma_ == "be":
            around += [c for c in head.head.children if c.dep_ == "nsubj"]
        for clause in head.children:
            if clause.dep_ == "acl" and clause.lemma_ in ("call", "know", "name", "dub", "track", "identify"):
                around += [
                    c
                    for c in clause.subtree
                    if c.dep_ in ("oprd", "pobj", "dobj", "attr", "nsubj") and c.i - clause.i < 9
                ]
        for token in around:
            other = self.reading.mention_at(token)
            if other is None or other.source != "name" or other.record is None:
                continue
            parties = mention.kind in PARTIES | {"Victims", "Facility"} and other.record.kind in PARTIES
            if parties or mention.kind == other.record.kind:
                return other.record
        return None

    def _pronoun(self, mention: Mention, sentence: Sentence) -> Record | None:
        word = mention.text.lower()
        if word in ("he", "she", "his", "her", "him"):
            return self._latest(("Person",), sentence, 4)
        if word == "it" and _expletive(mention):
            return None
        if word in ("it", "its", "itself"):
            return self._latest(PARTIES, sentence, 2)
        if word in ("they", "their", "them", "theirs"):
            return self._latest(PARTIES | {"Person"}, sentence, 2)
        return None


def _expletive(mention: Mention) -> bool:
    """ "it is expected", "made it difficult": nobody is meant."""
    token = mention.doc[mention.head]
    verb = token.head
    if verb.lemma_ in ("be", "seem", "appear", "remain") and token.dep_ in ("nsubj", "nsubjpass", "expl"):
        return any(c.dep_ in ("acomp", "ccomp", "xcomp") for c in verb.children)
    if token.dep_ == "nsubjpass":
        return verb.lemma_ in ("expect", "know", "believe", "say", "report", "think", "understand", "estimate", "note")
    following = mention.doc[token.i + 1] if token.i + 1 < len(mention.doc) else None
    return token.dep_ in ("dobj", "nsubj") and following is not None and following.pos_ == "ADJ"


def main_organization(reading: Reading) -> Record | None:
    """The organization that the text is most about: named often, early, and in its title."""
    title = reading.document.title.lower()
    best: tuple[float, Record] | None = None
    for record in reading.records:
        if record.kind not in ORGANIZATIONS or not record.mentions or record.id in _words()["media"]:
            continue
        first = record.mentions[0].sentence
        score = len(record.mentions) + max(0, 4 - first) + (4 if any(a.lower() in title for a in record.aliases) else 0)
        if record.kind == "LawEnforcement":
            score -= 2
        if best is None or score > best[0]:
            best = (score, record)
    return best[1] if best else None
