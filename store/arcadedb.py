"""An ArcadeDB server inside this process, reachable over Bolt from this machine alone."""

from __future__ import annotations

import atexit
import json
import os
import secrets
import shlex
import socket
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jpype
import jpype.config
from arcadedb_embedded.jvm import get_bundled_jre_lib_path, get_jar_path
from arcadedb_embedded.server import ArcadeDBServer

from ontology.errors import StoreUnavailable

DATABASE = "graph"
WRITER = "root"
READER = "reader"
HEAP = "512m"
COMMAND_SECONDS = 120
"""No single command runs longer, whoever asks: what stops a query whose own process has died."""
LIST_ELEMENTS = 100_000
"""Most elements of a `range()`: a loop over a list cannot be stopped from outside, so lists stay short."""

_LOGGING = Path(__file__).with_name("logging.properties")
_MESSAGE_BYTES = 128 << 20
_START_TRIES = 3
_SWEEP_SECONDS = 0.5
_SWEPT_SHARE = 0.4
_WHOLE = ["createRecord", "readRecord", "updateRecord", "deleteRecord"]
_start_lock = threading.Lock()
_running: set[ArcadeServer] = set()


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where the server listens on 127.0.0.1, and the passwords of its two users; both live as long as it runs."""

    port: int
    writer_password: str
    reader_password: str
    pid: int

    @property
    def uri(self) -> str:
        """Bolt address."""
        return f"bolt://127.0.0.1:{self.port}"

    def to_json(self) -> str:
        """As the private file has it."""
        data = {"port": self.port, WRITER: self.writer_password, READER: self.reader_password, "pid": self.pid}
        return json.dumps(data)

    @classmethod
    def from_json(cls, text: str) -> Endpoint:
        """Read it from there; anything else raises `ValueError`, `KeyError` or `TypeError`."""
        data = json.loads(text)
        return cls(int(data["port"]), str(data[WRITER]), str(data[READER]), int(data["pid"]))


class ArcadeServer:
    """The running server of one folder."""

    def __init__(self, root: Path) -> None:
        """Start it; `root` must be held by this process alone."""
        self._root = root
        self._server: Any = None
        self._sweeper: Sweeper | None = None
        try:
            with _start_lock:
                start_jvm(root)
                self.endpoint = self._start()
            self._sweeper = Sweeper()
        except StoreUnavailable:
            raise
        except Exception as error:
            self.stop()
            raise StoreUnavailable(
                f"the database in {root} cannot be opened: {_line(error)}",
                hint="another program may hold it, or the disk may be full",
            ) from error
        _running.add(self)

    def _start(self) -> Endpoint:
        for attempt in range(_START_TRIES):
            endpoint = Endpoint(_free_port(), secrets.token_urlsafe(24), secrets.token_urlsafe(24), os.getpid())
            try:
                self._boot(endpoint)
            except Exception as error:
                self._halt()
                if attempt == _START_TRIES - 1 or "in use" not in str(error):
                    raise
            else:
                break
        return endpoint

    def _boot(self, endpoint: Endpoint) -> None:
        _write_groups(self._root / "config")
        wrapper = ArcadeDBServer(str(self._root), endpoint.writer_password, _settings(self._root, endpoint.port))
        self._server = wrapper._java_server
        self._server.start()
        # Bolt is all that is wanted; the HTTP listener cannot be left out, so it goes as soon as it has come.
        self._server.getHttpServer().stopService()
        self._server.getDatabase(DATABASE, True, True)
        _create_reader(self._server.getSecurity(), endpoint.reader_password)

    @property
    def database(self) -> Any:
        """The database itself, as Java has it."""
        return self._server.getDatabase(DATABASE)

    def create_fulltext_index(self, label: str, property_name: str) -> None:
        """Make the index that `db.index.fulltext.queryNodes('Label[property]', …)` reads, unless it is there."""
        database = self.database
        database.command("sql", f"CREATE PROPERTY {label}.{property_name} IF NOT EXISTS STRING")
        database.command("sql", f"CREATE INDEX IF NOT EXISTS ON {label} ({property_name}) FULL_TEXT")

    def stop(self) -> None:
        """Flush and shut down; doing so again does nothing."""
        _running.discard(self)
        if self._sweeper is not None:
            self._sweeper.stop()
        self._halt()

    def _halt(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            server.stop()


class Sweeper:
    """Gives back the memory that queries which have ended still hold reserved.

    All queries together may reserve half of the heap, and one that asks for more is refused. Many a Cypher query keeps
    its reservation when it ends, until Java collects what it left behind; with a large heap that can be long after the
    reservations have come to the limit.
    """

    def __init__(self) -> None:
        """Start it; it looks twice a second, in a thread of its own."""
        self._budget = jpype.JClass("com.arcadedb.query.sql.executor.QueryHeapBudget")
        self._system = jpype.JClass("java.lang.System")
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._work, name="sweeper", daemon=True)
        self._thread.start()

    def _work(self) -> None:
        while not self._stopped.wait(_SWEEP_SECONDS):
            if self._budget.getReservedBytes() > _SWEPT_SHARE * self._budget.getLimitBytes():
                self._system.gc()

    def stop(self) -> None:
        """End it, and wait until it has."""
        self._stopped.set()
        self._thread.join()


@atexit.register
def _stop_all() -> None:
    """What was not closed is shut down before Java goes, so that nothing has to be recovered."""
    for server in list(_running):
        server.stop()
    if jpype.isJVMStarted():
        # Java's thread that lets go of Python's objects would abort the process if it came for one while Python ends.
        jpype.JClass("org.jpype.ref.JPypeReferenceQueue").getInstance().stop()


def start_jvm(root: Path) -> None:
    """Start the Java of the wheel, quiet and small, unless it runs: a process has one, whatever it opens."""
    if jpype.isJVMStarted():
        return
    jpype.startJVM(
        get_bundled_jre_lib_path(),
        f"-Xmx{HEAP}",
        "-Xrs",
        "-XX:+UseSerialGC",
        "-XX:+UseCompactObjectHeaders",
        f"-XX:ErrorFile={root}/java-error-%p.log",
        f"-Djava.util.logging.config.file={_LOGGING}",
        "-Djava.awt.headless=true",
        "-Dfile.encoding=UTF8",
        "-Dpolyglot.engine.WarnInterpreterOnly=false",
        # No queue for queries: what is to stop a query would wait there behind the ones that it is to stop.
        "-Darcadedb.queryMaxConcurrent=0",
        "--enable-native-access=ALL-UNNAMED",
        "--add-opens=java.base/java.util.concurrent.atomic=ALL-UNNAMED",
        "--add-opens=java.base/java.nio.channels.spi=ALL-UNNAMED",
        "--add-opens=java.base/java.lang=ALL-UNNAMED",
        *shlex.split(os.environ.get("ARCADEDB_JVM_ARGS", "")),
        classpath=sorted(map(str, Path(get_jar_path()).glob("*.jar"))),
        # With -Xrs Java leaves all signals alone, and with `interrupt` jpype does: Ctrl-C and kill are Python's.
        interrupt=True,
    )
    jpype.config.destroy_jvm = False  # the end of the process does not wait for Java threads that still listen
    # A query that fills the heap ends its thread, which Java would tell the terminal about.
    nowhere = jpype.JClass("java.io.PrintStream")(jpype.JClass("java.io.OutputStream").nullOutputStream())
    jpype.JClass("java.lang.System").setErr(nowhere)


def _settings(root: Path, port: int) -> dict[str, Any]:
    return {
        "mode": "development",  # tells clients what is wrong with their Cypher
        "host": "127.0.0.1",
        "http_port": 0,
        "server_plugins": "Bolt:com.arcadedb.bolt.BoltProtocolPlugin",
        "bolt_port": port,
        "bolt_maxMessageSize": _MESSAGE_BYTES,
        "bolt_packstream_maxValueLength": _MESSAGE_BYTES,
        "server_databaseDirectory": str(root / "databases"),
        "server_logsDirectory": str(root / "log"),
        "serverMetrics": False,
        "support_autoRegister": False,
        "polyglotEngineEnabled": False,
        "opencypher_loadCsv_allowFileUrls": False,
        "opencypher_loadCsv_allowRemoteUrls": False,
        "queryMaxRangeSize": LIST_ELEMENTS,
        "command_timeout": COMMAND_SECONDS * 1000,
        "txWalFlush": 2,
    }


def _write_groups(config: Path) -> None:
    """Who may do what: the reader reads records and nothing else; users are made anew at every start."""
    config.mkdir(exist_ok=True)
    groups = {
        "admin": _group(["updateSecurity", "updateSchema", "updateDatabaseSettings"], _WHOLE),
        "readers": _group([], ["readRecord"]),
        "*": _group([], []),
    }
    data = {"databases": {"*": {"groups": groups}}, "version": 2}
    (config / "server-groups.json").write_text(json.dumps(data), "utf-8")
    (config / "server-users.jsonl").unlink(missing_ok=True)


def _group(database: list[str], records: list[str]) -> dict[str, Any]:
    return {"resultSetLimit": -1, "readTimeout": -1, "access": database, "types": {"*": {"access": records}}}


def _create_reader(security: Any, password: str) -> None:
    user = {"name": READER, "password": str(security.encodePassword(password)), "databases": {DATABASE: ["readers"]}}
    security.createUser(jpype.JClass("com.arcadedb.serializer.json.JSONObject")(json.dumps(user)))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return (lines[0] if lines else type(error).__name__)[:200]
