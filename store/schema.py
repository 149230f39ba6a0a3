"""Constraints and indexes, made on first use and derived from the ontology; making them again changes nothing."""

from __future__ import annotations

from dataclasses import dataclass

from neo4j import Session

from ontology.errors import StoreUnavailable
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

FORM = 2
"""What the store keeps of the statements; one of an earlier form lacks the sums that look-ups read."""


def open_ledger(session: Session) -> None:
    """Make the ledger unless it is there; raises `StoreUnavailable` for a store of another form than this program's."""
    found = session.run(
        f"""
        OPTIONAL MATCH (l:{LEDGER} {{id: 'ledger'}})
        RETURN l.form AS form, EXISTS {{ MATCH (:Document) }} AS is_used
        """
    ).single(strict=True)
    if found["is_used"] and found["form"] != FORM:
        raise StoreUnavailable(
            "the store was made by another version of this program",
            hint="load the reports into a new store, or use the version that made it",
        )
    if found["form"] != FORM:
        make = f"MERGE (l:{LEDGER} {{id: 'ledger'}}) ON CREATE SET l.changes = 0 SET l.form = $form"
        session.run(make, form=FORM).consume()
