"""Look-ups over HTTP against the same Cypher through the bare driver, in the same run.

python benchmarks/api.py --statements 100000
python benchmarks/api.py --store neo4j://… --statements 1000000 --clients 64 --seconds 60
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import statistics
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import httpx
import psutil
import uvicorn

from api.app import create_app
from api.settings import Settings
from benchmarks.generate import documents
from store import Store, lookup, open_store
from store.bolt import BoltStore
from store.lookup import View


class Recorder:
    """Hands the queries of look-ups on to a store, and keeps the Cypher that they send."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.sent: list[tuple[str, Mapping[str, Any]]] = []

    def read(self, cypher: str, parameters: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        self.sent.append((cypher, parameters or {}))
        return self._store.read(cypher, parameters)


@contextmanager
def serving(store: Store) -> Iterator[str]:
    """The API over real HTTP in a thread."""
    app = create_app(store, Settings(rate_limit=0))
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


def milliseconds(work: Callable[[], object]) -> float:
    """How long one call takes."""
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1_000


def summary(times: list[float]) -> dict[str, float]:
    """Median and 95th percentile."""
    return {"p50": round(statistics.median(times), 2), "p95": round(statistics.quantiles(times, n=20)[18], 2)}


def compare(  # noqa: PLR0917 — what is compared with what
    store: Store, address: str, name: str, path: str, ask: Callable[[Store], object], times: int
) -> None:
    """One look-up over HTTP, and its Cypher through the driver, turn and turn about."""
    recorder = Recorder(store)
    ask(cast("Store", recorder))
    assert isinstance(store, BoltStore)
    connection = store._connection  # the bare driver, past all that we add

    def bare() -> None:
        for cypher, parameters in recorder.sent:
            with connection.reader.session(database=connection.database, default_access_mode="READ") as session:
                session.run(cypher, dict(parameters)).data()  # type: ignore[arg-type]

    with httpx.Client(base_url=address, timeout=60) as client:
        client.get(path).raise_for_status()
        bare()
        over_http, by_driver = [], []
        for _ in range(times):
            over_http.append(milliseconds(lambda: client.get(path)))
            by_driver.append(milliseconds(bare))
    http, driver = summary(over_http), summary(by_driver)
    row = {"what": name, "http": http, "driver": driver, "ratio_p95": round(http["p95"] / driver["p95"], 2)}
    print(json.dumps(row | {"queries": len(recorder.sent)}), flush=True)


async def crowd(address: str, paths: list[str], clients: int, seconds: float) -> dict[str, Any]:
    """Many clients at once: how many answers, how many failures of which kind, and how memory goes."""
    process = psutil.Process()
    until = time.monotonic() + seconds
    times: list[float] = []
    failures: Counter[str] = Counter()
    memory: list[int] = []

    async def client(number: int) -> None:
        draw = random.Random(number)
        async with httpx.AsyncClient(base_url=address, timeout=120) as http:
            while time.monotonic() < until:
                started = time.monotonic()
                answer = await http.get(draw.choice(paths))
                times.append(time.monotonic() - started)
                if answer.status_code != 200:
                    failures[f"{answer.status_code} {answer.json()['detail']}"] += 1

    async def watch() -> None:
        while time.monotonic() < until:
            memory.append(process.memory_info().rss >> 20)
            await asyncio.sleep(seconds / 12)

    await asyncio.gather(watch(), *(client(number) for number in range(clients)))
    return {
        "clients": clients,
        "seconds": seconds,
        "answers": len(times) - failures.total(),
        "failures": dict(failures.most_common(5)),
        "p50_s": round(statistics.median(times), 2),
        "slowest_s": round(max(times), 2),
        "memory_mb": memory,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", help="address or folder of a store; without it an embedded one that is thrown away")
    parser.add_argument("--statements", type=int, default=20_000, help="how many to fill in; 0 where it is filled")
    parser.add_argument("--times", type=int, default=100, help="look-ups compared with the driver; 0 for none")
    parser.add_argument("--clients", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=10)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, open_store(chosen.store or Path(folder) / "graph") as store:
        assert isinstance(store, BoltStore)
        if chosen.statements:
            started = time.perf_counter()
            filled = store.fill(documents(chosen.statements))
            took = time.perf_counter() - started
            print(json.dumps({"what": "fill", "statements": filled, "a_second": round(filled / took)}), flush=True)
        hub = store.read(
            "MATCH (e:Entity)<-[:SUBJECT|OBJECT]-(s:Statement) "
            "RETURN e.id AS id, count(s) AS n ORDER BY n DESC LIMIT 40"
        )
        many, few = hub[0]["id"], hub[-1]["id"]
        view = View()
        with serving(store) as address:
            for name, path, ask in (
                ("related, depth 1", f"/v1/entities/{few}/related", lambda s: lookup.related(s, view, few)),
                ("related, depth 1, hub", f"/v1/entities/{many}/related", lambda s: lookup.related(s, view, many)),
                (
                    "related, depth 2",
                    f"/v1/entities/{few}/related?depth=2",
                    lambda s: lookup.related(s, view, few, depth=2),
                ),
                ("search", "/v1/entities?q=kestrel", lambda s: lookup.search(s, view, "kestrel")),
                (
                    "search, typing error",
                    "/v1/entities?q=kestrell+fods",
                    lambda s: lookup.search(s, view, "kestrell fods"),
                ),
                ("paths", f"/v1/paths?from={few}&to={many}", lambda s: lookup.paths(s, view, few, many)),
            ):
                if chosen.times:
                    compare(
                        store, address, name, path, ask, chosen.times if "hub" not in name else chosen.times // 5 + 2
                    )
            if chosen.clients:
                paths = [f"/v1/entities/{row['id']}/related?limit=20" for row in hub[20:]] + ["/v1/entities?q=kestrel"]
                print(json.dumps(asyncio.run(crowd(address, paths, chosen.clients, chosen.seconds))))


if __name__ == "__main__":
    main()
