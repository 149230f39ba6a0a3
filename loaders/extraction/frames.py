"""Event frames: a trigger, the roles around it, and the statements that they give. The frames are data.

A file of `data/frames/` holds the frames of a predicate family. See docs/extraction.md for how to add one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from loaders.extraction import grammar
from loaders.extraction.lexicon import DATA, nouns, read_data
from loaders.extraction.modality import modality_of
from loaders.extraction.reading import ORGANIZATIONS, Mention, Reading, Sentence
from loaders.extraction.values import Value, counts, dates, money
from ontology.statement import Datatype, Literal, Modality

if TYPE_CHECKING:
    from spacy.tokens import Token

_GROUPS: dict[str, frozenset[str]] = {
    "Org": ORGANIZATIONS,
    "Party": ORGANIZATIONS | {"ThreatActor"},
    "Target": ORGANIZATIONS | {"Facility", "Victims", "Person", "System", "Place"},
}


@dataclass(frozen=True, slots=True)
class Role:
    """What may fill a part of a frame, and where it stands, best place first."""

    name: str
    slots: tuple[str, ...]
    kinds: frozenset[str]
    value: str | None = None
    nouns: frozenset[str] = frozenset()
    required: bool = False
    generic: bool = True
    each: bool = True


@dataclass(frozen=True, slots=True)
class Give:
    """A statement that a filled frame makes."""

    subject: str
    predicate: str
    object: str
    modality: Modality | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """One event frame."""

    id: str
    triggers: frozenset[str]
    pos: str
    roles: tuple[Role, ...]
    gives: tuple[Give, ...]
    confidence: float = 0.8
    event: str | None = None
    unless: re.Pattern[str] | None = None
    needs: re.Pattern[str] | None = None


@dataclass(slots=True)
class Filler:
    """What fills a role: a mention, or a value read from the text."""

    token: Token
    mention: Mention | None = None
    literal: Literal | None = None
    modality: Modality | None = None


@dataclass(slots=True, eq=False)
class Match:
    """A frame found in a sentence."""

    frame: Frame
    trigger: Token
    sentence: Sentence
    fillers: dict[str, list[Filler]] = field(default_factory=dict)
    modality: Modality = Modality.ASSERTED
    holders: list[Token] = field(default_factory=list)


def _kinds(words: list[str]) -> frozenset[str]:
    out: set[str] = set()
    for word in words:
        out |= _GROUPS.get(word, frozenset({word}))
    return frozenset(out)


def _role(name: str, raw: dict[str, Any]) -> Role:
    listed = raw.get("nouns", [])
    lemmas: set[str] = set()
    for word in listed:
        lemmas |= nouns().get(word, {word})
    return Role(
        name=name,
        slots=tuple(raw["slots"]),
        kinds=_kinds(raw.get("kinds", [])),
        value=raw.get("value"),
        nouns=frozenset(lemmas),
        required=bool(raw.get("required", False)),
        generic=bool(raw.get("generic", True)),
        each=bool(raw.get("each", True)),
    )


def _give(raw: str) -> Give:
    parts = raw.split()
    return Give(parts[0], parts[1], parts[2], Modality(parts[3]) if len(parts) > 3 else None)


@cache
def frames() -> dict[tuple[str, str], tuple[Frame, ...]]:
    """All frames by trigger lemma and part of speech (V or N)."""
    found: dict[tuple[str, str], list[Frame]] = {}
    for path in sorted((DATA / "frames").iterdir(), key=lambda p: p.name):
        if not path.name.endswith(".yaml"):
            continue
        content = read_data(f"frames/{path.name}")
        lists = content.get("lists", {})
        for raw in content["frames"]:
            pos = "V" if "verbs" in raw else "N"
            listed = raw.get("verbs") or raw["nouns"]
            triggers: set[str] = set()
            for word in listed:
                triggers |= set(lists[word[1:]]) if word.startswith("$") else {word}
            frame = Frame(
                id=f"{path.name.removesuffix('.yaml')}.{raw['id']}",
                triggers=frozenset(triggers),
                pos=pos,
                roles=tuple(_role(name, role) for name, role in raw["roles"].items()),
                gives=tuple(_give(g) for g in raw.get("gives", [])),
                confidence=float(raw.get("confidence", 0.8)),
                event=raw.get("event"),
                unless=re.compile(raw["unless"], re.IGNORECASE) if raw.get("unless") else None,
                needs=re.compile(raw["needs"], re.IGNORECASE) if raw.get("needs") else None,
            )
            for trigger in frame.triggers:
                found.setdefault((trigger, pos), []).append(frame)
    return {key: tuple(value) for key, value in found.items()}


@cache
def support_verbs() -> frozenset[str]:
    """Verbs whose subject is the victim of the event that they take as object: "suffered a breach"."""
    return frozenset(read_data("support.yaml")["suffer"])


@cache
def _launch_verbs() -> frozenset[str]:
    return frozenset(read_data("support.yaml")["launch"])


@cache
def _happen_verbs() -> frozenset[str]:
    return frozenset(read_data("support.yaml")["happen"])


def match_frames(reading: Reading) -> list[Match]:
    """Every frame in every sentence of prose, roles filled."""
    table = frames()
    matches: list[Match] = []
    for sentence in reading.sentences:
        if sentence.block.kind not in ("prose", "list"):
            continue
        for token in sentence.span:
            pos = "V" if token.pos_ in ("VERB", "AUX") else "N" if token.pos_ in ("NOUN", "PROPN", "ADJ") else ""
            if not pos or (pos == "V" and token.dep_ == "amod"):
                continue
            lemma = token.lemma_.lower()
            candidates = table.get((lemma, pos), ())
            if not candidates and pos == "V" and token.tag_ in ("VBG", "VBN"):
                candidates = table.get((lemma, "N"), ()) if token.dep_ in ("pobj", "compound") else ()
            for frame in candidates:
                match = _fill(reading, frame, token, sentence)
                if match is not None:
                    matches.append(match)
    reading.explain(
        "frames",
        (
            f"{m.frame.id}: {m.trigger.text} "
            + "; ".join(
                f"{role}={', '.join(f.mention.text if f.mention else str(f.literal and f.literal.value) for f in fs)}"
                for role, fs in m.fillers.items()
            )
            for m in matches
        ),
    )
    return matches


def _fill(reading: Reading, frame: Frame, token: Token, sentence: Sentence) -> Match | None:
    text = sentence.text
    if (frame.unless and frame.unless.search(text)) or (frame.needs and not frame.needs.search(text)):
        return None
    match = Match(frame, token, sentence)
    for role in frame.roles:
        fillers = _fillers(reading, role, token, sentence)
        if fillers:
            match.fillers[role.name] = fillers
        elif role.required:
            return None
    match.modality, match.holders = modality_of(token)
    return match


def _fillers(reading: Reading, role: Role, trigger: Token, sentence: Sentence) -> list[Filler]:
    for slot in role.slots:
        found: list[Filler] = []
        if role.value == "text":
            # one phrase holds all that is coordinated
            tokens = _slot(slot, trigger)
            tokens = [t for t in tokens if not (t.dep_ == "conj" and t.head in tokens)]
            for token in tokens:
                found += _accept(reading, role, token, sentence, trigger)
            if found:
                return found
            continue
        for token in _slot(slot, trigger):
            if token.i == trigger.i:
                continue
            members = _members(token) if role.value is None else []
            if not members and role.name == "victim":
                members = _owners(reading, token)
            accepted = [f for m in members for f in _accept(reading, role, m, sentence, trigger)]
            found += accepted or _accept(reading, role, token, sentence, trigger)
        if found:
            return found[: grammar.MAX_FILLERS]
    return []


def _owners(reading: Reading, token: Token) -> list[Token]:
    """Whose systems or customers they are: "its network", "the company's servers"."""
    mention = reading.mention_at(token)
    if mention is not None and mention.source == "name":
        return []
    around = [c for c in token.children if c.dep_ in ("poss", "compound")]
    if token.lemma_.lower() in _THINGS:
        around += [t for p in ("of", "at", "belonging") for t in grammar.prepositional(token, p)]
    owners: list[Token] = []
    for other in around:
        owner = reading.mention_at(other)
        if (
            owner is not None
            and owner.record is not None
            and owner.record.kind in ORGANIZATIONS
            and not owner.record.generic
        ):
            owners.append(other)
    return owners


_THINGS = frozenset(
    [
        "system",
        "network",
        "server",
        "computer",
        "database",
        "website",
        "site",
        "account",
        "customer",
        "datum",
        "data",
        "device",
        "infrastructure",
        "network",
        "environment",
        "cloud",
        "email",
        "mailbox",
        "portal",
        "platform",
        "file",
        "record",
        "machine",
        "instance",
    ]
)


def _members(token: Token) -> list[Token]:
    """Those whom "including" and "such as" name: they stand for the whole."""
    for child in token.children:
        if (
            child.dep_ == "prep"
            and child.lower_ in ("including", "like", "as")
            and (child.lower_ != "as" or token.doc[child.i - 1].lower_ == "such")
        ):
            return grammar.with_conjuncts([c for c in child.children if c.dep_ == "pobj"])
    return []


def _slot(slot: str, trigger: Token) -> list[Token]:  # noqa: PLR0911, PLR0912
    kind, _, argument = slot.partition(":")
    if kind == "subj":
        return grammar.subjects(trigger)
    if kind == "obj":
        return grammar.objects(trigger)
    if kind == "prep":
        return [t for word in argument.split("|") for t in grammar.prepositional(trigger, word)]
    if kind == "objprep":
        return [
            t for o in grammar.objects(trigger) for word in argument.split("|") for t in grammar.prepositional(o, word)
        ]
    if kind == "objposs":
        return [t for o in grammar.objects(trigger) for t in [*grammar.possessors(o), *grammar.compounds(o)]]
    if kind == "objmembers":
        return [m for o in grammar.objects(trigger) for m in _members(o)]
    if kind == "poss":
        return grammar.possessors(trigger)
    if kind == "compound":
        return grammar.compounds(trigger)
    if kind == "support":
        return [t for t in _support(trigger, support_verbs()) if t.ent_type_ != "PERSON"]
    if kind == "launch":
        return _support(trigger, _launch_verbs())
    if kind == "appos":
        return [c for c in trigger.children if c.dep_ == "appos"] + ([trigger.head] if trigger.dep_ == "appos" else [])
    if kind == "attr":
        return [c for c in trigger.head.children if c.dep_ == "nsubj"] if trigger.dep_ == "attr" else []
    if kind == "xcomp":
        return [c for c in trigger.children if c.dep_ in ("xcomp", "ccomp", "advcl")]
    if kind == "self":
        return [trigger]
    return []


def _support(noun: Token, verbs: frozenset[str]) -> list[Token]:
    node = noun
    for _ in range(4):
        head = node.head
        if node.dep_ in ("dobj", "pobj", "prep", "attr", "conj", "nsubjpass", "agent") and head is not node:
            if head.pos_ == "VERB" and head.lemma_ in verbs:
                if node.dep_ == "nsubjpass":
                    return [c for a in head.children if a.dep_ == "agent" for c in a.children]
                return grammar.objects(head) if node.dep_ == "agent" else grammar.subjects(head)
            node = head
            if node.pos_ == "VERB":
                return []
            continue
        return []
    return []


def _accept(reading: Reading, role: Role, token: Token, sentence: Sentence, trigger: Token) -> list[Filler]:  # noqa: PLR0911
    if role.value in ("money", "date", "count"):
        return _values(reading, role, token, sentence, trigger)
    if role.value == "text":
        heads = grammar.with_conjuncts([token])
        if role.nouns and not any(t.lemma_.lower() in role.nouns or t.lower_ in role.nouns for t in heads):
            return []
        first, last = grammar.phrase(token)
        text = token.doc[first:last].text.strip(" \"',.;:-")
        return [Filler(token, literal=Literal(text, Datatype.TEXT))] if 2 < len(text) < 400 else []
    mention = reading.mention_at(token)
    if mention is None:
        return []
    kind = mention.record.kind if mention.record is not None else mention.kind
    if kind not in role.kinds:
        return []
    if mention.record is None and (not role.generic or mention.source == "pronoun"):
        return []
    if role.nouns and token.lemma_.lower() not in role.nouns:
        return []
    return [Filler(token, mention=mention)]


def values_in(reading: Reading, sentence: Sentence, kind: str) -> list[Value]:
    """The money, counts or dates of a sentence, offsets within its block's text."""
    key = f"{kind}:{sentence.index}"
    if key not in reading.memo:
        base = sentence.span.start_char
        text = sentence.text
        if kind == "date":
            found = dates(text, reading.memo.get("anchor"), exact=reading.document.published_on is not None)
        else:
            found = list(money(text) if kind == "money" else counts(text))
        reading.memo[key] = [Value(v.start + base, v.end + base, v.literal, v.modality) for v in found]
    values: list[Value] = reading.memo[key]
    return values


