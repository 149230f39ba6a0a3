"""The embedded store and processes: joining, dying, and leaving nothing open to others."""

from __future__ import annotations

import contextlib
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import jpype
import psutil
import pytest

from ontology.errors import InvalidQuery, NotFound, StoreUnavailable
from ontology.statement import Document, Statement
from store import QueryBounds, Store, open_store
from store.embedded import EmbeddedStore
from tests.store.graphs import graph
from tests.store.samples import ACME, ATTACK, FIRST, FIRST_STATEMENTS, SECOND, SECOND_STATEMENTS, date, say

ROOT = Path(__file__).parents[2]

LOADING = """
import sys
from dataclasses import replace
from ontology.statement import Document
from store import open_store
from tests.store.samples import ATTACK, ACME, say

with open_store(sys.argv[1]) as store:
    for number in range(10_000):
        document = Document(f"Report {number}: Acme was attacked.")
        store.load(document, [say(document, "Acme was attacked", ATTACK, "targeted", ACME)])
        print(document.id, flush=True)
"""
JOINING = """
import sys
from store import open_store
from tests.store.samples import SECOND, SECOND_STATEMENTS

with open_store(sys.argv[1]) as store:
    store.load(SECOND, SECOND_STATEMENTS)
    print(store.is_owner, store.status().documents)
"""
WRITING = """
import sys
from store import open_store
from tests.store.test_embedded import shared_reports

with open_store(sys.argv[1]) as store:
    print("open", flush=True)
    sys.stdin.readline()
    for document, statements in shared_reports()[1::2]:
        store.load(document, statements)
    store.retract(shared_reports()[1][0].id)
"""
OWNING = """
import sys
from store import open_store
from tests.store.samples import FIRST, FIRST_STATEMENTS

with open_store(sys.argv[1]) as store:
    store.load(FIRST, FIRST_STATEMENTS)
    print(store.is_owner, flush=True)
    sys.stdin.readline()
"""
LEAVING = """
import sys
from store import open_store

store = open_store(sys.argv[1])
store.query("UNWIND range(1, 90000) AS x RETURN x")
"""


def shared_reports() -> list[tuple[Document, list[Statement]]]:
    """Reports that all support the same edge and the same date."""
    documents = [Document(f"Report {number}: Acme was attacked in 2025.") for number in range(16)]
    return [
        (
            document,
            [
                say(document, "Acme was attacked", ATTACK, "targeted", ACME),
                say(document, "in 2025", ATTACK, "startedOn", date("2025")),
            ],
        )
        for document in documents
    ]


