"""Statements by id."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from api.access import Reader
from api.context import Graph
from api.formats import as_json
from api.parameters import Nothing, Text
from api.problems import problem_responses
from store import lookup
from store.lookup.values import StatementView

router = APIRouter(prefix="/v1", tags=["statements"])

StatementId = Annotated[
    Text,
    Path(
        min_length=1, max_length=200, description="Id of a statement, `st-…`.", examples=["st-649ab25c851e1aafc8d50e8c"]
    ),
]


@router.get(
    "/statements/{statement_id}",
    summary="One statement",
    response_model=StatementView,
    responses=problem_responses(404),
)
def statement(store: Graph, principal: Reader, statement_id: StatementId, _: Annotated[Nothing, Query()]) -> Response:
    """One triple with its quotation, its place in the document, its modality and its speaker."""
    return as_json(lookup.statement(store, principal.view(), statement_id), StatementView)
