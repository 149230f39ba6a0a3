"""Answers in the format that was asked for: JSON, JSON-LD, CSV, GraphML, or JSON for Cytoscape."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from functools import lru_cache
from typing import Any, Literal, TypeVar, get_args

from fastapi import Request, Response
from pydantic import TypeAdapter

from api.problems import Refused
from api.tables import Columns
from store.lookup import Page
from store.rendering import rows_as_csv

T = TypeVar("T")


class Format(StrEnum):
    """What an answer can be written as."""

    JSON = "json"
    JSONLD = "jsonld"
    CSV = "csv"
    GRAPHML = "graphml"
    CYTOSCAPE = "cytoscape"
    NDJSON = "ndjson"

    @property
    def media_type(self) -> str:
        """The media type that the format is asked for."""
        return _MEDIA_TYPES[self]

    @property
    def content_type(self) -> str:
        """The media type as an answer tells it."""
        return self.media_type + ("; charset=utf-8" if self is Format.CSV else "")


_MEDIA_TYPES = {
    Format.JSON: "application/json",
    Format.JSONLD: "application/ld+json",
    Format.CSV: "text/csv",
    Format.GRAPHML: "application/graphml+xml",
    Format.CYTOSCAPE: "application/vnd.cytoscape+json",
    Format.NDJSON: "application/x-ndjson",
}
GraphFormat = Literal["json", "jsonld", "csv", "graphml", "cytoscape"]
TableFormat = Literal["json", "csv"]
GRAPHS = tuple(map(Format, get_args(GraphFormat)))
TABLES = tuple(map(Format, get_args(TableFormat)))
RANGES = 50
"""How many media ranges of an Accept header are looked at."""


def choose(request: Request, asked: str | None, offered: Sequence[Format]) -> Format:
    """The format by parameter, else by the Accept header; none that the route has raises `Refused` with 406."""
    if asked is not None:
        return Format(asked)
    ranges = _ranges(request.headers.get("accept") or "*/*")
    weighed = [(_weight(each.media_type, ranges), each) for each in offered]
    (weight, _), best = max(weighed, key=lambda pair: pair[0])
    if weight > 0:
        return best
    hint = "this route has " + ", ".join(each.media_type for each in offered)
    raise Refused(406, "this answer cannot be had in any of the formats that are accepted", hint=hint)


def responses(*offered: Format) -> dict[int | str, dict[str, Any]]:
    """What OpenAPI says of an answer that can be had in these formats besides JSON."""
    return written_as("Found.", *(each.media_type for each in offered if each is not Format.JSON))


def written_as(description: str, *media_types: str) -> dict[int | str, dict[str, Any]]:
    """What OpenAPI says of an answer of these media types, besides what its model says."""
    content = {each: {"schema": {} if each.endswith("json") else {"type": "string"}} for each in media_types}
    return {200: {"description": description, "content": content}}


def page(request: Request, wanted: Format, found: Page[T], columns: Columns[T], kind: type[Page[T]]) -> Response:
    """One page of a list as JSON or CSV; a `Link` header (RFC 8288) has the address of the next one."""
    headers = {}
    if found.cursor is not None:
        following = request.url.include_query_params(cursor=found.cursor)
        headers["Link"] = f'<{following.path}?{following.query}>; rel="next"'
    if wanted is Format.CSV:
        return Response(as_csv(columns, found.items), headers=headers, media_type=wanted.content_type)
    return as_json(found, kind, headers=headers)


def as_csv(columns: Columns[T], items: Iterable[T]) -> str:
    """Items as the text of a CSV file, which names its columns even where there is no item."""
    return "".join(rows_as_csv(list(columns), ([get(item) for get in columns.values()] for item in items)))


def as_json(value: Any, kind: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A look-up's answer as JSON, written by pydantic, which does not check again what the type checker has seen."""
    return Response(_adapter(kind).dump_json(value), status, headers, Format.JSON.media_type)


@lru_cache(maxsize=64)
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _ranges(header: str) -> dict[str, tuple[float, int]]:
    """The media ranges of an Accept header, each with its weight and, to decide between equals, minus its place.

    >>> _ranges("text/csv;q=0.5, */*;q=0")
    {'text/csv': (0.5, 0), '*/*': (0.0, -1)}
    """
    found = {}
    for position, part in enumerate(header.split(",")[:RANGES]):
        media_range, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weight = next((piece[2:] for piece in parameters if piece.startswith("q=")), "1")
        try:
            found[media_range] = (float(weight), -position)
        except ValueError:
            continue
    return found


def _weight(media_type: str, ranges: Mapping[str, tuple[float, int]]) -> tuple[float, int]:
    """How much a media type is wanted: as the closest of the ranges says that it falls into (RFC 9110, 12.5.1)."""
    falls_into = (media_type, media_type.partition("/")[0] + "/*", "*/*")
    return next((ranges[each] for each in falls_into if each in ranges), (0.0, 0))
