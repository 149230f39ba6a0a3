"""Answers as text: JSON, CSV and tables for terminals, in which no text from a document can act on the terminal."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

    from store.lookup.values import EntityDetail, Figure, Paths, Related, Stats

# Controls of C0 and C1, and the marks that turn the direction of writing: all can make a line look like another.
_ACTING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
# A spreadsheet takes a cell that begins with one of these for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def visible(text: str) -> str:
    """The text with every character that a terminal would obey written out.

    >>> visible("red: \\x1b[31m")
    'red: \\\\x1b[31m'
    """
    return _ACTING.sub(lambda match: match[0].encode("unicode_escape").decode("ascii"), text)


def as_json(value: object, *, indent: int | None = None) -> str:
    """JSON with letters as they are and acting characters escaped; dataclasses become objects."""
    text = json.dumps(value, ensure_ascii=False, indent=indent, default=_plain)
    return _ACTING.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def rows_as_json(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """An array of objects, an object a line, as the rows arrive."""
    opening = "["
    for row in rows:
        yield opening + "\n" + as_json(dict(zip(columns, row, strict=True)))
        opening = ","
    yield "[]\n" if opening == "[" else "\n]\n"


def rows_as_csv(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """Comma-separated values (RFC 4180), with values that a spreadsheet would run as formulas made plain text."""
    for row in chain((columns,), rows):
        line = io.StringIO()
        csv.writer(line).writerow([_harmless(visible(cell(value))) for value in row])
        yield line.getvalue()


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]], *, title: str | None = None) -> Table:
    """A table in which nothing is read as markup; numbers stand to the right."""
    from rich import box  # noqa: PLC0415 - slow to import, and not every command draws tables
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    made = Table(title=Text(visible(title)) if title else None, title_justify="left", box=box.SIMPLE_HEAD)
    seen = [list(row) for row in rows]
    for number, name in enumerate(columns):
        numeric = bool(seen) and all(isinstance(row[number], int | float) for row in seen)
        made.add_column(Text(visible(name)), justify="right" if numeric else "left", overflow="fold")
    for row in seen:
        made.add_row(*(Text(visible(cell(value))) for value in row))
    return made


def cell(value: Any) -> str:
    """A value in one cell: a node as `(:Company hsbc)`, a relationship as `[:LENT_BY]`, a map or a list as JSON."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        if value.get("kind") == "node":
            return f"({''.join(f':{label}' for label in value['labels'])} {value['id'] or ''})".replace(" )", ")")
        if value.get("kind") == "relationship":
            return f"[:{value['type']}]"
        if value.get("kind") == "path":
            return _path(value)
    return json.dumps(value, ensure_ascii=False, default=_plain)


def stats_tables(stats: Stats) -> list[RenderableType]:
    """How much there is, and of what."""
    counts = [(name, getattr(stats, name)) for name in ("documents", "statements", "entities", "edges")]
    if stats.first_published:
        counts.append(("published", f"{stats.first_published} to {stats.last_published}"))
    return [
        table(("held", "count"), counts),
        *(
            table((name, "count"), sorted(values.items(), key=lambda pair: -pair[1]))
            for name, values in (
                ("class", stats.classes),
                ("predicate", stats.predicates),
                ("modality", stats.modalities),
            )
            if values
        ),
    ]


def entity_tables(entity: EntityDetail, related: Related) -> list[RenderableType]:
    """One entity: its names, its figures side by side, and its links, each with its sentence."""
    from rich.text import Text  # noqa: PLC0415

    names = {node.id: node.name for node in related.nodes}
    also = f", also {', '.join(entity.aliases)}" if entity.aliases else ""
    head = f"{entity.name} ({entity.type}, {entity.id}{also})"
    counts = f"{entity.statements} statements in {entity.documents} documents"
    figures = [
        (
            each.subject.name if each.subject.id != entity.id else "",
            each.label,
            figure_text(figure),
            figure.modality.value,
            figure.sources,
            _line(figure.evidence.quote),
        )
        for each in entity.properties
        for figure in each.values
    ]
    links = [
        (
            names.get(edge.source, edge.source),
            edge.label,
            names.get(edge.target, edge.target),
            edge.modality.value,
            edge.sources,
            _line(edge.evidence.quote),
        )
        for edge in related.edges
    ]
    made: list[RenderableType] = [Text(visible(head), style="bold"), Text(visible(counts))]
    if figures:
        made.append(table(("of", "property", "value", "said as", "sources", "words"), figures))
    if links:
        made.append(table(("subject", "predicate", "object", "said as", "sources", "words"), links))
    return made


def paths_text(paths: Paths) -> list[RenderableType]:
    """Each way as its steps, a sentence a step."""
    from rich.text import Text  # noqa: PLC0415

    made: list[RenderableType] = []
    for number, path in enumerate(paths.paths, 1):
        made.append(Text(visible(f"{number}. {' – '.join(node.name for node in path.nodes)}"), style="bold"))
        made += [Text(visible(f"   {step.prose}")) for step in path.steps]
    return made


def figure_text(figure: Figure) -> str:
    """A figure as people write it: thousands apart, the currency first."""
    value = f"{figure.value:,}" if figure.datatype != "date" and not isinstance(figure.value, str) else figure.value
    return f"{figure.currency} {value}" if figure.currency else str(value)


def _line(quote: str) -> str:
    return " ".join(quote.split())


def _path(value: Mapping[str, Any]) -> str:
    parts = [cell(value["nodes"][0])] if value["nodes"] else []
    for before, edge, after in zip(value["nodes"], value["relationships"], value["nodes"][1:], strict=False):
        forward = edge["source_element_id"] == before["element_id"]
        parts += [f"-{cell(edge)}->" if forward else f"<-{cell(edge)}-", cell(after)]
    return "".join(parts)


def _plain(value: object) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {each.name: getattr(value, each.name) for each in dataclasses.fields(value)}
    return str(value)


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) and not _is_number(text) else text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
