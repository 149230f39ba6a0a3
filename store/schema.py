"""Constraints and indexes, made on first use and derived from the ontology; making them again changes nothing."""

from __future__ import annotations

from dataclasses import dataclass

from ontology.model import ontology
from store.base import ENTITY_INDEX

LEDGER = "Ledger"
"""Label of the one node that every change of the graph writes to, so that no two of them run at once."""


@dataclass(frozen=True, slots=True)
class Key:
    """A property by which nodes of a label are found; of a unique one there are no two."""

    label: str
    attribute: str
    unique: bool = False

    @property
    def name(self) -> str:
        """Name of the constraint or index."""
        return f"{self.label.lower()}_{self.attribute}"

    @property
    def cypher(self) -> str:
        """The statement that makes it unless it is there."""
        if self.unique:
            return (
                f"CREATE CONSTRAINT {self.name} IF NOT EXISTS FOR (n:{self.label}) REQUIRE n.{self.attribute} IS UNIQUE"
            )
        return f"CREATE INDEX {self.name} IF NOT EXISTS FOR (n:{self.label}) ON (n.{self.attribute})"


def keys() -> list[Key]:
    """Every root class of the ontology by its id, and what statements and documents are found by."""
    roots = [cls.name for cls in ontology().classes.values() if not cls.parents]
    return [
        *(Key(name, "id", unique=True) for name in [*roots, LEDGER]),
        Key("Statement", "fact"),
        Key("Statement", "predicate"),
        Key("Document", "published_on"),
    ]


FULLTEXT = f"CREATE FULLTEXT INDEX `{ENTITY_INDEX}` IF NOT EXISTS FOR (n:Entity) ON EACH [n.search]"
"""Neo4j's statement for the index; the embedded store has one of its own, which gives the index the same name."""
