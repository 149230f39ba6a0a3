"""Cypher of one's own: read-only by the store's own means, bounded, and streamed where the answer is long."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from threading import BoundedSemaphore
from typing import Annotated, Any

import anyio
from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from api.access import Cleared
from api.context import Shared
from api.formats import Format, choose, written_as
from api.guard import audit
from api.parameters import Nothing, Sound
from api.problems import Refused, problem_responses
from ontology.errors import IncidentGraphError
from store.base import QueryBounds, QueryResult
from store.rendering import rows_as_csv

router = APIRouter(prefix="/v1", tags=["cypher"])

ANSWERS = (Format.JSON, Format.NDJSON, Format.CSV)
DEEPEST = 20
PATIENCE = 2
"""How many times as long as a query may take its answer may be on its way."""
_INT64 = 2**63


def _storable(value: JsonValue, depth: int = 0) -> JsonValue:
    """A parameter that a store can take: 64-bit integers, sound text, and not too deep.

    Asked before pydantic looks at it, whose own descent into some hundred levels can overrun the stack that the JVM
    leaves to the event loop, and end the process.
    """
    if depth > DEEPEST:
        raise ValueError(f"is nested more than {DEEPEST} deep")
    if isinstance(value, int) and not -_INT64 <= value < _INT64:
        raise ValueError("has an integer of more than 64 bits")
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("has a number that JSON does not have")
    if isinstance(value, str):
        value.encode()  # an unpaired surrogate raises UnicodeEncodeError, which is a ValueError
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _storable(item, depth + 1)
    return value


class CypherQuery(BaseModel):
    """A query with its parameters."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "query": "MATCH (i:Incident)-[r:TARGETED]->(v) WHERE v.name = $name RETURN i, r, v",
                    "parameters": {"name": "Jaguar Land Rover"},
                    "limit": 100,
                }
            ]
        },
    )

    query: Sound = Field(min_length=1, max_length=50_000, description="A Cypher query that reads.")
    parameters: dict[Sound, Annotated[JsonValue, BeforeValidator(_storable)]] = Field(
        default_factory=dict, max_length=200, description="Values for `$name` in the query."
    )
    limit: int = Field(
        default=1_000, ge=1, le=100_000, description="Most rows; the server may have a lower bound of its own."
    )
    explain: bool = Field(default=False, description="Give the plan, as one row, instead of running the query.")


@dataclass(frozen=True, slots=True)
class Answer:
    """Rows, in the order of the columns; nodes, relationships and paths have a `kind`, labels and properties."""

    columns: list[str] = field(metadata={"description": "Names of the columns.", "examples": [["i", "r", "v"]]})
    rows: list[list[Any]] = field(metadata={"description": "The rows."})
    truncated: bool = field(metadata={"description": "Whether a bound cut the answer short.", "examples": [False]})
    note: str = field(metadata={"description": "Which bound, or empty.", "examples": ["cut after 1000 rows"]})
    seconds: float = field(metadata={"description": "Time that it took.", "examples": [0.004]})


def _sent_as_json(request: Request) -> None:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != Format.JSON.media_type:
        raise Refused(
            415,
            f"a query cannot be sent as {kind or 'nothing in particular'}",
            hint=f"send it as {Format.JSON.media_type}",
        )


@router.post(
    "/cypher",
    summary="Run a Cypher query that reads",
    response_model=Answer,
    responses=written_as(
        "Rows; as NDJSON a line for the columns, one for each row, and one that ends the answer.",
        Format.NDJSON.media_type,
        Format.CSV.media_type,
    )
    | problem_responses(406, 408, 415),
    dependencies=[Depends(_sent_as_json)],
)
def cypher(
    request: Request, context: Shared, _: Cleared, body: CypherQuery, __: Annotated[Nothing, Query()]
) -> Response:
    """Runs a query in a session that cannot write, within bounds on rows, bytes, time and how many run at once.

    What a bound has cut is told in `note`. `Accept: application/x-ndjson` streams. Clearance for TLP:RED is needed,
    for a query can reach every document.
    """
    wanted = choose(request, None, ANSWERS)
    audit(request, cypher=body.query[:2_000], explain=body.explain)
    slot = _slot(context.cypher_slots)
    try:
        settings = context.settings
        bounds = QueryBounds(min(body.limit, settings.cypher_rows), settings.cypher_bytes, settings.cypher_seconds)
        query = f"EXPLAIN {body.query}" if body.explain else body.query
        result = context.store.query(query, body.parameters, bounds)
    except IncidentGraphError as error:
        slot.release()
        context.metrics.cypher_refused.labels(type(error).__name__).inc()
        raise
    except BaseException:
        slot.release()
        raise
    if wanted is Format.NDJSON:
        return _Stream(request, result, slot, PATIENCE * settings.cypher_seconds)
    try:
        rows = list(result)
    finally:
        result.close()
        slot.release()
    audit(request, rows=len(rows), note=result.note)
    if wanted is Format.CSV:
        lines = rows_as_csv(result.columns, ([_flat(value) for value in row] for row in rows))
        return Response("".join(lines), media_type=wanted.content_type)
    answer = {
        "columns": result.columns,
        "rows": rows,
        "truncated": bool(result.note),
        "note": result.note,
        "seconds": round(result.statistics.seconds, 4),
    }
    return Response(_json(answer), media_type=wanted.media_type)


def _slot(slots: BoundedSemaphore) -> BoundedSemaphore:
    """One of the places for queries that run at once; raises `Refused` when all are taken."""
    if not slots.acquire(blocking=False):
        raise Refused(429, "too many Cypher queries are running", hint="try again soon", headers={"Retry-After": "1"})
    return slots


class _Stream(StreamingResponse):
    """The rows as they arrive; the query is stopped and its place given back however the answer ends."""

    def __init__(self, request: Request, result: QueryResult, slot: BoundedSemaphore, seconds: float) -> None:
        self._seconds = seconds
        self._request = request
        self._result = result
        self._slot = slot
        super().__init__(self._lines(), media_type=Format.NDJSON.media_type)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            with anyio.move_on_after(self._seconds):  # who does not read on must not keep the place from others
                await super().__call__(scope, receive, send)
        finally:
            with anyio.CancelScope(shield=True):  # who hangs up cancels this task, and its place must come free
                await run_in_threadpool(self._end)

    def _lines(self) -> Iterator[bytes]:
        yield _json({"columns": self._result.columns}) + b"\n"
        try:
            for row in self._result:
                yield _json({"row": row}) + b"\n"
        except IncidentGraphError as error:
            yield _json({"error": {"status": error.status, "detail": error.message, "hint": error.hint}}) + b"\n"
            return
        statistics, note = self._result.statistics, self._result.note
        end = {"rows": statistics.rows, "truncated": bool(note), "note": note, "seconds": round(statistics.seconds, 4)}
        yield _json({"end": end}) + b"\n"

    def _end(self) -> None:
        try:
            self._result.close()
        finally:
            self._slot.release()
        audit(self._request, rows=self._result.statistics.rows, note=self._result.note)


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _flat(value: Any) -> Any:
    """A value of an answer as the cell of a table: nodes, relationships and lists whole, as JSON."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value
