"""Entities by id: their names as the reader may know them, and all that is said of one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ontology.errors import NotFound
from store import projection
from store.base import Store
from store.lookup.terms import ordered_labels
from store.lookup.values import EntitySummary
from store.lookup.view import View
from store.projection import Mention


def summaries(store: Store, view: View, ids: Iterable[str]) -> dict[str, EntitySummary]:
    """The entities with these ids that the reader may know of, by id."""
    asked = list(dict.fromkeys(ids))
    if not asked:
        return {}
    if view.is_full:
        rows = store.read(
            """
            UNWIND $ids AS id
            MATCH (e:Entity {id: id})
            RETURN id, e.name AS name, e.aliases AS aliases, labels(e) AS labels
            """,
            {"ids": asked},
        )
        return {row["id"]: summary(row) for row in rows}
    rows = store.read(
        f"""
        UNWIND $ids AS id
        MATCH (e:Entity {{id: id}})<-[m:MENTIONS]-(d:Document)
        WHERE {view.visible("d")}
        RETURN id, collect({{name: m.name, type: m.type, aliases: m.aliases}}) AS mentions
        """,
        view.parameters(ids=asked),
    )
    return {row["id"]: _from_mentions(row["id"], row["mentions"]) for row in rows}


def named(store: Store, view: View, entity_id: str) -> EntitySummary:
    """One entity by id; raises `NotFound` when there is none that the reader may know of."""
    found = summaries(store, view, [entity_id]).get(entity_id)
    if found is None:
        raise unknown(view, entity_id)
    return found


def unknown(view: View, entity_id: str) -> NotFound:
    """What is raised for an id that no visible entity has."""
    if view.as_of is not None:
        return NotFound(
            f"no entity had the id {entity_id[:120]!r} by {view.as_of}",
            hint="ask without a day, or search by name for the right id",
        )
    return NotFound(f"no entity has the id {entity_id[:120]!r}", hint="search by name for the right id")


def summary(row: Mapping[str, Any]) -> EntitySummary:
    """The entity in a row with its `id`, `name`, `aliases` and `labels` as the store has summed them up."""
    labels = ordered_labels(row["labels"])
    return EntitySummary(row["id"], row["name"] or row["id"], labels[0], labels, list(row["aliases"] or ()))


def _from_mentions(entity_id: str, mentions: Iterable[Mapping[str, Any]]) -> EntitySummary:
    """The same sum that the store makes, of the mentions that the reader may see."""
    sum_ = projection.named(Mention(each["name"], each["type"], tuple(each["aliases"] or ())) for each in mentions)
    labels = list(projection.labels(sum_.type))
    return EntitySummary(entity_id, sum_.name, sum_.type, labels, list(sum_.aliases))
