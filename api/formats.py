"""Answers in the format that was asked for: JSON, JSON-LD, CSV, GraphML, or JSON for Cytoscape."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any, Literal, get_args
from xml.sax.saxutils import escape, quoteattr

from fastapi import Request, Response
from pydantic import TypeAdapter

from api.problems import Refused
from ontology.model import ENTITY_NAMESPACE, NAMESPACE, ontology
from store.lookup.values import Edge, EntitySummary


class Format(StrEnum):
    """What an answer can be written as."""

    JSON = "json"
    JSONLD = "jsonld"
    CSV = "csv"
    GRAPHML = "graphml"
    CYTOSCAPE = "cytoscape"

    @property
    def media_type(self) -> str:
        """The media type that the format is asked for and sent as."""
        return _MEDIA_TYPES[self]


_MEDIA_TYPES = {
    Format.JSON: "application/json",
    Format.JSONLD: "application/ld+json",
    Format.CSV: "text/csv",
    Format.GRAPHML: "application/graphml+xml",
    Format.CYTOSCAPE: "application/vnd.cytoscape+json",
}
GraphFormat = Literal["json", "jsonld", "csv", "graphml", "cytoscape"]
TableFormat = Literal["json", "csv"]
GRAPHS = tuple(map(Format, get_args(GraphFormat)))
TABLES = tuple(map(Format, get_args(TableFormat)))


@dataclass(frozen=True, slots=True)
class GraphShape:
    """An answer as bare nodes and edges, which every graph format can hold."""

    nodes: Sequence[EntitySummary]
    edges: Sequence[Edge]

    def write(self, wanted: Format) -> Response:
        """The graph in a format other than JSON."""
        write = {
            Format.JSONLD: self._jsonld,
            Format.CSV: self._csv,
            Format.GRAPHML: self._graphml,
            Format.CYTOSCAPE: self._cytoscape,
        }[wanted]
        return Response(write(), media_type=_with_charset(wanted))

    def _jsonld(self) -> str:
        about: dict[str, dict[str, Any]] = {
            node.id: {
                "@id": ENTITY_NAMESPACE + node.id,
                "@type": [ontology().classes[label].iri for label in node.labels],
                "name": node.name,
                "alias": list(node.aliases),
            }
            for node in self.nodes
        }
        for edge in self.edges:
            subject = about.setdefault(edge.source, {"@id": ENTITY_NAMESPACE + edge.source})
            subject.setdefault(edge.predicate, []).append({"@id": ENTITY_NAMESPACE + edge.target})
        return json.dumps({"@context": _context(), "@graph": list(about.values())}, ensure_ascii=False)

    def _csv(self) -> str:
        names = {node.id: node.name for node in self.nodes}
        rows = (
            {
                "source": edge.source,
                "source_name": names.get(edge.source, ""),
                "predicate": edge.predicate,
                "target": edge.target,
                "target_name": names.get(edge.target, ""),
                "modality": edge.modality.value,
                "confidence": edge.confidence,
                "sources": edge.sources,
                "first_reported": edge.first_reported,
                "last_reported": edge.last_reported,
                "quote": edge.evidence.quote,
                "document": edge.evidence.document,
            }
            for edge in self.edges
        )
        return as_csv(rows)

    def _graphml(self) -> str:
        parts = [
            '<?xml version="1.0" encoding="UTF-8"?>\n<graphml xmlns="http://graphml.graphdrawing.org/xmlns">',
            *(
                f'<key id="{key}" for="node" attr.name="{key}" attr.type="string"/>'
                for key in ("name", "type", "labels")
            ),
            *(
                f'<key id="{key}" for="edge" attr.name="{key}" attr.type="{kind}"/>'
                for key, kind in (
                    ("predicate", "string"),
                    ("modality", "string"),
                    ("confidence", "double"),
                    ("sources", "int"),
                    ("quote", "string"),
                )
            ),
            '<graph edgedefault="directed">',
        ]
        for node in self.nodes:
            data = {"name": node.name, "type": node.type, "labels": ":" + ":".join(node.labels)}
            parts.append(f"<node id={quoteattr(_xml(node.id))}>{_data(data)}</node>")
        for edge in self.edges:
            data = {
                "predicate": edge.predicate,
                "modality": edge.modality.value,
                "confidence": str(edge.confidence),
                "sources": str(edge.sources),
                "quote": edge.evidence.quote,
            }
            ends = f"source={quoteattr(_xml(edge.source))} target={quoteattr(_xml(edge.target))}"
            parts.append(f"<edge {ends}>{_data(data)}</edge>")
        return "\n".join([*parts, "</graph></graphml>\n"])

    def _cytoscape(self) -> str:
        nodes = [
            {"data": {"id": n.id, "label": n.name, "type": n.type}, "classes": " ".join(n.labels)} for n in self.nodes
        ]
        edges = [
            {
                "data": {
                    "id": f"{e.source} {e.predicate} {e.target}",
                    "source": e.source,
                    "target": e.target,
                    "label": e.label,
                    "predicate": e.predicate,
                    "modality": e.modality.value,
                    "sources": e.sources,
                    "quote": e.evidence.quote,
                },
                "classes": e.modality.value,
            }
            for e in self.edges
        ]
        return json.dumps({"elements": {"nodes": nodes, "edges": edges}}, ensure_ascii=False)


def choose(request: Request, asked: str | None, offered: Sequence[Format]) -> Format:
    """The format by parameter, else by the Accept header; none that the route has raises `Refused` with 406."""
    if asked is not None:
        return Format(asked)
    header = request.headers.get("accept", "*/*")
    for media_type in _by_preference(header):
        for each in offered:
            if media_type in {each.media_type, "*/*", each.media_type.split("/")[0] + "/*"}:
                return each
    hint = "this route has " + ", ".join(each.media_type for each in offered)
    raise Refused(406, "this answer cannot be had in any of the formats that are accepted", hint=hint)


def responses(*offered: Format) -> dict[int | str, dict[str, Any]]:
    """What OpenAPI says of an answer that can be had in these formats besides JSON."""
    return written_as("Found.", *(each.media_type for each in offered if each is not Format.JSON))


def written_as(description: str, *media_types: str) -> dict[int | str, dict[str, Any]]:
    """What OpenAPI says of an answer of these media types, besides what its model says."""
    content = {each: {"schema": {} if each.endswith("json") else {"type": "string"}} for each in media_types}
    return {200: {"description": description, "content": content}}


def table(rows: Iterable[Mapping[str, Any]]) -> Response:
    """Rows as CSV."""
    return Response(as_csv(rows), media_type=_with_charset(Format.CSV))


def as_csv(rows: Iterable[Mapping[str, Any]]) -> str:
    """Rows as the text of a CSV file, whose cells a spreadsheet does not run as formulas."""
    text = io.StringIO()
    writer: csv.DictWriter[str] | None = None
    for row in rows:
        if writer is None:
            writer = csv.DictWriter(text, list(row))
            writer.writeheader()
        writer.writerow({key: _cell(value) for key, value in row.items()})
    return text.getvalue()


def _cell(value: Any) -> Any:
    """A text that begins like a formula gets an apostrophe in front, as OWASP advises."""
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value


def _with_charset(wanted: Format) -> str:
    return wanted.media_type + ("; charset=utf-8" if wanted is Format.CSV else "")


def _by_preference(header: str) -> list[str]:
    """The media types of an Accept header, the most wanted first.

    >>> _by_preference("text/csv;q=0.5, application/json")
    ['application/json', 'text/csv']
    """
    weighed = []
    for position, part in enumerate(header.split(",")[:50]):
        media_type, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weight = next((piece[2:] for piece in parameters if piece.startswith("q=")), "1")
        try:
            weighed.append((-float(weight), position, media_type))
        except ValueError:
            continue
    return [media_type for weight, _, media_type in sorted(weighed) if media_type and weight < 0]


def _context() -> dict[str, Any]:
    terms: dict[str, Any] = {
        name: {"@id": predicate.iri, "@type": "@id"}
        for name, predicate in ontology().predicates.items()
        if predicate.range
    }
    return {
        "ig": NAMESPACE,
        "name": "http://www.w3.org/2004/02/skos/core#prefLabel",
        "alias": "http://www.w3.org/2004/02/skos/core#altLabel",
    } | terms


def _data(values: Mapping[str, str]) -> str:
    return "".join(f'<data key="{key}">{escape(_xml(value))}</data>' for key, value in values.items())


def _xml(text: str) -> str:
    """Text without the control characters that XML cannot hold."""
    return "".join(
        char if char in "\t\n\r" or (ord(char) >= 32 and ord(char) not in {0xFFFE, 0xFFFF}) else "�" for char in text
    )


@lru_cache(maxsize=64)
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def as_json(value: Any, kind: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A look-up's answer as JSON, written by pydantic, which does not check again what the type checker has seen."""
    return Response(_adapter(kind).dump_json(value), status, headers, Format.JSON.media_type)
