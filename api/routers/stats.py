"""How much the graph holds."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.access import Reader
from api.context import Graph
from api.formats import as_json
from api.parameters import Nothing
from api.problems import problem_responses
from store import lookup
from store.lookup.values import Stats

router = APIRouter(prefix="/v1/stats", tags=["stats"])


@router.get("", summary="How much there is", response_model=Stats, responses=problem_responses())
def stats(store: Graph, principal: Reader, _: Annotated[Nothing, Query()]) -> Response:
    """Counts of documents, statements, entities and links, as far as you may see."""
    return as_json(lookup.stats(store, principal.view()), Stats)
