"""What speaks for and against a statement: the features by which the join judges groups of candidates.

Each group is seen beside its rivals: other objects for the same subject, other predicates between the same two, and
whether its sentence speaks of the incident's victim at all.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from loaders.extraction.encoder.labels import PAIR_PREDICATES
from loaders.extraction.learned import RULE, Support, end_key
from loaders.extraction.reading import Candidate, Reading, Record, Sentence
from ontology.model import ontology
from ontology.statement import Datatype, Literal, Modality

Key = tuple[str, str, str]
Row = npt.NDArray[np.float32]


@dataclass(slots=True)
class Group:
    """All candidates for one statement; `written` are those of rules that say more than that two things are near."""

    key: Key
    candidates: list[Candidate] = field(default_factory=list)
    written: list[Candidate] = field(default_factory=list)
    prior: float = 0.0
    """The highest confidence that a rule gave by itself."""
    confidence: float = 0.0
    """What the join gives the statement."""
    _best: Candidate | None = None

    @property
    def own(self) -> Candidate | None:
        """The encoder's own candidate."""
        return next((c for c in self.candidates if c.rule == RULE), None)

    @property
    def best(self) -> Candidate:
        """The candidate that the statement is made from: of a written rule, if there is one.

        Chosen once, at the first call, by what the scorer gave each.
        """
        if self._best is None:
            self._best = max(self.written or self.candidates, key=lambda c: (c.confidence + c.support, -c.start))
        return self._best

    @property
    def support(self) -> float:
        """How likely the encoder holds the statement to be."""
        return max(c.support for c in self.candidates)


def logit(chance: float) -> float:
    """Log odds, within the bounds that one text can tell."""
    chance = min(0.98, max(0.02, chance))
    return math.log(chance / (1 - chance))


PREDICATES: tuple[str, ...] = tuple(sorted(ontology().predicates))


def _family(kind: str) -> str:
    """The class by which an end is seen: organizations are alike here, but for those that attack."""
    model = ontology()
    if kind not in model.classes:
        return "System" if kind == "Data" else "Organization"
    for family in ("ThreatActor", "Organization"):
        if model.is_a(kind, family):
            return family
    return "SupportMeasure" if kind == "Programme" else kind


KINDS: tuple[str, ...] = tuple(
    dict.fromkeys(_family(n) for n in sorted(ontology().classes) if n != "Entity" and ontology().is_a(n, "Entity"))
) + tuple(sorted(datatype.value for datatype in Datatype))
_DENSE = (
    "score",
    "support",
    "prior",
    "written",
    "rules",
    "count",
    "sentences",
    "first",
    "lead",
    "heading",
    "quoted",
    "spoken",
    "qualified",
    "own",
    "own_qualified",
    "rivals_object",
    "rivals_subject",
    "best_rival_object",
    "best_rival_subject",
    "best_other",
    "other_written",
    "reverse",
    "subject_role",
    "object_role",
    "object_other_role",
    "subject_generic",
    "object_generic",
    "subject_bare",
    "object_bare",
    "subject_known",
    "object_known",
    "subject_mentions",
    "object_mentions",
    "object_in_title",
    "subject_in_title",
    "object_has_incident",
    "subject_main",
    "incidents",
    "victim_here",
    "victim_near",
    "other_victim_here",
    "together",
    "together_other",
    "mentions_here",
    "groups_here",
    "length",
    "object_words",
    "said_by_object",
    "distance",
    "order",
)
NAMES: tuple[str, ...] = (
    *_DENSE,
    *(f"p:{p}" for p in PREDICATES),
    *(f"s:{k}" for k in KINDS),
    *(f"o:{k}" for k in KINDS),
)
"""The features in their order."""
_AT = {name: i for i, name in enumerate(NAMES)}
_FAR = 12


def tabulate(rows: Iterable[Iterable[tuple[str, float]]], count: int, at: Mapping[str, int]) -> Row:
    """Named features of so many rows as a table, [rows, features]; what a row does not name is zero."""
    table = np.zeros((count, len(at)), np.float32)
    for line, row in zip(table, rows, strict=True):
        for name, value in row:
            line[at[name]] = value
    return table


