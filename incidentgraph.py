"""The command line: it only ties the rooms together.

Each command imports what it needs when it runs, so that `incidentgraph --help` answers at once.
"""

from __future__ import annotations

import json
import os
import sys
import warnings
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NoReturn

import typer

from ontology.errors import IncidentGraphError, InvalidStatements, UnreadableDocument
from ontology.statement import Document, Marking, Statement

if TYPE_CHECKING:
    import socket

    from rich.console import Console, RenderableType

    from api.tokens import TokenFile
    from loaders import LoadedDocument
    from loaders.llm import Assistant
    from ontology.shapes import ShaclResult
    from store import LoadSummary, Store

DEFAULT_STORE = "./incident-graph"
DEBUG = "INCIDENTGRAPH_DEBUG"

app = typer.Typer(
    name="incidentgraph",
    help="Reads reports of cyber incidents into a graph in which every edge opens to the sentence it came from.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help is there in half the time
    context_settings={"help_option_names": ["-h", "--help"]},
)


class StatementFormat(StrEnum):
    """What `extract` prints."""

    JSONL = "jsonl"
    TRIG = "trig"
    TTL = "ttl"
    JSONLD = "jsonld"


class RowFormat(StrEnum):
    """What `query` prints."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


class ExportFormat(StrEnum):
    """What `export` prints."""

    TRIG = "trig"
    TTL = "ttl"
    JSONLD = "jsonld"
    JSONL = "jsonl"
    CSV = "csv"
    GRAPHML = "graphml"
    CYPHER = "cypher"


class PictureFormat(StrEnum):
    """What `draw` makes."""

    SVG = "svg"
    PNG = "png"


StoreOption = Annotated[
    str | None,
    typer.Option(
        "--store",
        metavar="PATH|ADDRESS",
        help=f"A folder, or bolt://… or neo4j://…; otherwise $INCIDENTGRAPH_STORE, otherwise {DEFAULT_STORE}.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
ModelOption = Annotated[
    str | None,
    typer.Option(
        "--llm",
        metavar="URL",
        help="An OpenAI-compatible API whose model reads too; otherwise $INCIDENTGRAPH_LLM_URL; off for none.",
    ),
]
ModelNameOption = Annotated[
    str | None, typer.Option("--model", metavar="NAME", help="The model there; otherwise $INCIDENTGRAPH_LLM_MODEL.")
]
ModelRequiredOption = Annotated[
    bool, typer.Option("--llm-required", help="Let a report fail when the model does, in place of a warning.")
]


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"incidentgraph {version('incident-graph')}")
        raise typer.Exit


@app.callback()
def common(
    context: typer.Context,
    store: StoreOption = None,
    _: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")] = False,
) -> None:
    """Take what holds for all commands; `--store` may stand before the command or after it."""
    context.obj = store


@app.command()
def load(
    context: typer.Context,
    paths: Annotated[list[str], typer.Argument(metavar="PATH", help="Files, folders, archives (zip, tar), or -.")],
    as_json: JsonOption = False,
    workers: Annotated[int, typer.Option("--workers", min=1, max=64, help="Processes that read reports.")] = 1,
    llm: ModelOption = None,
    model: ModelNameOption = None,
    llm_required: ModelRequiredOption = False,
    store: StoreOption = None,
) -> None:
    """Read reports and store what they say; a report is stored wholly or not at all, and again changes nothing."""
    assistant = _assistant(llm, model, required=llm_required)
    with _open(context, store) as opened:
        rows, failures = _load_all(opened, _progress(paths, workers, assistant))
    if as_json:
        _print_json({"loaded": rows, "failed": [{"message": e.message, "hint": e.hint} for e in failures]})
    else:
        _print_loaded(rows, failures)
    if failures:
        raise typer.Exit(1)


@app.command()
def extract(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A report: text, Markdown, HTML or PDF; - for stdin.")],
    format: Annotated[StatementFormat, typer.Option("--format", help="How statements are printed.")] = (
        StatementFormat.JSONL
    ),
    text: Annotated[bool, typer.Option("--text", help="Print the text that the offsets point into, and stop.")] = False,
    explain: Annotated[bool, typer.Option("--explain", help="Print what each stage of reading did.")] = False,
    html: Annotated[
        bool, typer.Option("--html", help="Print the report as a page, its statements highlighted.")
    ] = False,
    min_confidence: Annotated[
        float | None, typer.Option("--min-confidence", min=0.0, max=1.0, help="Least confidence of a statement.")
    ] = None,
    llm: ModelOption = None,
    model: ModelNameOption = None,
    llm_required: ModelRequiredOption = False,
) -> None:
    """Print what a report says, one statement a line with its quotation; nothing is stored."""
    from loaders import understand
    from store.rendering import as_json

    document = _one_document(file)
    if text:
        _write([document.body])
        return
    assistant = _assistant(llm, model, required=llm_required)
    if explain:
        from loaders.explain import explain as explanations

        _write(line + "\n" for line in explanations(document, assistant=assistant))
        return
    found = understand(document, minimum=min_confidence, assistant=assistant)
    statements = found.statements
    _warn(found)
    if html:
        from loaders.highlight import to_html

        _write([to_html(document, statements)])
        return
    if format is StatementFormat.JSONL:
        _write(as_json(statement.to_json()) + "\n" for statement in statements)
        return
    from ontology.rdf import serialize, to_dataset

    _write([serialize(to_dataset(document, statements), format.value)])


@app.command()
def query(
    context: typer.Context,
    cypher: Annotated[str, typer.Argument(metavar="CYPHER", help="A query; it can read but not write. - for stdin.")],
    param: Annotated[
        list[str] | None, typer.Option("--param", "-p", metavar="NAME=VALUE", help="A parameter; its value as JSON.")
    ] = None,
    format: Annotated[RowFormat, typer.Option("--format", help="How rows are printed.")] = RowFormat.TABLE,
    limit: Annotated[int, typer.Option("--limit", min=1, help="Most rows.")] = 1_000,
    seconds: Annotated[float, typer.Option("--seconds", min=0.1, help="Longest time.")] = 30.0,
    store: StoreOption = None,
) -> None:
    """Ask the graph in Cypher."""
    from store import QueryBounds
    from store.rendering import rows_as_csv, rows_as_json, table

    parameters = dict(_parameter(each) for each in param or ())
    text = sys.stdin.read() if cypher == "-" else cypher
    bounds = QueryBounds(rows=limit, bytes=200_000_000, seconds=seconds)
    with _open(context, store) as opened, opened.query(text, parameters, bounds) as result:
        if format is RowFormat.TABLE:
            _print([table(result.columns, result)])
        else:
            _write((rows_as_json if format is RowFormat.JSON else rows_as_csv)(result.columns, result))
        note = result.note
    if note:
        _tell(note)


@app.command()
def serve(
    context: typer.Context,
    host: Annotated[str | None, typer.Option(help="Address to listen on; 127.0.0.1 unless set.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65_535, help="Port to listen on; 8000 unless set.")] = None,
    llm: Annotated[
        str | None, typer.Option("--llm", metavar="URL", help="An OpenAI-compatible API whose model reads uploads too.")
    ] = None,
    model: ModelNameOption = None,
    store: StoreOption = None,
) -> None:
    """Serve the explorer page and the API (its documentation is at /docs)."""
    import uvicorn

    from api.app import create_app
    from api.settings import Settings
    from api.warm import warming

    chosen = {"host": host, "port": port}
    settings = Settings(**{name: value for name, value in chosen.items() if value is not None})  # type: ignore[arg-type]
    if model and not llm:
        raise typer.BadParameter("name the address of the model too", param_hint="--llm")
    # Only who starts the server with an address sends uploads there: the environment alone does not.
    assistant = _assistant(llm, model, required=False) if llm else None
    with _listening(settings.host, settings.port) as listener, _open(context, store) as opened:
        server = uvicorn.Server(
            uvicorn.Config(create_app(opened, settings, assistant), log_level="warning", server_header=False)
        )
        port = listener.getsockname()[1]
        _tell(f"serving {_address(context, store)} on http://{settings.host}:{port} (Ctrl-C stops)")
        with warming(opened), suppress(KeyboardInterrupt):  # the way to stop it
            server.run(sockets=[listener])


@app.command()
def stats(context: typer.Context, as_json: JsonOption = False, store: StoreOption = None) -> None:
    """Say how much the graph holds."""
    from store import lookup
    from store.rendering import stats_tables

    with _open(context, store) as opened:
        found = lookup.stats(opened, lookup.View())
    if as_json:
        _print_json(found)
    else:
        _print(stats_tables(found))


@app.command()
def show(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name, alias or id of an entity.")],
    limit: Annotated[int, typer.Option("--limit", min=1, help="Most links.")] = 50,
    as_json: JsonOption = False,
    store: StoreOption = None,
) -> None:
    """Show an entity: its figures and its links, each with the words that say so."""
    from store import lookup
    from store.lookup.naming import find
    from store.rendering import entity_tables

    with _open(context, store) as opened:
        entity = lookup.entity(opened, lookup.View(), find(opened, lookup.View(), name).id)
        related = lookup.related(opened, lookup.View(), entity.id, limit=limit)
    if as_json:
        _print_json({"entity": entity, "related": related})
    else:
        _print(entity_tables(entity, related))
        if related.note:
            _tell(related.note)


@app.command()
def path(
    context: typer.Context,
    start: Annotated[str, typer.Argument(metavar="FROM", help="Name, alias or id of an entity.")],
    end: Annotated[str, typer.Argument(metavar="TO", help="Name, alias or id of another.")],
    max_hops: Annotated[int, typer.Option("--max-hops", min=1, max=6, help="Most steps.")] = 4,
    limit: Annotated[int, typer.Option("--limit", min=1, max=20, help="Most ways.")] = 3,
    as_json: JsonOption = False,
    store: StoreOption = None,
) -> None:
    """Show how two entities are linked, with the sentence for each step."""
    from store import lookup
    from store.lookup.naming import find
    from store.rendering import paths_text

    with _open(context, store) as opened:
        ends = (find(opened, lookup.View(), name).id for name in (start, end))
        found = lookup.paths(opened, lookup.View(), *ends, max_hops=max_hops, limit=limit)
    if as_json:
        _print_json(found)
    else:
        _print(paths_text(found))
        if found.note:
            _tell(found.note)
    if not found.paths:
        _fail(f"no way from {found.source.name} to {found.target.name} in {max_hops} steps", "try a greater --max-hops")


@app.command()
def draw(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="ENTITY", help="Name, alias or id of an entity.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The file to make.")],
    format: Annotated[
        PictureFormat | None, typer.Option("--format", help="What is made; otherwise as the file's name ends.")
    ] = None,
    depth: Annotated[int, typer.Option("--depth", min=1, max=3, help="Steps from the entity.")] = 1,
    limit: Annotated[int, typer.Option("--limit", min=1, max=300, help="Most links.")] = 60,
    store: StoreOption = None,
) -> None:
    """Draw what is around an entity, and its timeline, for papers and slides."""
    from store import lookup
    from store.drawing import as_png, picture
    from store.lookup.naming import find

    ending = output.suffix.removeprefix(".").lower()
    if format is None and ending not in list(PictureFormat):
        raise typer.BadParameter(f"{output} ends in neither .svg nor .png: name a --format", param_hint="--output")
    with _open(context, store) as opened:
        entity = lookup.entity(opened, lookup.View(), find(opened, lookup.View(), name).id)
        related = lookup.related(opened, lookup.View(), entity.id, depth=depth, limit=limit)
        timeline = lookup.timeline(opened, lookup.View(), entity.id)
    drawn = picture(entity, related, timeline)
    with _writing(output, "wb") as stream:
        stream.write(as_png(drawn) if (format or ending) == PictureFormat.PNG else drawn.encode())


@app.command()
def validate(
    context: typer.Context,
    file: Annotated[
        str | None, typer.Argument(metavar="[FILE]", help="RDF (.trig, .ttl, .jsonld, .nq) or a report; not the store.")
    ] = None,
    store: StoreOption = None,
) -> None:
    """Hold the store's statements, or a file's, against the SHACL shapes of the ontology."""
    from ontology.rdf import to_dataset
    from ontology.shapes import validate as hold

    results: list[ShaclResult] = []
    if file is not None:
        results += hold(_dataset(file)).results
    else:
        with _open(context, store) as opened:
            for document, statements in opened.documents():
                results += hold(to_dataset(document, statements)).results
    _write(f"{result}\n" for result in results)
    if results:
        _fail(f"{len(results)} results: the shapes do not hold", "each line above says where and why")
    _tell("the shapes hold")


@app.command()
def export(
    context: typer.Context,
    format: Annotated[ExportFormat, typer.Option("--format", help="What is written.")] = ExportFormat.TRIG,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A file; otherwise standard output.")] = None,
    store: StoreOption = None,
) -> None:
    """Write the whole graph out."""
    from store.export import export as pieces

    with _open(context, store) as opened:
        if output is None:
            _write(pieces(opened, format.value))
            return
        with _writing(output) as stream:
            stream.writelines(pieces(opened, format.value))


@app.command()
def retract(
    context: typer.Context,
    document: Annotated[str, typer.Argument(metavar="DOCUMENT", help="Id of a document (doc-…), or its file.")],
    as_json: JsonOption = False,
    store: StoreOption = None,
) -> None:
    """Take a document back, with all that no other document supports."""
    document_id = document if document.startswith("doc-") else _one_document(document).id
    with _open(context, store) as opened:
        done = opened.retract(document_id)
    if as_json:
        _print_json(done)
    else:
        _write(
            [
                f"{document_id}: {done.statements_removed} statements, {done.entities_removed} entities and "
                f"{done.relationships_removed} links are gone\n"
            ]
        )


@app.command()
def mcp(
    context: typer.Context,
    clearance: Annotated[str, typer.Option(help="Marking up to which documents are shown.")] = "TLP:RED",
    store: StoreOption = None,
) -> None:
    """Give an assistant the look-ups as tools that only read, over standard input and output (MCP)."""
    from api.mcp import create_server

    with _open(context, store) as opened:
        create_server(opened, _marking(clearance)).run("stdio")


tokens = typer.Typer(help="Make, list and revoke the tokens that the API asks for.", no_args_is_help=True)
app.add_typer(tokens, name="token")


@tokens.command("make")
def token_make(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Whom it is for; the audit log has this name.")],
    role: Annotated[Literal["reader", "loader", "admin"], typer.Option(help="What it may do.")] = "reader",
    clearance: Annotated[str, typer.Option(help="Marking up to which documents are shown.")] = "TLP:CLEAR",
    days: Annotated[
        int | None, typer.Option(min=1, max=36_500, help="Days until it ends; without it, it does not.")
    ] = None,
) -> None:
    """Make a token and print it: it is kept as a hash only, and cannot be printed again."""
    from datetime import UTC, datetime, timedelta

    from api.tokens import Role

    until = datetime.now(UTC) + timedelta(days=days) if days else None
    _write([_token_file().make(name, Role(role), _marking(clearance), expires_at=until) + "\n"])


@tokens.command("list")
def token_list() -> None:
    """List the tokens by name, without their secrets."""
    from store.rendering import table

    rows = [[t.name, t.role, t.clearance, t.created_at, t.expires_at or ""] for t in _token_file().all()]
    _print([table(["name", "role", "clearance", "made", "ends"], rows)])


@tokens.command("revoke")
def token_revoke(name: Annotated[str, typer.Argument(metavar="NAME", help="Whose token.")]) -> None:
    """Revoke a token: a server that runs refuses it within a second."""
    _token_file().revoke(name)
    _write([f"the token of {name} is revoked\n"])


def _token_file() -> TokenFile:
    from api.settings import Settings
    from api.tokens import TokenFile

    return TokenFile(Settings().tokens_file)


def _marking(text: str) -> Marking:
    try:
        return Marking(text.upper() if text.upper().startswith("TLP:") else f"TLP:{text.upper()}")
    except ValueError:
        names = ", ".join(marking.value for marking in Marking)
        raise typer.BadParameter(f"{text!r} is not a marking: one of {names}") from None


def main() -> None:
    """The `incidentgraph` command: run it and end the process."""
    try:
        run()
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(bool(end.code))
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):
            stream.flush()
    if "jpype" in sys.modules:
        # A thread of the embedded database's Java that is within Python when Python is taken down aborts the process.
        # Each command has closed its store by now, so there is nothing left to take down.
        os._exit(status)
    sys.exit(status)


def run() -> None:
    """Run what the arguments ask for: every failure is one line on standard error, and a status of 1 or 2."""
    if not sys.warnoptions and not os.environ.get(DEBUG):
        warnings.simplefilter("ignore")  # libraries warn their callers, who are not the users of this command
    try:
        app()
    except IncidentGraphError as error:
        if os.environ.get(DEBUG):
            raise
        _tell(f"error: {error}")
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # Whoever reads our output has seen enough; without this Python complains when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except KeyboardInterrupt:
        _tell("stopped")
        sys.exit(1)
    except Exception as error:
        if os.environ.get(DEBUG):
            raise
        _tell(f"error: {type(error).__name__}: {error} (unexpected; set {DEBUG}=1 to see where)")
        sys.exit(1)


def _address(context: typer.Context, store: str | None) -> str:
    return store or context.obj or os.environ.get("INCIDENTGRAPH_STORE") or DEFAULT_STORE


def _open(context: typer.Context, store: str | None) -> Store:
    from store import open_store

    return open_store(_address(context, store))


def _assistant(llm: str | None, model: str | None, *, required: bool) -> Assistant | None:
    """The language model that reads too, where the command line or the environment names one."""
    if not llm and not os.environ.get("INCIDENTGRAPH_LLM_URL"):
        if model or required:
            raise typer.BadParameter("name the address of the model too", param_hint="--llm")
        return None
    from loaders.llm import Assistant, ModelSettings

    settings = ModelSettings.chosen(llm, model, required=required)
    return Assistant(settings) if settings else None


def _warn(item: LoadedDocument) -> None:
    for note in item.notes:
        _tell(f"warning: {item.document.source}: {note}")


def _load_all(
    store: Store, items: Iterable[LoadedDocument | UnreadableDocument]
) -> tuple[list[dict[str, Any]], list[IncidentGraphError]]:
    """Load all that was read; what fails is told at once by name, and stops nothing else."""
    rows: dict[int, dict[str, Any]] = {}
    failures: list[IncidentGraphError] = []
    seen: dict[str, str] = {}
    waiting: deque[tuple[int, LoadedDocument]] = deque()

    def fresh() -> Iterator[tuple[Document, Sequence[Statement]]]:
        for number, item in enumerate(items):
            if isinstance(item, UnreadableDocument):
                failures.append(item)
                continue
            _warn(item)
            same_as = seen.setdefault(item.document.id, item.document.source)
            if same_as is not item.document.source:
                rows[number] = _loaded_row(item, None, same_as)
                continue
            waiting.append((number, item))
            yield item.document, item.statements

    for summary in store.load_many(fresh()):
        number, item = waiting.popleft()
        if isinstance(summary, InvalidStatements):
            failures.append(summary)
        else:
            rows[number] = _loaded_row(item, summary, item.document.source)
    return [rows[number] for number in sorted(rows)], failures


def _loaded_row(item: LoadedDocument, summary: LoadSummary | None, same_as: str) -> dict[str, Any]:
    state = f"same text as {same_as}" if summary is None else "unchanged" if summary.unchanged else "loaded"
    return {
        "document": item.document.id,
        "source": item.document.source,
        "title": item.document.title,
        "statements": len(item.statements),
        "new_entities": summary.entities_added if summary else 0,
        "new_links": summary.relationships_added if summary else 0,
        "state": state,
    }


def _progress(
    paths: list[str], workers: int, assistant: Assistant | None
) -> Iterator[LoadedDocument | UnreadableDocument]:
    """Everything behind the paths, with a progress bar where somebody is watching."""
    from loaders import load_paths
    from loaders.sources import count

    items = load_paths(paths, workers=workers, assistant=assistant)
    if not sys.stderr.isatty():
        yield from items
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    counts = [count(each) for each in paths]
    total = None if None in counts else sum(number or 0 for number in counts)
    columns = (TextColumn("reading"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("reading", total=total)
        for item in items:
            yield item
            bar.advance(task)


def _print_loaded(rows: list[dict[str, Any]], failures: list[IncidentGraphError]) -> None:
    from store.rendering import table

    columns = ("source", "title", "statements", "new_entities", "new_links", "state")
    if rows:
        cells = ([row[column] for column in columns] for row in rows)
        _print([table([column.replace("_", " ") for column in columns], cells)])
    for failure in failures:
        _tell(f"not read: {failure}")
    _tell(f"{len(rows)} read, {len(failures)} not read")


def _one_document(file: str) -> Document:
    from loaders import read

    if file != "-" and Path(file).is_dir():
        raise UnreadableDocument(f"{file}: a folder", hint="give one file, or use load")
    found = list(read(file))
    for each in found:
        if isinstance(each, UnreadableDocument):
            raise each
    documents = [each for each in found if isinstance(each, Document)]
    if len(documents) != 1:
        raise UnreadableDocument(f"{file}: {len(documents)} reports", hint="give one file, or use load")
    return documents[0]


def _dataset(file: str) -> Any:
    from ontology import rdf

    name = {"nq": "nquads"}.get(Path(file).suffix[1:], Path(file).suffix[1:])
    if name in rdf.FORMATS:
        try:
            return rdf.parse(Path(file).read_bytes(), name)
        except OSError as error:
            raise UnreadableDocument(f"{file}: {error.strerror}", hint="check the path") from error
    from loaders import extract as extract_statements

    document = _one_document(file)
    return rdf.to_dataset(document, extract_statements(document))


def _parameter(text: str) -> tuple[str, Any]:
    """`name=value`, the value being JSON where it can be, and a string otherwise."""
    name, separator, value = text.partition("=")
    if not separator or not name:
        raise typer.BadParameter(f"{text!r} is not NAME=VALUE", param_hint="--param")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def _listening(host: str, port: int) -> socket.socket:
    """A socket that is bound before anything is started, for a taken port is the commonest failure."""
    import socket

    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        hint = "name another --port or --host"
        raise IncidentGraphError(f"cannot listen on {host}:{port}: {error.strerror}", hint=hint) from error


@contextmanager
def _writing(output: Path, mode: Literal["w", "wb"] = "w") -> Iterator[Any]:
    """A file that takes its name only when it is whole."""
    draft = output.with_name(output.name + ".part")
    try:
        with draft.open(mode, encoding="utf-8" if mode == "w" else None) as stream:
            yield stream
        draft.replace(output)
    except OSError as error:
        raise IncidentGraphError(f"{output}: {error.strerror}", hint="check the path and its permissions") from error
    finally:
        draft.unlink(missing_ok=True)


def _console() -> Console:
    from rich.console import Console

    # A pipe has no width, and what reads it wants whole lines.
    return Console(highlight=False, width=None if sys.stdout.isatty() else 100_000)


def _print(parts: Iterable[RenderableType]) -> None:
    console = _console()
    for part in parts:
        console.print(part)


def _print_json(value: object) -> None:
    from store.rendering import as_json

    _write([as_json(value, indent=2), "\n"])


def _write(parts: Iterable[str]) -> None:
    for part in parts:
        sys.stdout.write(part)
    sys.stdout.flush()


def _tell(message: str) -> None:
    """One line on standard error, whatever the message holds."""
    from store.rendering import visible

    sys.stderr.write(visible(" ".join(message.split())) + "\n")


def _fail(message: str, hint: str) -> NoReturn:
    _tell(f"error: {IncidentGraphError(message, hint=hint)}")
    raise typer.Exit(1)
