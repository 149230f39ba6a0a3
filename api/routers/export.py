"""The whole graph as a file, as far as the asker may see it."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from itertools import chain
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import Field

from api.access import Reader
from api.context import Graph
from api.formats import written_as
from api.guard import audit
from api.parameters import Query as Parameters
from api.problems import problem_responses
from api.visible import VisibleStore
from store.export import export

router = APIRouter(prefix="/v1/export", tags=["export"])


class Wanted(StrEnum):
    """What the graph can be written as."""

    TRIG = "trig"
    TTL = "ttl"
    JSONLD = "jsonld"
    JSONL = "jsonl"
    CSV = "csv"
    GRAPHML = "graphml"
    CYPHER = "cypher"


_MEDIA_TYPES = {
    Wanted.TRIG: "application/trig",
    Wanted.TTL: "text/turtle",
    Wanted.JSONLD: "application/ld+json",
    Wanted.JSONL: "application/x-ndjson",
    Wanted.CSV: "text/csv",
    Wanted.GRAPHML: "application/graphml+xml",
    Wanted.CYPHER: "application/x-cypher-query",
}


class Export(Parameters):
    """How the graph is written."""

    format: Wanted = Field(
        default=Wanted.TRIG, description="TriG keeps the documents apart, each in a graph of its own."
    )


@router.get(
    "",
    summary="Export the graph",
    response_class=StreamingResponse,
    responses=written_as("The graph.", *_MEDIA_TYPES.values()) | problem_responses(),
)
def export_graph(
    request: Request, store: Graph, principal: Reader, query: Annotated[Export, Query()]
) -> StreamingResponse:
    """The documents that you may see with all that they say, streamed, in one of the formats of `format`."""
    audit(request, format=query.format.value)
    view = principal.view()
    pieces: Iterator[str] = export(VisibleStore(store, view), query.format.value, is_partial=not view.is_full)
    first = next(pieces, "")  # a store that does not answer is told before the answer begins
    name = f"incident-graph.{query.format.value}"
    return StreamingResponse(
        (piece.encode("utf-8", "replace") for piece in chain((first,), pieces)),
        media_type=_MEDIA_TYPES[query.format],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
