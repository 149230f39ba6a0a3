"""One entity with all that is said of it."""

from __future__ import annotations

from ontology.model import entity_iri
from store.base import Store
from store.lookup.edges import link_counts
from store.lookup.entities import named
from store.lookup.figures import properties_of
from store.lookup.values import EntityDetail
from store.lookup.view import View


def entity(store: Store, view: View, entity_id: str) -> EntityDetail:
    """One entity with its properties and how much there is of the rest; raises `NotFound` when there is none."""
    head = named(store, view, entity_id)
    counts = store.read(
        f"""
        MATCH (e:Entity {{id: $id}})
        CALL (e) {{
          MATCH (e)<-[:SUBJECT|OBJECT]-(s:Statement)-[:STATED_IN]->(d:Document)
          WHERE {view.visible("d")}
          RETURN count(DISTINCT s) AS statements
        }}
        CALL (e) {{
          MATCH (e)<-[:MENTIONS]-(d:Document)
          WHERE {view.visible("d")}
          RETURN count(d) AS documents
        }}
        RETURN statements, documents
        """,
        view.parameters(id=entity_id),
    )[0]
    return EntityDetail(
        id=head.id,
        name=head.name,
        type=head.type,
        labels=head.labels,
        aliases=head.aliases,
        iri=entity_iri(entity_id),
        properties=properties_of(store, view, [entity_id]),
        links=link_counts(store, view, entity_id),
        statements=counts["statements"],
        documents=counts["documents"],
    )
