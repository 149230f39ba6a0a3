"""Values that documents give for the properties of entities: side by side where they differ."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import Any

from ontology.model import ontology
from ontology.statement import Datatype, Modality
from store.base import Store
from store.lookup.edge_filter import mentioning
from store.lookup.edge_rows import EVIDENCE, evidence
from store.lookup.entities import summaries
from store.lookup.values import EntitySummary, Figure, Property
from store.lookup.view import View, modality_rank

VALUES_SHOWN = 200
"""How many values of one entity are read: words said can be without number."""


def properties_of(
    store: Store,
    view: View,
    ids: Sequence[str],
    *,
    datatype: Datatype | None = None,
    within: str | None = None,
    known: Mapping[str, EntitySummary] | None = None,
) -> list[Property]:
    """The properties of these entities, each with all its values, in the order of the ontology.

    `within` keeps to what is said by documents that mention that entity; `known` are the entities themselves, where
    the asker has them already.
    """
    kind = "s.datatype = $datatype" if datatype else "s.value IS NOT NULL"
    rows = store.read(
        f"""
        UNWIND $ids AS id
        MATCH (e:Entity {{id: id}})
        CALL (e) {{
          MATCH (e)<-[:SUBJECT]-(s:Statement)-[at:STATED_IN]->(d:Document)
          WHERE {kind} AND {view.visible("d")}{mentioning(within)}
          WITH s, at, d
          ORDER BY {modality_rank("s.modality")}, s.confidence DESC, d.published_on, s.id
          WITH s.predicate AS predicate, s.value AS value, s.datatype AS datatype, s.currency AS currency,
               count(s) AS statements, collect(DISTINCT d.id) AS documents, collect({{s: s, at: at, d: d}})[0] AS top
          ORDER BY size(documents) DESC, statements DESC, predicate
          LIMIT $limit
          WITH predicate, value, datatype, currency, statements, documents, top.s AS s, top.at AS at, top.d AS d
          RETURN collect({{predicate: predicate, value: value, datatype: datatype, currency: currency,
              statements: statements, documents: documents, {EVIDENCE}}}) AS figures
        }}
        RETURN id, figures
        """,
        view.parameters(ids=list(ids), limit=VALUES_SHOWN, datatype=datatype, within=within),
    )
    rows = [row for row in rows if row["figures"]]
    known = known or {}
    subjects = {**known, **summaries(store, view, [row["id"] for row in rows if row["id"] not in known])}
    found = [_property(subjects[row["id"]], name, group) for row in rows for name, group in _grouped(row["figures"])]
    order = list(ontology().predicates)
    asked = list(ids)
    return sorted(found, key=lambda p: (order.index(p.predicate), asked.index(p.subject.id)))


def _grouped(rows: Iterable[Mapping[str, Any]]) -> Iterable[tuple[str, list[Mapping[str, Any]]]]:
    groups: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        groups[row["predicate"]].append(row)
    return groups.items()


def _property(subject: EntitySummary, name: str, rows: Sequence[Mapping[str, Any]]) -> Property:
    predicate = ontology().predicates[name]
    ranked = sorted(rows, key=lambda row: (Modality(row["modality"]).rank, -len(row["documents"]), -row["confidence"]))
    return Property(
        subject=subject,
        predicate=name,
        property=predicate.property_name,
        label=predicate.label,
        family=predicate.family,
        values=[_figure(row) for row in ranked],
        disagree=any(_disagree(one, other) for one, other in combinations(ranked[:20], 2)),
    )


def _figure(row: Mapping[str, Any]) -> Figure:
    return Figure(
        value=row["value"],
        datatype=Datatype(row["datatype"]),
        currency=row["currency"],
        modality=Modality(row["modality"]),
        confidence=row["confidence"],
        sources=len(row["documents"]),
        statements=row["statements"],
        evidence=evidence(row),
    )


def _disagree(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Two values that cannot both be the whole truth, each told by a document that does not tell the other.

    One document's two figures are two things, but not once others each give only one of them: the first may just quote
    both. Dates agree when one is the other at a coarser grain, and words never disagree.
    """
    if one["datatype"] != other["datatype"] or one["datatype"] == Datatype.TEXT:
        return False
    first_in, second_in = set(one["documents"]), set(other["documents"])
    if first_in <= second_in or second_in <= first_in:
        return False
    if one["datatype"] == Datatype.DATE:
        first, second = str(one["value"]), str(other["value"])
        return not (first.startswith(second) or second.startswith(first))
    return (one["value"], one["currency"]) != (other["value"], other["currency"])
