"""Incidents: the list of them, and each as one complete case."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from ontology.errors import NotFound
from ontology.model import ontology
from store.base import Store
from store.lookup import cursors
from store.lookup.cursors import Key, Page
from store.lookup.documents import documents_mentioning
from store.lookup.edge_filter import EdgeFilter
from store.lookup.edges import edges_of
from store.lookup.entities import named, summaries
from store.lookup.figures import properties_of
from store.lookup.terms import INCIDENT, blaming, dating, hitting, with_subclasses
from store.lookup.timeline import events
from store.lookup.values import Edge, EntitySummary, IncidentCase, IncidentSummary, Link, Property, Section
from store.lookup.view import View
from store.names import folded, search_text

EDGES_OF_INCIDENT = 300
EDGES_OF_PARTY = 60
PARTIES = 120
"""How many entities of a case are looked into further."""
WORDS = 8


Order = Literal["date", "documents", "name"]
_ORDERS: Mapping[Order, tuple[str, str, type]] = {
    "date": ("date", "DESC", str),
    "documents": ("documents", "DESC", int),
    "name": ("id", "ASC", str),  # ids are readable, and made of the name
}


def incidents(
    store: Store, view: View, text: str = "", *, order: Order = "date", limit: int = 50, cursor: str | None = None
) -> Page[IncidentSummary]:
    """The incidents in an order, the latest first unless another is asked for; those without a date come last.

    With a text only those with each of its words in a name of the incident, of whom it hit or of those named for it, or
    at the beginning of its date.
    """
    words = tuple(word for word in text.split()[:WORDS] if folded(word))
    question = ("incidents", words, order, view.as_of)
    last = cursors.decode(question, cursor, (_ORDERS[order][2], str))
    found: list[tuple[Key, IncidentSummary]] = []
    while len(found) <= limit:
        # The store proposes by all names that it has summed up; here only those that the reader may know count.
        proposed = _proposed(store, view, words, order, after=last, limit=limit + 1)
        shown = _summaries(store, view, {row["id"]: row["date"] or None for row in proposed})
        keys = {row["id"]: (row[_ORDERS[order][0]], row["id"]) for row in proposed}
        found += [(keys[each.incident.id], each) for each in shown if all(_names(each, word) for word in words)]
        if len(proposed) <= limit:
            break
        last = keys[proposed[-1]["id"]]
    more = cursors.encode(question, found[limit - 1][0]) if len(found) > limit else None
    return Page([each for _, each in found[:limit]], more)


def _proposed(
    store: Store, view: View, words: Sequence[str], order: Order, *, after: Key | None, limit: int
) -> list[dict[str, Any]]:
    """Incidents in their order, with all words in names that the store knows, whether or not the reader may."""
    key, way, _ = _ORDERS[order]
    return store.read(
        f"""
        MATCH (i:{INCIDENT})
        {_dated(view)}
        {_counted(view) if order == "documents" else "WITH i, date, 0 AS documents"}
        {_naming() if words else ""}
        WITH i.id AS id, date, documents
        WHERE $last IS NULL OR {key} {"<" if way == "DESC" else ">"} $key OR ({key} = $key AND id > $last)
        RETURN id, date, documents
        ORDER BY {key} {way}, id
        LIMIT $limit
        """,
        view.parameters(
            key=after[0] if after else None,
            last=after[1] if after else None,
            limit=limit,
            types=list(with_subclasses((INCIDENT,))),
            dating=list(dating()),
            words=[{"name": folded(word), "date": word} for word in words],
        ),
    )


def incident(store: Store, view: View, incident_id: str) -> IncidentCase:
    """One incident with its victims, actors, timeline, impact, support, responders and sources.

    What is said of victims and actors belongs to the case when a document says it that also mentions the incident.
    """
    subject = named(store, view, incident_id)
    if INCIDENT not in subject.labels:
        raise NotFound(f"{subject.name} is not an incident", hint="look at it as an entity")
    own, totals = edges_of(store, view, [incident_id], EdgeFilter(), limit=EDGES_OF_INCIDENT)
    parties = _others(own, [incident_id])
    known = summaries(store, view, parties)
    within = EdgeFilter(within=incident_id)
    principal = [id_ for id_ in _others([e for e in own if _is_party(e, incident_id)], [incident_id]) if id_ in known]
    around, _ = edges_of(store, view, principal[:PARTIES], within, limit=EDGES_OF_PARTY)
    around = _of_this_case(store, view, around, known, incident_id)
    helpers = [id_ for id_ in dict.fromkeys(edge.source for edge in around) if id_ not in {incident_id, *principal}]
    further, _ = edges_of(store, view, helpers[:PARTIES], within, limit=EDGES_OF_PARTY)
    further = _of_this_case(store, view, further, known, incident_id)
    edges = list({(e.source, e.predicate, e.target): e for e in (*own, *around, *further)}.values())
    entities = {id_: known[id_] for id_ in _others(edges, []) if id_ in known} | {incident_id: subject}
    asked = [id_ for id_, entity in entities.items() if id_ == incident_id or INCIDENT not in entity.labels]
    properties = properties_of(store, view, asked, within=incident_id, known=entities)
    left_out = totals.get(incident_id, 0) - len(own)
    return IncidentCase(
        incident=subject,
        victims=_links(own, incident_id, hitting(), entities),
        actors=_links(own, incident_id, blaming(), entities),
        timeline=events(properties),
        sections=_sections(edges, properties),
        disagreements=[each for each in properties if each.disagree],
        entities=list(entities.values()),
        sources=documents_mentioning(store, view, incident_id),
        note=f"cut: {left_out} more links of the incident are not shown" if left_out > 0 else "",
    )


def _dated(view: View) -> str:
    """Cypher that keeps the incidents `i` that may be seen, and binds the `date` of each, empty where it has none."""
    if view.is_full:
        terms = ontology().predicates
        return f"WITH i, coalesce({', '.join(f'i.{terms[name].property_name}' for name in dating())}, '') AS date"
    return f"""
        WHERE EXISTS {{ MATCH (v:Document)-[m:MENTIONS]->(i) WHERE m.type IN $types AND {view.visible("v")} }}
        CALL (i) {{
          OPTIONAL MATCH (i)<-[:SUBJECT]-(s:Statement)-[:STATED_IN]->(d:Document)
          WHERE s.predicate IN $dating AND {view.visible("d")}
          RETURN coalesce(min(s.value), '') AS date
        }}"""


def _counted(view: View) -> str:
    """Cypher that binds how many `documents` that may be seen mention the incident `i`."""
    return f"""
        CALL (i) {{
          MATCH (i)<-[:MENTIONS]-(d:Document)
          WHERE {view.visible("d")}
          RETURN count(d) AS documents
        }}"""


def _naming() -> str:
    """Cypher that keeps the incidents `i` with all `$words` in a name, a party's name or the date."""
    types = "|".join(ontology().predicates[name].relationship_type for name in (*hitting(), *blaming()))
    return f"""
        CALL (i) {{
          OPTIONAL MATCH (i)-[:{types}]->(o:Entity)
          RETURN collect(o.search) AS parties
        }}
        WITH i, date, documents, parties
        WHERE all(word IN $words WHERE i.search CONTAINS word.name OR date STARTS WITH word.date
                  OR any(party IN parties WHERE party CONTAINS word.name))"""


