"""Nothing blocks the event loop: a call that would is caught in the act."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from blockbuster import BlockingError, blockbuster_ctx

from api.app import create_app
from api.settings import Settings
from api.tokens import Role, TokenFile
from ontology.statement import Marking
from store import Store
from tests.store.lookup.cases import CARS, CARS_ATTACK, HSBC, load_world

REQUESTS: list[tuple[str, str, dict[str, Any]]] = [
    ("GET", "/health", {}),
    ("GET", "/ready", {}),
    ("GET", "/metrics", {}),
    ("GET", "/", {}),
    ("GET", "/docs", {}),
    ("GET", "/openapi.json", {}),
    ("GET", "/v1/entities?q=jaguar", {}),
    ("GET", f"/v1/entities/{CARS.id}", {}),
    ("GET", f"/v1/entities/{CARS.id}/related?depth=3", {}),
    ("GET", f"/v1/entities/{CARS.id}/statements?format=csv", {}),
    ("GET", f"/v1/entities/{CARS.id}/timeline", {}),
    ("GET", f"/v1/paths?from={HSBC.id}&to={CARS.id}", {}),
    ("GET", "/v1/incidents", {}),
    ("GET", f"/v1/incidents/{CARS_ATTACK.id}?format=graphml", {}),
    ("GET", "/v1/documents", {}),
    ("GET", "/v1/stats", {}),
    ("GET", "/v1/export?format=trig", {}),
    ("POST", "/v1/cypher", {"json": {"query": "MATCH (n) RETURN n"}}),
    ("POST", "/v1/cypher", {"json": {"query": "MATCH (n) RETURN n"}, "headers": {"Accept": "application/x-ndjson"}}),
    ("POST", "/v1/documents", {"content": "Nothing happened at all.", "headers": {"Content-Type": "text/plain"}}),
    ("POST", "/v1/documents", {"files": {"file": ("a.txt", b"Nothing much happened.", "text/plain")}}),
    ("DELETE", "/v1/documents/doc-nobody-knows", {}),
    ("GET", "/v1/jobs/job-nobody-knows", {}),
    ("GET", "/v1/entities/nobody-knows", {}),
]


def test_no_route_blocks_the_event_loop(world: Store, tokens_file: Path) -> None:
    secret = TokenFile(tokens_file).make("admin", Role.ADMIN, Marking.RED)
    app = create_app(world, Settings(rate_limit=0, tokens_file=tokens_file, upload_seconds=30))

    async def ask_all() -> list[tuple[str, int]]:
        transport = httpx.ASGITransport(app, raise_app_exceptions=True)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            answers = []
            for method, path, more in REQUESTS:
                headers = {"Authorization": f"Bearer {secret}"} | more.pop("headers", {})
                answer = await client.request(method, path, headers=headers, **more)
                answers.append((path, answer.status_code))
            return answers

    with blockbuster_ctx():
        answers = asyncio.run(ask_all())
    load_world(world)
    for path, status in answers:
        assert status in ({404} if "nobody-knows" in path else {200, 201, 202}), path


def test_the_trap_would_catch_one() -> None:
    async def block() -> None:
        time.sleep(0.01)

    with blockbuster_ctx(), pytest.raises(BlockingError):
        asyncio.run(block())


def test_health_answers_while_every_worker_is_busy(world: Store) -> None:
    app = create_app(world, Settings(rate_limit=0, cypher_seconds=2.0))

    async def ask() -> bool:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            endless = "UNWIND range(1, 100000) AS a UNWIND range(1, 100000) AS b WITH a, b WHERE a < 0 RETURN a"
            slow = [asyncio.create_task(client.post("/v1/cypher", json={"query": endless})) for _ in range(4)]
            await asyncio.sleep(0.3)
            assert (await client.get("/health")).status_code == 200
            was_first = not any(task.done() for task in slow)
            answers = await asyncio.gather(*slow)
            assert {answer.status_code for answer in answers} <= {200, 408}
            return was_first

    assert asyncio.run(ask())
