"""Which edges are asked for, and the Cypher that says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ontology.model import ontology
from ontology.statement import Modality
from store.lookup.values import Direction
from store.lookup.view import View

_WAYS: Mapping[Direction, str] = {"out": "SUBJECT", "in": "OBJECT"}


@dataclass(frozen=True, slots=True)
class EdgeFilter:
    """Which edges of an entity are asked for; an empty tuple asks for all of a kind.

    `types` are classes of the entity at the other end, with their subclasses already named; `modalities` keeps the
    statements that are put so, `confidence` those that the reader is at least so sure of, and what an edge sums up is
    these alone. `within` keeps to the documents that mention that entity.
    """

    predicates: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    modalities: tuple[Modality, ...] = ()
    direction: Direction | None = None
    within: str | None = None
    confidence: float = 0.0

    def conditions(self, view: View) -> str:
        """Cypher conditions on the statement `s`, the way to it `way`, its document `d` and the other end `o`."""
        conditions = [view.visible("d")]
        if self.predicates:
            conditions.append("s.predicate IN $predicates")
        if self.modalities:
            conditions.append("s.modality IN $modalities")
        if self.confidence > 0:
            conditions.append("s.confidence >= $confidence")
        if self.types and view.is_full:
            conditions.append("any(label IN labels(o) WHERE label IN $types)")
        elif self.types:
            seen = f"MATCH (v:Document)-[m:MENTIONS]->(o) WHERE m.type IN $types AND {view.visible('v')}"
            conditions.append(f"EXISTS {{ {seen} }}")
        return " AND ".join(conditions) + mentioning(self.within)

    @property
    def ways(self) -> str:
        """The relationship types from a statement to the entity that is asked about."""
        return _WAYS[self.direction] if self.direction else "SUBJECT|OBJECT"

    @property
    def other_ways(self) -> str:
        """The relationship types from a statement to the entity at the other end."""
        return {"out": "OBJECT", "in": "SUBJECT", None: "SUBJECT|OBJECT"}[self.direction]

    @property
    def is_summed_up(self) -> bool:
        """Whether relationships tell which edges are wanted: their own properties sum up all of their statements."""
        return self.confidence <= 0 and self.within is None

    @property
    def pattern(self) -> str:
        """Cypher pattern of the relationships `r` between an entity `e` and the other end `o`."""
        predicates = [ontology().predicates[name] for name in self.predicates or ontology().predicates]
        types = "|".join(predicate.relationship_type for predicate in predicates if predicate.range) or "NONE"
        left, right = {"out": ("-", "->"), "in": ("<-", "-"), None: ("-", "-")}[self.direction]
        return f"(e){left}[r:{types}]{right}(o:Entity)"

    @property
    def summed_up_conditions(self) -> str:
        """Cypher conditions on the relationship `r` and the other end `o`, for a reader who may see all."""
        conditions = ["any(label IN labels(o) WHERE label IN $types)"] if self.types else []
        conditions += ["any(modality IN r.modalities WHERE modality IN $modalities)"] if self.modalities else []
        return " AND ".join(conditions) or "true"

    def parameters(self, view: View, **others: Any) -> Mapping[str, Any]:
        """The parameters that the conditions need, with those of the query."""
        return view.parameters(
            predicates=list(self.predicates),
            types=list(self.types),
            modalities=[modality.value for modality in self.modalities],
            within=self.within,
            confidence=self.confidence,
            **others,
        )


ALL = EdgeFilter()


def mentioning(within: str | None) -> str:
    """Cypher condition to add: that the document `d` mentions the entity `$within`, if one is given."""
    return " AND EXISTS { MATCH (d)-[:MENTIONS]->(:Entity {id: $within}) }" if within else ""