def _names(found: IncidentSummary, word: str) -> bool:
    parties = [*found.victims, *(link.entity for link in found.actors)]
    names = [name for entity in (found.incident, *parties) for name in (entity.name, *entity.aliases)]
    return (found.date or "").startswith(word) or folded(word) in search_text(names)


def _summaries(store: Store, view: View, dates: dict[str, str | None]) -> list[IncidentSummary]:
    parties = EdgeFilter(predicates=(*hitting(), *blaming()), direction="out")
    edges, _ = edges_of(store, view, list(dates), parties, limit=EDGES_OF_PARTY)
    entities = summaries(store, view, [*dates, *_others(edges, [])])
    counts = _document_counts(store, view, list(dates))
    return [
        IncidentSummary(
            incident=entities[id_],
            victims=[link.entity for link in _links(edges, id_, hitting(), entities)],
            actors=_links(edges, id_, blaming(), entities),
            date=date,
            documents=counts.get(id_, 0),
        )
        for id_, date in dates.items()
        if id_ in entities
    ]


def _document_counts(store: Store, view: View, ids: Sequence[str]) -> dict[str, int]:
    rows = store.read(
        f"""
        UNWIND $ids AS id
        MATCH (i:Entity {{id: id}})
        {_counted(view)}
        RETURN id, documents
        """,
        view.parameters(ids=list(ids)),
    )
    return {row["id"]: row["documents"] for row in rows}


def _is_party(edge: Edge, incident_id: str) -> bool:
    return edge.source == incident_id and edge.predicate in (*hitting(), *blaming())


def _of_this_case(
    store: Store, view: View, edges: Iterable[Edge], known: dict[str, EntitySummary], incident_id: str
) -> list[Edge]:
    """The edges that are not of some other incident; `known` learns the entities met."""
    seen = list(edges)
    known |= summaries(store, view, [id_ for id_ in _others(seen, [incident_id]) if id_ not in known])
    foreign = {id_ for id_, entity in known.items() if INCIDENT in entity.labels and id_ != incident_id}
    return [edge for edge in seen if edge.source not in foreign and edge.target not in foreign]


def _others(edges: Iterable[Edge], besides: Sequence[str]) -> list[str]:
    ids = dict.fromkeys(id_ for edge in edges for id_ in (edge.source, edge.target))
    return [id_ for id_ in ids if id_ not in besides]


def _links(
    edges: Iterable[Edge], incident_id: str, predicates: Sequence[str], entities: dict[str, EntitySummary]
) -> list[Link]:
    """The objects of these predicates of an incident, the most strongly put first."""
    found = [edge for edge in edges if edge.source == incident_id and edge.predicate in predicates]
    ranked = sorted(found, key=lambda edge: (edge.modality.rank, -edge.sources, edge.target))
    return [Link(entity=entities[edge.target], edge=edge) for edge in ranked if edge.target in entities]


def _sections(edges: Sequence[Edge], properties: Sequence[Property]) -> list[Section]:
    links: defaultdict[str, list[Edge]] = defaultdict(list)
    figures: defaultdict[str, list[Property]] = defaultdict(list)
    for edge in edges:
        links[edge.family].append(edge)
    for each in properties:
        figures[each.family].append(each)
    return [
        Section(family=family.name, label=family.label, links=links[family.name], properties=figures[family.name])
        for family in ontology().families.values()
        if family.name in links or family.name in figures
    ]
