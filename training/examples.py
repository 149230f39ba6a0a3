"""Statements aligned with the words that say them: what the heads of the encoder learn from.

An `Example` is one text with its candidate spans and, for each, what is known: tags, roles, relations. What is not
known (the same fact told again elsewhere, predicates that a set does not annotate) is left out of the loss.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from loaders.extraction import values
from loaders.extraction.encoder import labels
from loaders.extraction.encoder import text as texts
from ontology.statement import Datatype, Document, Entity, Literal, Statement

ROLE = {name: i for i, name in enumerate(labels.ROLES)}
RELATION = {name: i for i, name in enumerate(labels.RELATIONS)}
_KIND = {Datatype.DATE: "Date", Datatype.MONEY: "Money", Datatype.INTEGER: "Number"}
_PEOPLE = {"he", "she", "i", "who"}


@dataclass(slots=True)
class Tag:
    """One span of a tag layer; `types` are those that it may have, where a set does not tell them apart."""

    layer: str
    start: int
    end: int
    types: tuple[str, ...]


@dataclass(slots=True)
class Example:
    """A text with all that is known of its spans."""

    name: str
    body: str
    title: str
    words: list[tuple[int, int]]
    sentences: list[tuple[int, int]]
    spans: list[texts.Span] = field(default_factory=list)
    tags: list[Tag] = field(default_factory=list)
    complete_layers: frozenset[str] = frozenset()
    roles: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    unknown_roles: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    known_roles: frozenset[str] = frozenset()
    relations: dict[tuple[int, int], set[str]] = field(default_factory=lambda: defaultdict(set))
    unknown_relations: dict[tuple[int, int], set[str]] = field(default_factory=lambda: defaultdict(set))
    known_relations: frozenset[str] = frozenset()
    modality: dict[int, str] = field(default_factory=dict)
    incidents: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    entities: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))


def blank(name: str, body: str, title: str) -> Example:
    """A text of which nothing is known yet."""
    offsets = texts.words(body)
    return Example(name, body, title, offsets, texts.sentences(body, offsets))


def occurrences(body: str, string: str, starts: set[int], ends: set[int]) -> list[tuple[int, int]]:
    """Where `string` stands in `body` as whole words; case counts where it has a capital."""
    if len(string) < 2 or not string.strip():
        return []
    flags = re.IGNORECASE if string.islower() else 0
    found = (m.span() for m in re.finditer(re.escape(string), body, flags))
    return [(a, b) for a, b in found if a in starts and b in ends]


class Aligner:
    """Aligns the statements of one document."""

    def __init__(self, document: Document, statements: Sequence[Statement], name: str) -> None:
        self.statements = statements
        self.example = blank(name, document.body, document.title)
        self.example.known_roles = frozenset(labels.ROLES)
        self.example.known_relations = frozenset(labels.RELATIONS)
        self.example.complete_layers = frozenset(labels.LAYERS)
        self.body = document.body
        words = self.example.words
        self.starts = {a for a, _ in words}
        self.ends = {b for _, b in words}
        self.sentence_starts = [words[a][0] for a, _ in self.example.sentences]
        self.sentence_ends = [words[b - 1][1] for _, b in self.example.sentences]
        self.index: dict[tuple[int, int], int] = {}
        self.places: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self.values = [
            *values.money(self.body),
            *values.counts(self.body),
            *values.dates(self.body, document.published_on),
        ]
        self.published = document.published_on

    def align(self) -> Example:
        """The example; statements whose ends cannot be found give nothing."""
        self._place_entities()
        for span in texts.rule_spans(self.body, self.published):
            a, b = self._snap(span.start, span.end)
            overlaps = span.kind == "Name" and any(a < high and low < b for low, high in self.index)
            if a < b and not overlaps:
                self._span(a, b, span.kind)
        for statement in self.statements:
            self._statement(statement)
        self._mask_repeats()
        self._same_entity()
        self._same_incident()
        return self.example

    def _snap(self, start: int, end: int) -> tuple[int, int]:
        """The span moved to word borders."""
        words = self.example.words
        first = bisect_right([b for _, b in words], start) if start not in self.starts else None
        a = words[first][0] if first is not None and first < len(words) else start
        if end not in self.ends:
            last = bisect_left([x for x, _ in words], end) - 1
            end = words[last][1] if last >= 0 else end
        return a, end

    def _span(self, start: int, end: int, kind: str) -> int:
        if (start, end) not in self.index:
            self.index[start, end] = len(self.example.spans)
            self.example.spans.append(texts.Span(start, end, kind))
        return self.index[start, end]

    def _place_entities(self) -> None:
        names: dict[str, dict[str, None]] = defaultdict(dict)
        kinds: dict[str, str] = {}
        canonical: dict[str, str] = {}
        for entity in self._entities():
            names[entity.id].update(dict.fromkeys((entity.name, *entity.aliases)))
            kinds[entity.id], canonical[entity.id] = entity.type, entity.name
        placed: list[tuple[int, int, str]] = []
        for key, strings in names.items():
            found = {span for string in strings for span in occurrences(self.body, string, self.starts, self.ends)}
            kept = [span for span in found if not self._contained(span, found, canonical[key])]
            self.places[key] = sorted(kept)
            placed += [(a, b, key) for a, b in kept]
        taken: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for start, end, key in sorted(placed, key=lambda p: (p[0] - p[1], p)):
            kind = kinds[key]
            layer = "incident" if kind == "Incident" else "phrase" if kind == "Technique" else "entity"
            free = not any(start < high and low < end for low, high in taken[layer])
            same = (start, end) in taken[layer]
            if free:
                taken[layer].append((start, end))
                self.example.tags.append(Tag(layer, start, end, (kind,)))
            if layer == "incident":
                continue
            if free or same:
                self.example.entities[self._span(start, end, kind)].add(key)

    def _entities(self) -> Iterable[Entity]:
        for statement in self.statements:
            yield statement.subject
            if isinstance(statement.object, Entity):
                yield statement.object
            if statement.speaker:
                yield statement.speaker

    def _contained(self, span: tuple[int, int], found: set[tuple[int, int]], canonical: str) -> bool:
        """Whether another occurrence of the same entity, the name inside its description or around it, is better."""
        string = self.body[span[0] : span[1]]
        for other in found:
            if other == span:
                continue
            inner, outer = self.body[other[0] : other[1]], string
            described = outer[0].islower() or outer.split()[0] in ("A", "The", "An") or inner == canonical
            inside = span[0] <= other[0] and other[1] <= span[1] and inner[0].isupper()
            if inside and outer != canonical and described:
                return True
            if other[0] <= span[0] and span[1] <= other[1]:
                around = self.body[other[0] : other[1]]
                described = around[0].islower() or around.split()[0] in ("A", "The", "An")
                if around == canonical or not (string[0].isupper() and described):
                    return True
        return False

    def _sentences_of(self, start: int, end: int, extra: int = 0) -> tuple[int, int]:
        first = max(0, bisect_right(self.sentence_starts, start) - 1 - extra)
        last = min(len(self.sentence_ends) - 1, bisect_left(self.sentence_ends, end) + extra)
        return self.sentence_starts[first], self.sentence_ends[max(first, last)]

    def _mention(self, entity: Entity, quote: tuple[int, int], avoid: tuple[int, int] | None) -> int | None:
        """The span that stands for `entity` in the quote, else in its sentence, else in the one beside it."""
        places = self.places.get(entity.id, [])
        ranges = [quote, self._sentences_of(*quote), self._sentences_of(*quote, extra=1)]
        for number, (low, high) in enumerate(ranges):
            inside = [(a, b) for a, b in places if low <= a and b <= high]
            outside = [p for p in inside if not (avoid and avoid[0] <= p[0] and p[1] <= avoid[1])]
            chosen = outside or (inside if not avoid else [])
            if chosen:
                best = (
                    min(chosen, key=lambda p: (self.body[p[0]].islower(), p[0]))
                    if number == 0
                    else min(chosen, key=lambda p: abs(2 * p[0] - sum(quote)))
                )
                return self._span(*best, entity.type)
            if number == 1 and (pronoun := self._pronoun(entity, low, high, avoid)) is not None:
                return pronoun
        return None

    def _pronoun(self, entity: Entity, low: int, high: int, avoid: tuple[int, int] | None) -> int | None:
        for (a, b), i in self.index.items():
            if self.example.spans[i].kind != "Pronoun" or not low <= a < high or (avoid and avoid[0] <= a < avoid[1]):
                continue
            person = self.body[a:b].lower() in _PEOPLE
            if person == (entity.type == "Person"):
                return i
        return None

    def _literal(self, literal: Literal, quote: tuple[int, int], predicate: str) -> int | None:
        if literal.datatype is Datatype.TEXT:
            return self._phrase(str(literal.value), quote, predicate)
        for low, high in (quote, self._sentences_of(*quote)):
            near = [
                v for v in self.values if v.literal.datatype is literal.datatype and low <= v.start and v.end <= high
            ]
            equal = [v for v in near if _same_value(v.literal, literal)]
            best = equal or (near if len(near) == 1 and literal.datatype is not Datatype.INTEGER else [])
            if best:
                return self._span(*self._snap(best[0].start, best[0].end), _KIND[literal.datatype])
        return None

    def _phrase(self, value: str, quote: tuple[int, int], predicate: str) -> int | None:
        kind = {"compromisedData": "Data", "usedTechnique": "Technique"}.get(predicate)
        if kind is None:
            return None
        low, high = self._sentences_of(*quote)
        for start, end in ((quote[0], quote[1]), (low, high), (0, len(self.body))):
            at = self.body.lower().find(value.lower(), start, end)
            if at < 0:
                continue
            a, b = self._snap(at, at + len(value))
            if a >= b:
                return None
            if not any(t.layer == "phrase" and a < t.end and t.start < b for t in self.example.tags):
                self.example.tags.append(Tag("phrase", a, b, (kind,)))
            return self._span(a, b, kind)
        return None

    def _statement(self, statement: Statement) -> None:
        example, quote = self.example, (statement.start, statement.end)
        predicate, subject, target = statement.predicate, statement.subject, statement.object
        if predicate == "said":
            value = str(target.value) if isinstance(target, Literal) else ""
            at = self.body.find(value, max(0, quote[0] - 200))
            content = (at, at + len(value)) if value and at >= 0 else None
            speaker = self._mention(subject, quote, content)
            if speaker is not None:
                example.roles[speaker].add("said")
                self._unknown(subject.id, "said", quote)
            return
        if predicate == "respondedTo":
            subject, target = target if isinstance(target, Entity) else subject, subject
        end = (
            self._literal(target, quote, predicate)
            if isinstance(target, Literal)
            else self._mention(target, quote, None)
        )
        if end is None:
            return
        if statement.modality != "asserted" or end not in example.modality:
            example.modality[end] = statement.modality.value
        if statement.speaker and (who := self._mention(statement.speaker, quote, None)) is not None and who != end:
            example.relations[who, end].add("speaker")
        if subject.type == "Incident":
            if predicate in labels.INCIDENT_PREDICATES:
                example.roles[end].add(predicate)
                example.incidents[end].add(subject.id)
        elif predicate in labels.PAIR_PREDICATES:
            example.roles[end].add(predicate if predicate in ROLE else f"{predicate}:object")
            first = self._mention(subject, quote, None)
            if first is not None and first != end:
                example.roles[first].add(f"{predicate}:subject")
                example.relations[first, end].add(predicate)
        if statement.role and (at := self.body.find(statement.role, *self._sentences_of(*quote))) >= 0:
            a, b = self._snap(at, at + len(statement.role))
            if a < b and not any(t.layer == "phrase" and a < t.end and t.start < b for t in example.tags):
                example.tags.append(Tag("phrase", a, b, ("Title",)))

    def _unknown(self, key: str, role: str, quote: tuple[int, int]) -> None:
        """Another mention of the same entity within the quote may hold the role as well."""
        for a, b in self.places.get(key, []):
            if quote[0] <= a and b <= quote[1] and (a, b) in self.index:
                self.example.unknown_roles[self.index[a, b]].add(role)

    def _mask_repeats(self) -> None:
        """A fact is annotated where it is told best: where it is told again, its role is unknown, not absent."""
        example = self.example
        entity_roles: dict[str, set[str]] = defaultdict(set)
        pairs: dict[tuple[str, str], set[str]] = defaultdict(set)
        for i, roles in example.roles.items():
            for key in example.entities.get(i, ()):
                entity_roles[key] |= roles - {"said"}
        for (i, j), names in example.relations.items():
            for a in example.entities.get(i, ()):
                for b in example.entities.get(j, ()):
                    pairs[a, b] |= names
        for i, keys in list(example.entities.items()):
            for key in keys:
                example.unknown_roles[i] |= entity_roles[key]
        where: dict[str, list[int]] = defaultdict(list)
        for i, keys in example.entities.items():
            for key in keys:
                where[key].append(i)
        for (a, b), names in pairs.items():
            for i in where[a]:
                for j in where[b]:
                    example.unknown_relations[i, j] |= names

    def _same_entity(self) -> None:
        example = self.example
        for i in range(len(example.spans)):
            for j in range(len(example.spans)):
                a, b = example.entities.get(i, set()), example.entities.get(j, set())
                if not a or not b:
                    example.unknown_relations[i, j].add("sameEntity")
                elif i != j and a & b:
                    example.relations[i, j].add("sameEntity")

    def _same_incident(self) -> None:
        example = self.example
        for i in range(len(example.spans)):
            for j in range(len(example.spans)):
                a, b = example.incidents.get(i, set()), example.incidents.get(j, set())
                if not a or not b:
                    example.unknown_relations[i, j].add("sameIncident")
                elif i != j and a & b:
                    example.relations[i, j].add("sameIncident")


def _same_value(found: Literal, wanted: Literal) -> bool:
    if wanted.datatype is Datatype.DATE:
        a, b = str(found.value), str(wanted.value)
        return a.startswith(b) or b.startswith(a)
    return abs(float(found.value) - float(wanted.value)) <= 0.01 * abs(float(wanted.value))


def align(document: Document, statements: Sequence[Statement], name: str) -> Example:
    """The example of a document whose statements are complete."""
    return Aligner(document, statements, name).align()