def _values(reading: Reading, role: Role, token: Token, sentence: Sentence, trigger: Token) -> list[Filler]:
    if role.nouns and token.lemma_.lower() not in role.nouns and token.lower_ not in role.nouns:
        return []
    first, last = token.left_edge, token.right_edge
    low, high = first.idx, last.idx + len(last)
    found = [v for v in values_in(reading, sentence, role.value or "") if v.end > low and v.start < high]
    if role.nouns and role.value == "count":
        # the number must count this noun
        found = [v for v in found if v.start < token.idx and token.idx - v.end < 40]
    if not role.each:
        found = found[:1]
    return [Filler(token, literal=v.literal) for v in found]


def time_of(reading: Reading, trigger: Token, sentence: Sentence) -> Iterator[Filler]:
    """Dates in the trigger's own clause."""
    found = values_in(reading, sentence, "date")
    if not found:
        return
    near: list[Token] = [trigger]
    if trigger.pos_ == "NOUN":
        verb = grammar.governor(trigger)
        if verb is not None and verb.lemma_ in _happen_verbs():
            near.append(verb)
    for value in found:
        token = next((t for t in sentence.span if t.idx + len(t) > value.start), None)
        if token is None:
            continue
        node = token
        for _ in range(6):
            if node in near or node.head in near:
                yield Filler(token, literal=value.literal)
                break
            if node.head is node or node.pos_ in ("VERB", "AUX"):
                break
            node = node.head
