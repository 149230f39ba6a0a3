"""The ways between two entities."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from api.access import Reader
from api.context import Graph
from api.formats import GRAPHS, Format, as_json, choose, responses
from api.graphs import GraphShape
from api.guard import audit
from api.parameters import Edges, Text
from api.problems import problem_responses
from store import lookup
from store.lookup.paths import BELIEVED
from store.lookup.values import Paths

router = APIRouter(prefix="/v1/paths", tags=["paths"])


class Ends(Edges):
    """Between which entities, over which edges."""

    from_: Text = Field(
        alias="from", min_length=1, max_length=200, description="Where to start.", examples=["uk-export-finance"]
    )
    to: Text = Field(min_length=1, max_length=200, description="Where to end.", examples=["tata-motors"])
    max_hops: int = Field(default=4, ge=1, le=6, description="Most steps of a path.")
    limit: int = Field(default=3, ge=1, le=20, description="Most paths.")


@router.get(
    "",
    summary="Shortest ways between two entities",
    response_model=Paths,
    responses=responses(*GRAPHS) | problem_responses(404, 406),
)
def paths(request: Request, store: Graph, principal: Reader, query: Annotated[Ends, Query()]) -> Response:
    """The shortest paths with the quotation behind each step, in prose too; what texts only deny is no step."""
    wanted = choose(request, query.format, GRAPHS)
    edges = query.edge_filter()
    found = lookup.paths(
        store,
        principal.view(query.as_of),
        query.from_,
        query.to,
        max_hops=query.max_hops,
        limit=query.limit,
        wanted=replace(edges, modalities=edges.modalities or BELIEVED.modalities),
    )
    audit(request, rows=len(found.paths))
    if wanted is Format.JSON:
        return as_json(found, Paths)
    nodes = {node.id: node for path in found.paths for node in path.nodes}
    steps = {(e.source, e.predicate, e.target): e for path in found.paths for e in (s.edge for s in path.steps)}
    return GraphShape(list(nodes.values()), list(steps.values())).write(wanted)