class Evidence:
    """The groups of one text, seen together."""

    def __init__(self, reading: Reading, groups: Sequence[Group]) -> None:
        self.reading = reading
        self.groups = groups
        self.said: Support | None = reading.memo.get("support")
        self.title = reading.document.title.lower()
        self.starts = [s.start for s in reading.sentences]
        self.total = max(1, len(reading.sentences))
        self.strength = {id(g): self._strength(g) for g in groups}
        self.by_object: dict[tuple[str, str], list[Group]] = defaultdict(list)
        self.by_subject: dict[tuple[str, str], list[Group]] = defaultdict(list)
        self.by_pair: dict[tuple[str, str], list[Group]] = defaultdict(list)
        self.here: dict[int, int] = defaultdict(int)
        for group in groups:
            predicate, subject, target = group.key
            self.by_object[predicate, target].append(group)
            self.by_subject[predicate, subject].append(group)
            self.by_pair[subject, target].append(group)
            self.here[group.best.start] += 1
        self.victim_of = {i.id: v for v, i in reading.memo.get("by_victim", {}).items()}
        for group in groups:
            if group.key[0] == "targeted":
                self.victim_of.setdefault(group.key[1], group.key[2])
        self.together = self.said.together(self.victim_of.values()) if self.said else {}
        self.places: dict[str, list[int]] = defaultdict(list)
        for sentence in reading.sentences:
            for mention in sentence.mentions:
                if mention.record is not None:
                    self.places[mention.record.id].append(sentence.index)
        self.victims = set(reading.memo.get("by_victim", {}))
        self.speakers = {g.key[1] for g in groups if g.key[0] == "said"}

    @staticmethod
    def _strength(group: Group) -> float:
        return logit(max(c.confidence for c in group.candidates)) + logit(group.support)

    def table(self) -> Row:
        """One row of features for each group, [groups, features]."""
        return tabulate(map(self._features, self.groups), len(self.groups), _AT)

    def sentence(self, candidate: Candidate) -> Sentence:
        """The sentence of a candidate."""
        return candidate.sentence or self.reading.sentences[max(0, bisect_right(self.starts, candidate.start) - 1)]

    def _features(self, group: Group) -> Iterable[tuple[str, float]]:
        predicate, subject_id, target_id = group.key
        best, own = group.best, group.own
        subject, target = best.subject, best.object
        sentence = self.sentence(best)
        yield f"p:{predicate}", 1.0
        yield "score", logit(max(c.confidence for c in group.candidates))
        yield "support", logit(group.support)
        yield "prior", group.prior
        yield "written", float(bool(group.written))
        yield "rules", float(len({c.rule for c in group.written}))
        yield "count", math.log(len(group.candidates))
        yield "sentences", float(len({c.start for c in group.candidates}))
        first = min(self.sentence(c).index for c in group.candidates)
        yield "first", first / self.total
        yield "lead", float(first < 2)
        yield "heading", float(sentence.block.kind != "prose")
        yield "quoted", float(bool(sentence.quoted))
        yield "spoken", float(best.speaker is not None)
        yield "qualified", float(best.modality is not Modality.ASSERTED)
        yield "own", float(own is not None)
        yield "own_qualified", float(own is not None and own.modality is not Modality.ASSERTED)
        yield "mentions_here", float(len(sentence.mentions))
        yield "groups_here", float(self.here[best.start])
        yield "length", (sentence.end - sentence.start) / 100
        yield "incidents", float(min(6, len(self.reading.incidents)))
        yield from self._rivals(group)
        yield from self._roles(group)
        if isinstance(subject, Record):
            yield from self._end("subject", subject)
            yield f"s:{_family(subject.kind)}", 1.0
            if subject.kind == "Incident" or (isinstance(target, Record) and target.kind == "Incident"):
                incident = subject if subject.kind == "Incident" else target
                yield "subject_main", float(incident is self.reading.main)
                if isinstance(incident, Record):
                    yield from self._victim(incident.id, sentence.index, target_id)
                    yield from self._together(incident.id, subject if incident is target else target)
        if isinstance(target, Record):
            yield from self._end("object", target)
            yield f"o:{_family(target.kind)}", 1.0
            yield "object_has_incident", float(target.id in self.victims)
            yield "said_by_object", float(target.id in self.speakers)
        elif isinstance(target, Literal):
            yield f"o:{target.datatype.value}", 1.0
            yield "object_words", float(min(20, len(str(target.value).split())))
        if isinstance(subject, Record) and isinstance(target, Record):
            yield from self._apart(sentence, subject_id, target_id)

    def _rivals(self, group: Group) -> Iterable[tuple[str, float]]:
        predicate, subject, target = group.key
        mine = self.strength[id(group)]
        for name, found in (
            ("object", self.by_object[predicate, target]),
            ("subject", self.by_subject[predicate, subject]),
        ):
            strengths = [self.strength[id(g)] for g in found if g is not group]
            yield f"rivals_{name}", math.log1p(len(strengths))
            yield f"best_rival_{name}", max(-8.0, min(8.0, mine - max(strengths))) if strengths else 8.0
        others = [g for g in self.by_pair[subject, target] if g is not group]
        yield "best_other", max((self.strength[id(g)] for g in others), default=-8.0)
        yield "other_written", float(any(g.written for g in others))
        yield "reverse", max((self.strength[id(g)] for g in self.by_pair[target, subject]), default=-8.0)

    def _roles(self, group: Group) -> Iterable[tuple[str, float]]:
        said, best = self.said, group.best
        if said is None or not isinstance(best.subject, Record) or not isinstance(best.object, Record | Literal):
            return
        predicate = group.key[0]
        subject, target = end_key(best.subject), end_key(best.object)
        pair = predicate in PAIR_PREDICATES
        if pair:
            yield "subject_role", said.roles.get((f"{predicate}:subject", subject), 0.0)
        mine = {predicate, f"{predicate}:object"}
        yield "object_role", max(said.roles.get((name, target), 0.0) for name in mine)
        others = (score for name, score in said.by_end.get(target, ()) if name not in mine and name != "said")
        yield "object_other_role", next(others, 0.0)

    def _end(self, name: str, record: Record) -> Iterable[tuple[str, float]]:
        yield f"{name}_generic", float(record.generic)
        yield f"{name}_bare", float(record.name.islower() and " " not in record.name)
        yield f"{name}_known", float(record.known)
        yield f"{name}_mentions", math.log1p(len(record.mentions))
        yield f"{name}_in_title", float(any(len(a) > 2 and a.lower() in self.title for a in record.aliases))

    def _victim(self, incident: str, index: int, target: str) -> Iterable[tuple[str, float]]:
        victim = self.victim_of.get(incident)
        if victim is None:
            yield "victim_near", float(_FAR)
            return
        places = self.places.get(victim, [])
        at = bisect_left(places, index)
        near = min((abs(p - index) for p in places[max(0, at - 1) : at + 1]), default=_FAR)
        yield "victim_here", float(near == 0)
        yield "victim_near", float(min(_FAR, near))
        sentence = self.reading.sentences[index] if index < len(self.reading.sentences) else None
        yield (
            "other_victim_here",
            float(
                sentence is not None
                and any(
                    m.record is not None and m.record.id in self.victims and m.record.id not in (victim, target)
                    for m in sentence.mentions
                )
            ),
        )

    def _together(self, incident: str, end: object) -> Iterable[tuple[str, float]]:
        """How likely the end belongs to this incident, and to the likeliest other one, by their victims."""
        if self.said is None or not isinstance(end, Record | Literal):
            return
        key = end_key(end)
        mine = other = -1.0
        for its, victim in self.victim_of.items():
            score = self.together.get(frozenset({key, ("record", victim)}), -1.0)
            if its == incident:
                mine = max(mine, score)
            else:
                other = max(other, score)
        yield "together", mine
        yield "together_other", other

    @staticmethod
    def _apart(sentence: Sentence, subject: str, target: str) -> Iterable[tuple[str, float]]:
        left = [m.head for m in sentence.mentions if m.record is not None and m.record.id == subject]
        right = [m.head for m in sentence.mentions if m.record is not None and m.record.id == target]
        if left and right:
            gap = min((b - a for a in left for b in right), key=abs)
            yield "distance", float(min(40, abs(gap)))
            yield "order", float(gap > 0) * 2 - 1
        else:
            yield "distance", 41.0
