"""A real Neo4j for tests and benchmarks: one that is given, a container, or one started from its Maven artefacts.

with neo4j_server() as server:
    open_store(server.uri, user=server.user, password=server.password)
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
TARGET = HERE / "target"
CLASSPATH = TARGET / "classpath.txt"
IMAGE = "neo4j:5.26-community"
START_SECONDS = 180
SETTINGS = {
    "dbms.security.auth_enabled": "true",
    "server.bolt.enabled": "true",
    "server.bolt.listen_address": "127.0.0.1:0",
    "server.http.enabled": "true",
    "server.http.listen_address": "127.0.0.1:0",
    "server.memory.pagecache.size": "48m",
    "db.tx_log.preallocate": "false",
    "dbms.usage_report.enabled": "false",
}


class NoNeo4j(Exception):
    """None of the three ways to a Neo4j is open here."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where it answers: Bolt, and HTTP with its Browser (empty when it is not known)."""

    uri: str
    user: str
    password: str
    http: str = ""
    pid: int | None = None


@contextmanager
def neo4j_server(*, heap: str = "400m", fast_start: bool = True) -> Iterator[Server]:
    """A running Neo4j, stopped afterwards unless it was there before; raises `NoNeo4j` when there is no way to one."""
    uri = os.environ.get("NEO4J_URI")
    if uri:
        yield Server(uri, os.environ.get("NEO4J_USER", "neo4j"), os.environ.get("NEO4J_PASSWORD", ""))
    elif _docker_runs():
        yield from _in_container()
    elif shutil.which("java") and (CLASSPATH.exists() or shutil.which("mvn")):
        yield from _from_maven(heap, fast_start)
    else:
        raise NoNeo4j("set NEO4J_URI, or install a Docker engine, or Java 17 with Maven")


def _docker_runs() -> bool:
    if not shutil.which("docker"):
        return False
    return subprocess.run(["docker", "info"], capture_output=True, check=False, timeout=30).returncode == 0


def _in_container() -> Iterator[Server]:
    from testcontainers.neo4j import Neo4jContainer

    password = secrets.token_urlsafe(12)
    with Neo4jContainer(IMAGE, password=password) as container:
        host, http = container.get_container_host_ip(), container.get_exposed_port(7474)
        yield Server(container.get_connection_url(), "neo4j", password, f"http://{host}:{http}")


def _from_maven(heap: str, fast_start: bool) -> Iterator[Server]:
    classpath = _classpath()
    home = Path(tempfile.mkdtemp(prefix="neo4j-for-tests-"))
    password = secrets.token_urlsafe(12)
    (home / "neo4j.conf").write_text("".join(f"{key}={value}\n" for key, value in SETTINGS.items()))
    log = home / "console.log"
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [
                "java",
                f"-Xmx{heap}",
                "-XX:+UseSerialGC",
                *(["-XX:TieredStopAtLevel=1"] if fast_start else []),
                "--add-opens=java.base/java.nio=ALL-UNNAMED",
                "--add-opens=java.base/java.lang=ALL-UNNAMED",
                "-cp",
                f"{TARGET / 'classes'}{os.pathsep}{classpath}",
                "Main",
                str(home),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    try:
        yield _ready(process, password, log)
    finally:
        assert process.stdin is not None
        process.stdin.close()  # the server stops when its input ends, also when this process is killed
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        shutil.rmtree(home, ignore_errors=True)


def _ready(process: subprocess.Popen[str], password: str, log: Path) -> Server:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(password + "\n")
    process.stdin.flush()
    for line in process.stdout:
        if line.startswith("READY "):
            _, bolt, http = line.split()
            return Server(
                f"bolt://127.0.0.1:{bolt}", "neo4j", password, f"http://127.0.0.1:{http}/browser/", process.pid
            )
    raise NoNeo4j(f"Neo4j did not start: {log.read_text(errors='replace')[-2000:]}")


def _classpath() -> str:
    """Compile the starter and find its libraries with Maven, once until one of its two files changes."""
    TARGET.mkdir(exist_ok=True)
    sources = [HERE / "pom.xml", HERE / "Main.java"]
    with (TARGET / "lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        newest = max(path.stat().st_mtime for path in sources)
        if not CLASSPATH.exists() or CLASSPATH.stat().st_mtime < newest or not _all_there(CLASSPATH.read_text()):
            command = ["mvn", "-q", "-B", "compile", "dependency:build-classpath", f"-Dmdep.outputFile={CLASSPATH}"]
            done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=False)
            if done.returncode:
                raise NoNeo4j(f"Maven failed: {done.stdout[-2000:]}{done.stderr[-2000:]}")
            CLASSPATH.touch()
        return CLASSPATH.read_text().strip()


def _all_there(classpath: str) -> bool:
    return all(Path(part).exists() for part in classpath.strip().split(os.pathsep))
