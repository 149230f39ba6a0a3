"""Patterns over sentences whose mentions and values are replaced by their class: `<a:Org>, owned by <b:Org>`.

A file of `data/patterns/` holds the patterns of a predicate family. See docs/extraction.md for the notation.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from loaders.extraction.frames import values_in
from loaders.extraction.incidents import generic_record
from loaders.extraction.lexicon import DATA, nouns, read_data
from loaders.extraction.modality import modality_of
from loaders.extraction.reading import ORGANIZATIONS, Candidate, Mention, Reading, Record, Sentence, describe
from loaders.extraction.values import qualified
from ontology.statement import Literal, Modality, slug

if TYPE_CHECKING:
    from spacy.tokens import Token

MAX_TAGS = 120
_TAG = re.compile(r"⟦([A-Za-z]+):(\d+)⟧")
_SLOT = re.compile(r"<(\w+):([\w|]+)(\+?)>")
_GROUPS = {
    "Org": "|".join(sorted(ORGANIZATIONS)),
    "Party": "|".join(sorted(ORGANIZATIONS | {"ThreatActor"})),
    "Speaker": "|".join(sorted(ORGANIZATIONS | {"ThreatActor", "Person"})),
}
_NOUN_KINDS = ORGANIZATIONS | {"ThreatActor", "Person", "Facility", "System", "SupportMeasure", "Incident", "Victims"}


@dataclass(frozen=True, slots=True)
class Pattern:
    """One pattern and what it gives."""

    id: str
    regex: re.Pattern[str]
    gives: tuple[tuple[str, str, str], ...]
    confidence: float
    needs: tuple[str, ...]
    modality: Modality | None
    judged: bool
    role: bool
    unless: re.Pattern[str] | None


@dataclass(slots=True)
class _Tag:
    record: Record | None
    mention: Mention | None
    literal: Literal | None
    start: int
    end: int


def _compile(text: str) -> re.Pattern[str]:
    def slot(match: re.Match[str]) -> str:
        name, kinds, many = match.groups()
        kinds = "|".join(_GROUPS.get(k, k) for k in kinds.split("|"))
        tag = rf"⟦(?:{kinds}):\d+⟧"
        joined = (
            rf"{tag}(?:(?:, and |, or | and |, | or | & |, as well as | as well as )(?:the |an? |its )?{tag})*"
            if many
            else tag
        )
        return f"(?P<{name}>{joined})"

    text = text.replace("~~", r"(?:[\w'’,-]+ ){0,6}?")
    text = text.replace("~", r"(?:(?:[a-z0-9][\w'’-]*|⟦Place:\d+⟧(?:'s|-based|-headquartered)?) ){0,4}?")
    return re.compile(_SLOT.sub(slot, text))


@cache
def patterns() -> tuple[Pattern, ...]:
    """All patterns, in the order of their files."""
    found: list[Pattern] = []
    for path in sorted((DATA / "patterns").iterdir(), key=lambda p: p.name):
        if not path.name.endswith(".yaml"):
            continue
        for raw in read_data(f"patterns/{path.name}"):
            texts = raw["match"] if isinstance(raw["match"], list) else [raw["match"]]
            for text in texts:
                first = re.search(r"<\w+:([\w|]+)", text)
                kinds = _SLOT.findall(text)
                found.append(
                    Pattern(
                        id=f"{path.name.removesuffix('.yaml')}.{raw['id']}",
                        regex=_compile(text),
                        gives=tuple((g.split()[0], g.split()[1], g.split()[2]) for g in raw["gives"]),
                        confidence=float(raw.get("confidence", 0.75)),
                        needs=tuple(
                            k for _, kind, _ in kinds for k in [kind] if "|" not in kind and kind not in _GROUPS
                        ),
                        modality=Modality(raw["modality"]) if raw.get("modality") else None,
                        judged=bool(raw.get("judged", False)),
                        role=bool(raw.get("role", False)),
                        unless=re.compile(raw["unless"], re.IGNORECASE) if raw.get("unless") else None,
                    )
                )
                assert first is not None
    return tuple(found)


_OFFICE = nouns()["Roles"]


def match_patterns(reading: Reading) -> None:
    """Propose what the patterns find in sentences of prose."""
    before = len(reading.candidates)
    for sentence in reading.sentences:
        if sentence.block.kind in ("prose", "list", "caption") and len(sentence.mentions) < MAX_TAGS:
            _match(reading, sentence)
    reading.explain(
        "patterns",
        (f"{c.rule}: {describe(c.subject)} {c.predicate} {describe(c.object)}" for c in reading.candidates[before:]),
    )


def tagged(reading: Reading, sentence: Sentence) -> tuple[str, list[_Tag]]:
    """The sentence with a tag in place of each mention and value."""
    base = sentence.span.start_char
    text = sentence.text
    tags: list[_Tag] = []
    kinds: list[str] = []
    taken = [False] * (len(text) + 1)

    def take(start: int, end: int, kind: str, tag: _Tag) -> None:
        if start < 0 or end > len(text) or any(taken[start:end]):
            return
        taken[start:end] = [True] * (end - start)
        tags.append(tag)
        kinds.append(kind)

    for kind in ("money", "date", "count"):
        for value in values_in(reading, sentence, kind):
            take(
                value.start - base,
                value.end - base,
                kind,
                _Tag(None, None, value.literal, value.start - base, value.end - base),
            )
    for source in ("name", "pronoun", "nominal"):
        for mention in sentence.mentions:
            if (
                source == "nominal"
                and mention.record is not None
                and mention.record.kind == "Person"
                and not mention.record.generic
            ):
                continue
            if mention.source != source or (
                mention.record is None and (source != "nominal" or mention.kind not in _NOUN_KINDS)
            ):
                continue
            first = mention.first
            if source == "nominal":
                while first < mention.head and mention.doc[first].tag_ in ("DT", "PDT"):
                    first += 1
            start = mention.doc[first].idx - base
            last = mention.doc[mention.last - 1]
            end = last.idx + len(last) - base
            kind = mention.record.kind if mention.record is not None else mention.kind
            take(start, end, kind, _Tag(mention.record, mention, None, start, end))
    out: list[str] = []
    position = 0
    for i in sorted(range(len(tags)), key=lambda i: tags[i].start):
        out += [text[position : tags[i].start], f"⟦{kinds[i]}:{i}⟧"]
        position = tags[i].end
    out.append(text[position:])
    return "".join(out), tags


def _match(reading: Reading, sentence: Sentence) -> None:
    text, tags = tagged(reading, sentence)
    if "⟦" not in text:
        return
    present = set(re.findall(r"⟦(\w+):", text))
    for pattern in patterns():
        if not present.issuperset(pattern.needs) or (pattern.unless and pattern.unless.search(text)):
            continue
        for match in pattern.regex.finditer(text):
            _propose(reading, sentence, pattern, match, tags, text)


def _propose(  # noqa: PLR0917
    reading: Reading, sentence: Sentence, pattern: Pattern, match: re.Match[str], tags: list[_Tag], text: str
) -> None:
    if pattern.role and not _OFFICE & set(re.findall(r"[a-z-]+", (match["role"] or "").lower())):
        return
    modality, speaker = _modality(reading, sentence, pattern, match, tags, text)
    for subject_role, predicate, object_role in pattern.gives:
        subjects = _ends(reading, sentence, subject_role, match, tags)
        objects = _ends(reading, sentence, object_role, match, tags)
        paired = subject_role == f"site/{object_role}"
        for number, subject in enumerate(subjects):
            if not isinstance(subject, Record):
                continue
            for target in objects[number : number + 1] if paired else objects:
                if target is subject:
                    continue
                role = match["role"].strip(" ,") if pattern.role and match["role"] else None
                if role is not None:
                    role = _TAG.sub(lambda m: tags[int(m[2])].record.name if tags[int(m[2])].record else "", role)  # type: ignore[union-attr]
                reading.candidates.append(
                    Candidate(
                        subject,
                        predicate,
                        target,
                        sentence.start,
                        sentence.end,
                        pattern.id,
                        pattern.confidence,
                        modality,
                        speaker,
                        role,
                    )
                )


def _ends(  # noqa: PLR0911
    reading: Reading, sentence: Sentence, role: str, match: re.Match[str], tags: list[_Tag]
) -> list[Record | Literal]:
    if role == "measure":
        measure = reading.memo.get("measure")
        return [measure] if measure is not None else []
    if role == "incident":
        return list(sentence.incidents)
    if role == "main":
        if match.groupdict().get("a"):
            return _ends(reading, sentence, "a", match, tags)
        main = reading.memo.get("main_organization")
        return [main] if main is not None else []
    if role == "government":
        return government(reading)
    if role.startswith("site/"):
        towns = _ends(reading, sentence, role.partition("/")[2], match, tags)
        return [_site(reading, town) for town in towns if isinstance(town, Record)]
    if role.startswith("incident/"):
        # the incident of the victim that fills the role
        by_victim = reading.memo.get("by_victim", {})
        victims = _ends(reading, sentence, role.partition("/")[2], match, tags)
        return [by_victim.get(v.id) or sentence.incident or v for v in victims if isinstance(v, Record)]
    ends: list[Record | Literal] = []
    for tag_match in _TAG.finditer(match.groupdict().get(role) or ""):
        tag = tags[int(tag_match[2])]
        if tag.literal is not None:
            ends.append(tag.literal)
        elif tag.record is not None:
            ends.append(tag.record)
        elif tag.mention is not None:
            record = generic_record(reading, tag.mention)
            if record is not None:
                ends.append(record)
    return ends


def government(reading: Reading) -> list[Record | Literal]:
    """The government that a minister without a named department belongs to."""
    for record in reading.records:
        if record.kind == "GovernmentBody" and record.name.endswith(" Government") and record.mentions:
            return [record]
    return []


def _site(reading: Reading, place: Record) -> Record:
    """The plant that a text names by its town alone."""
    sites: dict[str, Record] = reading.memo.setdefault("sites", {})
    if place.id not in sites:
        name = f"{place.name} plant"
        sites[place.id] = Record(name, "Facility", slug(name), {name: None, place.name: None})
        reading.records.append(sites[place.id])
    return sites[place.id]


def _modality(  # noqa: PLR0917
    reading: Reading, sentence: Sentence, pattern: Pattern, match: re.Match[str], tags: list[_Tag], text: str
) -> tuple[Modality, Record | None]:
    if pattern.modality is not None and not pattern.judged:
        return pattern.modality, None
    if not pattern.judged:
        return Modality.ASSERTED, None
    token = _anchor(sentence, match, tags)
    modality, holders = modality_of(token) if token is not None else (Modality.ASSERTED, [])
    if modality is Modality.ASSERTED:
        around = _TAG.sub("", text[max(0, match.start() - 60) : match.end() + 30])
        modality = qualified(around) or modality
    if modality is Modality.ASSERTED and pattern.modality is not None:
        modality = pattern.modality
    for holder in holders:
        mention = reading.mention_at(holder)
        if mention is not None and mention.record is not None:
            return modality, mention.record
    return modality, None


def _anchor(sentence: Sentence, match: re.Match[str], tags: list[_Tag]) -> Token | None:
    """The verb nearest before the last tag of the match."""
    found = list(_TAG.finditer(match[0]))
    if not found:
        return None
    offset = sentence.span.start_char + tags[int(found[-1][2])].start
    best: Token | None = None
    for token in sentence.span:
        if token.idx > offset:
            break
        if token.pos_ == "VERB":
            best = token
    return best
