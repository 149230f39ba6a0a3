"""Through whose eyes the graph is seen: the markings that a reader is cleared for.

A document above a reader's clearance is as if it had never been loaded: its statements, and the entities, names,
edges and figures known from it alone, are in no answer. So no look-up reads what the store has already summed up (the
properties of entities and relationships) unless the reader may see all; it sums up the visible statements itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ontology.statement import Marking, Modality


@dataclass(frozen=True, slots=True)
class View:
    """What one reader may see: documents marked up to `clearance`, and only those published by `as_of` if it is given.

    `as_of` is ISO 8601 at any grain; `2025-09` means by the end of that month. A document without a date counts from
    the day on which it was loaded.
    """

    clearance: Marking = Marking.RED
    as_of: str | None = None

    @property
    def markings(self) -> list[str]:
        """The markings that may be seen."""
        return [marking.value for marking in Marking if marking.rank <= self.clearance.rank]

    @property
    def is_full(self) -> bool:
        """True when nothing is hidden, so that what the store has summed up may be shown as it is."""
        return self.clearance is Marking.RED and self.as_of is None

    def visible(self, document: str) -> str:
        """Cypher condition: whether the document bound to the variable `document` may be seen."""
        if self.is_full:
            return "true"
        condition = f"{document}.marking IN $markings"
        if self.as_of is not None:
            condition += f" AND coalesce({document}.published_on, {document}.loaded_on) <= $as_of"
        return condition

    def parameters(self, **others: Any) -> Mapping[str, Any]:
        """The parameters that its conditions need, with those of the query."""
        mine: dict[str, Any] = {"markings": self.markings}
        if self.as_of is not None:
            mine["as_of"] = self.as_of + "~"  # sorts after every finer date that begins with it
        return mine | others


def modality_rank(expression: str) -> str:
    """Cypher expression: the rank of a modality, 0 being the strongest."""
    cases = " ".join(f"WHEN '{modality.value}' THEN {modality.rank}" for modality in Modality)
    return f"CASE {expression} {cases} ELSE {len(Modality)} END"
