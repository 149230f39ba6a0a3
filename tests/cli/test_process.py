"""The command as a process of its own: pipes, terminals, signals, start-up."""

from __future__ import annotations

import os
import pty
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from store import Store

COMMAND = (sys.executable, "-c", "import incidentgraph; incidentgraph.main()")


def spawn(*arguments: str | Path, **options: object) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONUNBUFFERED": "1", "NO_PROXY": "*"}
    return subprocess.Popen([*COMMAND, *map(str, arguments)], env=environment, **options)  # type: ignore[call-overload,no-any-return]


def test_help_answers_at_once() -> None:
    times = []
    for _ in range(3):
        started = time.monotonic()
        with spawn("--help", stdout=subprocess.PIPE) as process:
            assert process.stdout and b"extract" in process.stdout.read()
        times.append(time.monotonic() - started)
    # Alone it takes 0.2 s; the bound leaves room for a machine that is busy with other tests.
    assert min(times) < 1.0


def test_a_closed_pipe_ends_the_command_quietly(graph: Store) -> None:
    process = spawn(
        "--store",
        graph.status().address,
        "query",
        "UNWIND range(1, 200000) AS n RETURN n, 'word' AS word",
        "--limit",
        "200000",
        "--format",
        "csv",
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout and process.stderr
    assert process.stdout.readline() == b"n,word\r\n"
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait(60) in (0, 1)


def test_a_terminal_has_a_progress_bar_and_a_pipe_has_none(graph: Store, tmp_path: Path) -> None:
    (tmp_path / "empty.txt").touch()
    outer, inner = pty.openpty()
    process = spawn("--store", graph.status().address, "load", tmp_path, stdout=subprocess.PIPE, stderr=inner)
    os.close(inner)
    seen = b""
    while True:
        try:
            piece = os.read(outer, 4096)
        except OSError:
            break
        if not piece:
            break
        seen += piece
    os.close(outer)
    process.communicate(timeout=60)
    assert process.returncode == 1
    assert b"reading" in seen and b"empty.txt: empty" in seen
    piped = spawn("--store", graph.status().address, "load", tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    _, err = piped.communicate(timeout=60)
    assert err.startswith(b"not read: ") and b"\x1b" not in err


def test_serve_answers_and_stops_on_interrupt(graph: Store, tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = spawn("--store", graph.status().address, "serve", "--port", port, stderr=subprocess.PIPE, cwd=tmp_path)
    try:
        assert process.stderr and f"http://127.0.0.1:{port}".encode() in process.stderr.readline()
        _wait_for(f"http://127.0.0.1:{port}/health")
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
        assert b"Traceback" not in process.stderr.read()
    finally:
        process.kill()
        process.communicate()


def _wait_for(address: str) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                assert answer.status == 200
                return
        except OSError:
            if time.monotonic() > deadline:
                pytest.fail(f"{address} does not answer")
            time.sleep(0.1)


def test_a_port_that_is_taken_is_one_line(graph: Store, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        arguments = ("--store", graph.status().address, "serve", "--port", taken.getsockname()[1])
        process = spawn(*arguments, stderr=subprocess.PIPE, cwd=tmp_path)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert err.count(b"\n") == 1 and b"in use" in err


def test_a_command_that_runs_the_database_itself_ends_with_its_status(tmp_path: Path) -> None:
    for arguments, status in ((("stats", "--json"), 0), (("show", "nobody"), 1)):
        process = spawn("--store", tmp_path / "own", *arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        _, err = process.communicate(timeout=120)
        assert process.returncode == status
        assert err.count(b"\n") == status
