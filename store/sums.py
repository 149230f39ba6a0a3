"""What many documents say together, summed up without a database: the graph that they alone would make."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ontology.errors import InvalidStatements
from ontology.model import ontology
from ontology.statement import Datatype
from store import projection
from store.projection import Mention, Support
from store.rows import Edge, Prepared, Row, edge_of, support


@dataclass(slots=True)
class Sums:
    """What some documents together say."""

    documents: set[str] = field(default_factory=set)
    statements: int = 0
    mentions: dict[str, Counter[Mention]] = field(default_factory=lambda: defaultdict(Counter))
    supports: dict[str, list[Support]] = field(default_factory=lambda: defaultdict(list))
    edges: dict[str, Edge] = field(default_factory=dict)
    literals: dict[str, list[tuple[str, str, Datatype]]] = field(default_factory=lambda: defaultdict(list))
    amounts: dict[str, Row] = field(default_factory=dict)

    def add(self, prepared: Prepared) -> None:
        """Count one document in; raises `InvalidStatements` when it has been counted."""
        if prepared.document.id in self.documents:
            raise InvalidStatements(f"{prepared.document.id} comes twice", hint="fill a store with each report once")
        self.documents.add(prepared.document.id)
        self.statements += len(prepared.statements)
        for key, mention in prepared.mentions.items():
            self.mentions[key][mention] += 1
        for row in prepared.statements.values():
            self._add(row, support(prepared.document, row))

    def _add(self, row: Row, reason: Support) -> None:
        key = row["fact"]
        edge = edge_of(row)
        if edge is None and key not in self.supports:
            self.literals[row["subject"]].append((key, row["predicate"], Datatype(row["datatype"])))
        elif edge is not None:
            self.edges[key] = edge
            if edge.is_amount:
                self.amounts[edge.object] = {name: row[name] for name in ("object", "value", "currency", "datatype")}
        self.supports[key].append(reason)

    def entities(self) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
        """Every entity by its id: its class, and the properties of its node."""
        for key in sorted(self.mentions):
            mention = projection.named(self.mentions[key])
            literals = {
                ontology().predicates[predicate].property_name: projection.literal(datatype, self.supports[fact])
                for fact, predicate, datatype in self.literals.get(key, ())
            }
            known = {name: value for name, value in literals.items() if value is not None}
            yield key, mention.type, projection.entity(key, mention) | known
