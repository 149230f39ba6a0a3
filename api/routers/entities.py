"""Entities: search, one, and what is around it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from api.access import Reader
from api.context import Graph
from api.formats import GRAPHS, TABLES, Format, as_csv, as_json, choose, page, responses
from api.graphs import GraphShape
from api.guard import audit
from api.parameters import (
    AsOf,
    AsTable,
    Confidence,
    Direction,
    Edges,
    EntityId,
    Modalities,
    OnePage,
    Predicates,
    Text,
    Types,
)
from api.parameters import Query as Parameters
from api.problems import problem_responses
from api.tables import ENTITIES, EVENTS, STATEMENTS
from store import lookup
from store.lookup import EdgeFilter, Page, check_predicates, check_types
from store.lookup.values import EntityDetail, EntitySummary, Related, StatementView, Timeline

router = APIRouter(prefix="/v1/entities", tags=["entities"])


class Search(OnePage):
    """What entities are searched by."""

    q: Text = Field(
        default="", max_length=200, description="Name, alias, acronym or fragment; typing errors are forgiven."
    )
    type: Types
    limit: int = Field(default=20, ge=1, le=200, description="Most items of a page.")


class Around(Edges):
    """How far around an entity, and what."""

    depth: int = Field(default=1, ge=1, le=3, description="Steps from the entity.")
    limit: int = Field(default=100, ge=1, le=1_000, description="Most edges.")
    counts: bool = Field(
        default=False, description="Tell also how many links of each kind there are, beyond the limit too."
    )


class Said(OnePage):
    """Which statements of an entity."""

    predicate: Predicates
    modality: Modalities
    direction: Direction = "both"
    min_confidence: Confidence = 0.0


class When(AsTable):
    """What a timeline shows."""

    reports: bool = Field(default=False, description="Show also when documents that mention the entity were published.")
    limit: int = Field(default=500, ge=1, le=2_000, description="Most events.")


class AsKnown(Parameters):
    """One entity, if need be as it was known on a day."""

    as_of: AsOf = None


@router.get(
    "",
    summary="Search entities",
    response_model=Page[EntitySummary],
    responses=responses(*TABLES) | problem_responses(406),
)
def search(request: Request, store: Graph, principal: Reader, query: Annotated[Search, Query()]) -> Response:
    """The entities whose names fit, the best first; without `q` all of them, in the order of their ids."""
    wanted = choose(request, query.format, TABLES)
    types = check_types(query.type)
    found = lookup.search(store, principal.view(), query.q, types=types, limit=query.limit, cursor=query.cursor)
    audit(request, rows=len(found.items))
    return page(request, wanted, found, ENTITIES, Page[EntitySummary])


@router.get(
    "/{entity_id}",
    summary="One entity",
    response_model=EntityDetail,
    responses=problem_responses(404),
)
def entity(store: Graph, principal: Reader, entity_id: EntityId, query: Annotated[AsKnown, Query()]) -> Response:
    """All that documents say of one entity: its names, its figures side by side, and how it is linked."""
    return as_json(lookup.entity(store, principal.view(query.as_of), entity_id), EntityDetail)


@router.get(
    "/{entity_id}/related",
    summary="What is around an entity",
    response_model=Related,
    responses=responses(*GRAPHS) | problem_responses(404, 406),
)
def related(
    request: Request, store: Graph, principal: Reader, entity_id: EntityId, query: Annotated[Around, Query()]
) -> Response:
    """Nodes and edges within some steps; each edge has its best quotation and the number of its sources."""
    wanted = choose(request, query.format, GRAPHS)
    found = lookup.related(
        store,
        principal.view(query.as_of),
        entity_id,
        depth=query.depth,
        wanted=query.edge_filter(),
        limit=query.limit,
        counts=query.counts,
    )
    audit(request, rows=len(found.edges))
    if wanted is Format.JSON:
        return as_json(found, Related)
    return GraphShape(found.nodes, found.edges).write(wanted)


@router.get(
    "/{entity_id}/statements",
    summary="Statements of an entity",
    response_model=Page[StatementView],
    responses=responses(*TABLES) | problem_responses(404, 406),
)
def statements(
    request: Request, store: Graph, principal: Reader, entity_id: EntityId, query: Annotated[Said, Query()]
) -> Response:
    """The statements that it is the subject, the object or the speaker of, each with its quotation."""
    wanted = choose(request, query.format, TABLES)
    which = EdgeFilter(
        predicates=tuple(check_predicates(query.predicate)),
        modalities=tuple(query.modality),
        direction=None if query.direction == "both" else query.direction,
        confidence=query.min_confidence,
    )
    found = lookup.statements_of(store, principal.view(), entity_id, which, limit=query.limit, cursor=query.cursor)
    audit(request, rows=len(found.items))
    return page(request, wanted, found, STATEMENTS, Page[StatementView])


@router.get(
    "/{entity_id}/timeline",
    summary="Timeline of an entity",
    response_model=Timeline,
    responses=responses(*TABLES) | problem_responses(404, 406),
)
def timeline(
    request: Request, store: Graph, principal: Reader, entity_id: EntityId, query: Annotated[When, Query()]
) -> Response:
    """Dated events of the entity and of what it is linked with, oldest first."""
    wanted = choose(request, query.format, TABLES)
    found = lookup.timeline(store, principal.view(), entity_id, reports=query.reports, limit=query.limit)
    audit(request, rows=len(found.events))
    if wanted is Format.CSV:
        return Response(as_csv(EVENTS, found.events), media_type=wanted.content_type)
    return as_json(found, Timeline)
