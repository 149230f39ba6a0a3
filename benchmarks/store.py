"""Statements a second into each store, beside the same rows sent bare through the driver: `python -m benchmarks.store`.

Prints one JSON line a store: start-up, both rates and their ratio, and the peak memory of the process.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from neo4j import Session

from ontology.statement import Document, Entity, Statement
from store import Store, open_store
from store.bolt import BoltStore
from tests.neo4j.server import neo4j_server

BARE = """
UNWIND $rows AS row
MERGE (d:Document {id: row.document})
MERGE (a:Entity {id: row.subject})
MERGE (b:Entity {id: row.object})
MERGE (s:Statement {id: row.id}) SET s.quote = row.quote, s.predicate = row.predicate
MERGE (s)-[:SUBJECT]->(a)
MERGE (s)-[:OBJECT]->(b)
MERGE (s)-[:STATED_IN {start: row.start, end: row.end}]->(d)
MERGE (a)-[:TARGETED]->(b)
"""


def reports(count: int, size: int) -> Iterator[tuple[Document, list[Statement]]]:
    """Made-up reports of `size` statements each; one firm in ten comes back in the next report."""
    for number in range(count):
        lines = [f"Incident {number} hit firm {number * size + i}. " for i in range(size)]
        document = Document("".join(lines))
        incident = Entity(f"incident-{number}", f"Incident {number}", "Incident")
        statements, start = [], 0
        for i, line in enumerate(lines):
            firm = (number - 1) * size + i if i % 10 == 0 and number else number * size + i
            target = Entity(f"firm-{firm}", f"Firm {firm}", "Company")
            end = start + len(line)
            statements.append(Statement(incident, "targeted", target, document.id, line, start, end, "benchmark"))
            start = end
        yield document, statements


def measure(name: str, opened: Callable[[], Store], count: int, size: int) -> dict[str, object]:
    """Load the reports by the store, empty it, and send the same rows bare."""
    started = time.perf_counter()
    with opened() as store:
        startup = time.perf_counter() - started
        warm, *loads = reports(count + 1, size)
        store.load(*warm)
        started = time.perf_counter()
        for document, statements in loads:
            store.load(document, statements)
        ours = count * size / (time.perf_counter() - started)
        assert isinstance(store, BoltStore)
        connection = store._connection
        with connection.writer.session(database=connection.database) as session:
            session.run("MATCH (n) WHERE NOT n:Ledger DETACH DELETE n").consume()
            _send_bare(session, *warm)
            started = time.perf_counter()
            for document, statements in loads:
                _send_bare(session, document, statements)
            bare = count * size / (time.perf_counter() - started)
    return {
        "store": name,
        "startup_s": round(startup, 2),
        "statements_per_s": round(ours),
        "bare_statements_per_s": round(bare),
        "ratio": round(ours / bare, 2),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def _send_bare(session: Session, document: Document, statements: list[Statement]) -> None:
    rows = [_row(document, statement) for statement in statements]
    session.execute_write(lambda tx: tx.run(BARE, rows=rows).consume())


def _row(document: Document, statement: Statement) -> dict[str, object]:
    assert isinstance(statement.object, Entity)
    return {
        "document": document.id,
        "subject": statement.subject.id,
        "object": statement.object.id,
        "id": statement.id,
        "quote": statement.quote,
        "predicate": statement.predicate,
        "start": statement.start,
        "end": statement.end,
    }


@contextmanager
def stores() -> Iterator[dict[str, Callable[[], Store]]]:
    """How each store is opened."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        server = stack.enter_context(neo4j_server(heap="1g", fast_start=False))
        yield {
            "neo4j": lambda: open_store(server.uri, user=server.user, password=server.password),
            "embedded": lambda: open_store(Path(folder) / "graph"),
        }


def main() -> None:
    """Measure both stores."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=int, default=50)
    parser.add_argument("--statements", type=int, default=40)
    options = parser.parse_args()
    with stores() as known:
        for name, opened in known.items():
            print(json.dumps(measure(name, opened, options.reports, options.statements)), flush=True)


if __name__ == "__main__":
    main()
