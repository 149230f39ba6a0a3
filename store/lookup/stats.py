"""How much there is, as far as the reader may see."""

from __future__ import annotations

from collections import Counter

from ontology.model import ontology
from store.base import Store
from store.lookup.terms import linking, ordered_labels
from store.lookup.values import Stats
from store.lookup.view import View


def stats(store: Store, view: View) -> Stats:
    """Counts of documents, statements, entities and edges that the reader may see."""
    documents = store.read(
        f"""
        MATCH (d:Document)
        WHERE {view.visible("d")}
        RETURN count(d) AS documents, min(d.published_on) AS first, max(d.published_on) AS last
        """,
        view.parameters(),
    )[0]
    said = store.read(
        f"""
        MATCH (s:Statement)-[:STATED_IN]->(d:Document)
        WHERE {view.visible("d")}
        RETURN s.predicate AS predicate, s.modality AS modality, count(s) AS statements
        """,
        view.parameters(),
    )
    predicates, modalities = Counter[str](), Counter[str]()
    for row in said:
        predicates[row["predicate"]] += row["statements"]
        modalities[row["modality"]] += row["statements"]
    classes = _classes(store, view)
    return Stats(
        documents=documents["documents"],
        statements=predicates.total(),
        entities=classes.total(),
        edges=_edges(store, view),
        classes={name: classes[name] for name in ontology().classes if classes[name]},
        predicates={name: predicates[name] for name in ontology().predicates if predicates[name]},
        modalities=dict(modalities.most_common()),
        first_published=documents["first"],
        last_published=documents["last"],
    )


def _classes(store: Store, view: View) -> Counter[str]:
    """Entities of each class, each counted once, under its most specific one."""
    if view.is_full:
        rows = store.read("MATCH (e:Entity) RETURN labels(e) AS labels, count(e) AS entities")
    else:
        rows = store.read(
            f"""
            MATCH (d:Document)-[m:MENTIONS]->(e:Entity)
            WHERE {view.visible("d")}
            WITH e, collect(DISTINCT m.type) AS labels
            RETURN labels, count(e) AS entities
            """,
            view.parameters(),
        )
    classes = Counter[str]()
    for row in rows:
        classes[ordered_labels(row["labels"])[0]] += row["entities"]
    return classes


def _edges(store: Store, view: View) -> int:
    """Edges between entities, each subject, predicate and object once."""
    if view.is_full:
        types = "|".join(ontology().predicates[name].relationship_type for name in linking())
        rows = store.read(f"MATCH (:Entity)-[r:{types}]->(:Entity) RETURN count(r) AS edges")
    else:
        rows = store.read(
            f"""
            MATCH (a:Entity)<-[:SUBJECT]-(s:Statement)-[:OBJECT]->(b:Entity), (s)-[:STATED_IN]->(d:Document)
            WHERE {view.visible("d")}
            WITH DISTINCT a, s.predicate AS predicate, b
            RETURN count(*) AS edges
            """,
            view.parameters(),
        )
    return int(rows[0]["edges"])
