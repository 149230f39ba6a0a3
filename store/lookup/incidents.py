"""Incidents: the list of them, and each as one complete case."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from ontology.errors import NotFound
from ontology.model import ontology
from store.base import Store
from store.lookup import cursors
from store.lookup.cursors import Page
from store.lookup.documents import documents_mentioning
from store.lookup.edges import EdgeFilter, edges_of
from store.lookup.entities import named, summaries
from store.lookup.figures import properties_of
from store.lookup.terms import INCIDENT, blaming, dating, hitting, with_subclasses
from store.lookup.timeline import events
from store.lookup.values import Edge, EntitySummary, IncidentCase, IncidentSummary, Link, Property, Section
from store.lookup.view import View

EDGES_OF_INCIDENT = 300
EDGES_OF_PARTY = 60
PARTIES = 120
"""How many entities of a case are looked into further."""


def incidents(store: Store, view: View, *, limit: int = 50, cursor: str | None = None) -> Page[IncidentSummary]:
    """The incidents, the latest first; those without a date come last."""
    question = ("incidents", view.as_of)
    after = cursors.decode(question, cursor, (str, str))
    rows = store.read(
        f"""
        MATCH (i:{INCIDENT})
        {_dated(view)}
        WITH i, date
        WHERE $id IS NULL OR date < $date OR (date = $date AND i.id > $id)
        RETURN i.id AS id, date
        ORDER BY date DESC, id
        LIMIT $limit
        """,
        view.parameters(
            date=after[0] if after else None,
            id=after[1] if after else None,
            limit=limit + 1,
            types=list(with_subclasses((INCIDENT,))),
            dating=list(dating()),
        ),
    )
    more = cursors.encode(question, (rows[limit - 1]["date"], rows[limit - 1]["id"])) if len(rows) > limit else None
    dates = {row["id"]: row["date"] or None for row in rows[:limit]}
    return Page(_summaries(store, view, dates), more)


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
    entities = summaries(store, view, _others(edges, [])) | {incident_id: subject}
    asked = [id_ for id_, entity in entities.items() if id_ == incident_id or INCIDENT not in entity.labels]
    properties = properties_of(store, view, asked, within=incident_id)
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
        MATCH (e:Entity {{id: id}})<-[:MENTIONS]-(d:Document)
        WHERE {view.visible("d")}
        RETURN id, count(d) AS documents
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
