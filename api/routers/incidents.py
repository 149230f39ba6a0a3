"""Incidents: the list of them, and each as one complete case."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from api.access import Reader
from api.context import Graph
from api.formats import GRAPHS, TABLES, Format, as_json, choose, page, responses
from api.graphs import GraphShape
from api.guard import audit
from api.parameters import AsGraph, EntityId, OnePage, Text
from api.problems import problem_responses
from api.tables import INCIDENTS
from store import lookup
from store.lookup import Page
from store.lookup.values import IncidentCase, IncidentSummary

router = APIRouter(prefix="/v1/incidents", tags=["incidents"])


class Listed(OnePage):
    """Which incidents, and in which order."""

    q: Text = Field(default="", max_length=200, description="Words of the incident, of a victim, an actor or a date.")
    sort: Literal["date", "documents", "name"] = Field(
        default="date", description="Latest first, most documents first, or by name."
    )


@router.get(
    "",
    summary="List incidents",
    response_model=Page[IncidentSummary],
    responses=responses(*TABLES) | problem_responses(406),
)
def incidents(request: Request, store: Graph, principal: Reader, query: Annotated[Listed, Query()]) -> Response:
    """The incidents, the latest first if no order is asked for, each with its victims and with those named for it."""
    wanted = choose(request, query.format, TABLES)
    found = lookup.incidents(store, principal.view(), query.q, order=query.sort, limit=query.limit, cursor=query.cursor)
    audit(request, rows=len(found.items))
    return page(request, wanted, found, INCIDENTS, Page[IncidentSummary])


@router.get(
    "/{incident_id}",
    summary="One incident as a case",
    response_model=IncidentCase,
    responses=responses(*GRAPHS) | problem_responses(404, 406),
)
def incident(
    request: Request, store: Graph, principal: Reader, incident_id: EntityId, query: Annotated[AsGraph, Query()]
) -> Response:
    """Victims, actors with the modality of each, timeline, impact, support, responders and sources in one answer."""
    wanted = choose(request, query.format, GRAPHS)
    case = lookup.incident(store, principal.view(), incident_id)
    audit(request, rows=sum(len(section.links) for section in case.sections))
    if wanted is Format.JSON:
        return as_json(case, IncidentCase)
    return GraphShape(case.entities, [edge for section in case.sections for edge in section.links]).write(wanted)
