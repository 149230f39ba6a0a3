"""Whether the server lives, whether it can answer, and what it has counted."""

from __future__ import annotations

from dataclasses import dataclass, field

from fastapi import APIRouter, Response

from api.access import Reader
from api.context import Graph, Shared
from api.formats import as_json
from api.problems import problem_responses

router = APIRouter(tags=["health"])


@dataclass(frozen=True, slots=True)
class Health:
    """The server lives."""

    status: str = field(metadata={"description": "Always `ok`.", "examples": ["ok"]})


@dataclass(frozen=True, slots=True)
class Readiness:
    """The server can answer, from which store."""

    ready: bool = field(metadata={"description": "Always true; a problem detail tells why not.", "examples": [True]})
    store: str = field(metadata={"description": "Kind of store.", "examples": ["embedded"]})
    version: str = field(metadata={"description": "What the store runs.", "examples": ["ArcadeDB 26.10"]})


@router.get("/health", summary="Whether the server lives", response_model=Health)
async def health() -> Response:
    """Answers without asking the store."""
    return as_json(Health("ok"), Health)


@router.get(
    "/ready",
    summary="Whether the server can answer",
    response_model=Readiness,
    responses=problem_responses(503),
)
def ready(store: Graph) -> Response:
    """Asks the store; 503 tells which one does not answer, and why."""
    store.read("RETURN 1 AS one")
    status = store.status()
    return as_json(Readiness(True, status.kind, status.version), Readiness)


@router.get(
    "/metrics",
    summary="Counters for Prometheus",
    response_class=Response,
    responses=problem_responses() | {200: {"description": "Counters.", "content": {"text/plain": {}}}},
)
async def metrics(context: Shared, _: Reader) -> Response:
    """What has been asked, how it was answered and how long it took."""
    return Response(context.metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")