def line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def run(code: str, path: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, str(path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_second_process_joins_the_first(tmp_path: Path) -> None:
    with open_store(tmp_path / "graph") as store:
        store.load(FIRST, FIRST_STATEMENTS)
        output, errors = run(JOINING, tmp_path / "graph").communicate(timeout=120)
        assert (output.split(), errors) == (["False", "2"], "")
        assert {document.id for document, _ in store.documents()} == {FIRST.id, SECOND.id}


def test_a_second_store_in_the_same_process_joins_too(tmp_path: Path) -> None:
    with open_store(tmp_path / "graph") as first, open_store(tmp_path / "graph") as second:
        assert isinstance(first, EmbeddedStore)
        assert isinstance(second, EmbeddedStore)
        assert (first.is_owner, second.is_owner) == (True, False)
        second.load(FIRST, FIRST_STATEMENTS)
        assert first.status().documents == 1


def test_two_processes_write_at_once(tmp_path: Path) -> None:
    with open_store(tmp_path / "graph") as store:
        other = run(WRITING, tmp_path / "graph")
        assert line(other) == "open"
        assert other.stdin is not None
        other.stdin.write("go\n")
        other.stdin.flush()
        for document, statements in shared_reports()[::2]:
            store.load(document, statements)
        _, errors = other.communicate(timeout=120)
        assert (other.returncode, errors) == (0, "")
        together = graph(store)
        for document, _ in shared_reports():
            with contextlib.suppress(NotFound):
                store.retract(document.id)
        for index, (document, statements) in enumerate(shared_reports()):
            if index != 1:
                store.load(document, statements)
        assert graph(store) == together


@pytest.mark.parametrize("end", ["close", "kill"])
def test_whoever_is_left_goes_on(tmp_path: Path, end: str) -> None:
    owner = run(OWNING, tmp_path / "graph")
    assert line(owner) == "True"
    with open_store(tmp_path / "graph") as store, open_store(tmp_path / "graph") as third:
        assert isinstance(store, EmbeddedStore)
        assert isinstance(third, EmbeddedStore)
        assert not store.is_owner
        if end == "kill":
            owner.kill()
        owner.communicate("\n", timeout=60)
        store.load(SECOND, SECOND_STATEMENTS)
        assert store.is_owner
        assert {document.id for document, _ in third.documents()} == {FIRST.id, SECOND.id}
        assert not third.is_owner
        with third.query("MATCH (d:Document) RETURN count(d) AS n") as result:
            assert result.records() == [{"n": 2}]
    with pytest.raises(StoreUnavailable):
        third.read("RETURN 1")


def test_opened_again_it_holds_the_same(tmp_path: Path) -> None:
    for _ in range(2):
        with open_store(tmp_path / "graph") as store:
            store.load(FIRST, FIRST_STATEMENTS)
    with open_store(tmp_path / "graph") as store:
        assert store.load(FIRST, FIRST_STATEMENTS).unchanged
        assert store.load(SECOND, SECOND_STATEMENTS).statements_added == 6


def test_a_store_of_another_version_is_refused(tmp_path: Path) -> None:
    """Its relationships lack what look-ups read: better no answer than half of one."""
    with open_store(tmp_path) as store:
        assert isinstance(store, EmbeddedStore)
        store.load(FIRST, FIRST_STATEMENTS)
        with store._connection.writer.session(database=store._connection.database) as session:
            session.run("MATCH (l:Ledger) REMOVE l.form").consume()
    with pytest.raises(StoreUnavailable, match="another version") as refused, open_store(tmp_path):
        pass
    assert "new store" in str(refused.value.hint)


def test_what_was_loaded_survives_a_kill(tmp_path: Path) -> None:
    process = run(LOADING, tmp_path / "graph")
    assert process.stdout is not None
    loaded = [process.stdout.readline().strip() for _ in range(12)]
    process.send_signal(signal.SIGKILL)
    loaded += process.stdout.read().split()
    process.wait()
    assert (tmp_path / "graph" / "server.json").exists()  # it points to nobody now
    with open_store(tmp_path / "graph") as store:
        assert isinstance(store, EmbeddedStore)
        assert store.is_owner
        found = {document.id: statements for document, statements in store.documents()}
        assert set(loaded) <= found.keys()
        assert len(found) <= len(loaded) + 1  # the last may have been stored and not told
        assert all(len(statements) == 1 for statements in found.values())
        sources = store.read("MATCH (:Incident)-[r:TARGETED]->(:Company) RETURN r.sources AS sources")
        assert sources == [{"sources": sorted(found)}]


def test_a_process_that_forgets_to_close_ends_quietly(tmp_path: Path) -> None:
    process = run(LEAVING, tmp_path / "graph")
    output, errors = process.communicate(timeout=120)
    assert (process.returncode, output, errors) == (0, "", "")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_are_those_of_python(tmp_path: Path, number: signal.Signals) -> None:
    process = run(LOADING, tmp_path / "graph")
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(number)
    _, errors = process.communicate(timeout=60)
    assert process.returncode in (-number, 130)
    assert "Java" not in errors


def test_nothing_is_open_beyond_this_machine_and_user(tmp_path: Path) -> None:
    with open_store(tmp_path / "graph"):
        listening = [c.laddr.ip for c in psutil.Process().net_connections("inet") if c.status == psutil.CONN_LISTEN]
        assert listening
        assert {ip.removeprefix("::ffff:") for ip in listening} == {"127.0.0.1"}
        assert stat.S_IMODE((tmp_path / "graph").stat().st_mode) == 0o700
        assert stat.S_IMODE((tmp_path / "graph" / "server.json").stat().st_mode) == 0o600
    assert not (tmp_path / "graph" / "server.json").exists()


def test_a_lock_whose_holder_does_not_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import fcntl

    monkeypatch.setattr("store.embedded._JOIN_SECONDS", 0.5)
    (tmp_path / "graph").mkdir()
    with (tmp_path / "graph" / "lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(StoreUnavailable) as caught:
            open_store(tmp_path / "graph")
    assert "another process" in caught.value.message


def test_a_database_that_is_damaged(tmp_path: Path) -> None:
    with open_store(tmp_path / "graph"):
        pass
    (tmp_path / "graph" / "databases" / "graph" / "schema.json").write_bytes(os.urandom(50))
    for path in (tmp_path / "graph" / "databases" / "graph").glob("schema.prev*"):
        path.unlink()
    with pytest.raises(StoreUnavailable) as caught:
        open_store(tmp_path / "graph")
    assert "\n" not in str(caught.value)


def test_what_ended_queries_reserved_is_given_back(embedded_store: Store) -> None:
    """Java lets go of it when it collects garbage, which may be long after it has come to the limit."""
    budget = jpype.JClass("com.arcadedb.GlobalConfiguration").QUERY_MAX_HEAP_RAM
    before = budget.getValue()
    holding = "CALL { UNWIND range(1, 20000) AS x RETURN collect(toString(x)) AS l } RETURN size(l) AS n"
    budget.setValue(4)
    try:
        for _ in range(12):
            assert embedded_store.read(holding) == [{"n": 20_000}]
            assert embedded_store.query(holding).records() == [{"n": 20_000}]
    finally:
        budget.setValue(before)


def test_what_needs_more_than_all_the_memory_is_refused_at_once(embedded_store: Store) -> None:
    started = time.monotonic()
    with pytest.raises(InvalidQuery, match="memory"):
        embedded_store.query(
            "UNWIND range(1, 90000) AS x UNWIND range(1, 90000) AS y RETURN size(collect(toString(x + y))) AS n",
            {},
            QueryBounds(seconds=60),
        ).records()
    assert time.monotonic() - started < 60
    assert embedded_store.read("RETURN 1 AS x") == [{"x": 1}]
