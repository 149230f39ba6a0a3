"""Nodes and edges in the formats of graph tools: JSON-LD, CSV, GraphML, or JSON for Cytoscape."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from fastapi import Response

from api.formats import Format, as_csv
from api.tables import EDGES, Columns
from ontology.model import ENTITY_NAMESPACE, NAMESPACE, ontology
from store.lookup.values import Edge, EntitySummary

_NODE: Columns[EntitySummary] = {
    "name": lambda node: node.name,
    "type": lambda node: node.type,
    "labels": lambda node: ":" + ":".join(node.labels),
}
_EDGE: Columns[Edge] = {key: get for key, get in EDGES.items() if key not in {"source", "target"}}
_NUMBERS = {"confidence": "double", "sources": "int"}


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
        return Response(write(), media_type=wanted.content_type)

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
        columns: Columns[Edge] = {
            "source": EDGES["source"],
            "source_name": lambda edge: names.get(edge.source),
            "predicate": EDGES["predicate"],
            "target": EDGES["target"],
            "target_name": lambda edge: names.get(edge.target),
            **EDGES,
        }
        return as_csv(columns, self.edges)

    def _graphml(self) -> str:
        parts = [
            '<?xml version="1.0" encoding="UTF-8"?>\n<graphml xmlns="http://graphml.graphdrawing.org/xmlns">',
            *(f'<key id="{key}" for="node" attr.name="{key}" attr.type="string"/>' for key in _NODE),
            *(
                f'<key id="{key}" for="edge" attr.name="{key}" attr.type="{_NUMBERS.get(key, "string")}"/>'
                for key in _EDGE
            ),
            '<graph edgedefault="directed">',
        ]
        for node in self.nodes:
            data = {key: get(node) for key, get in _NODE.items()}
            parts.append(f"<node id={quoteattr(_xml(node.id))}>{_data(data)}</node>")
        for edge in self.edges:
            data = {key: get(edge) for key, get in _EDGE.items()}
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
                    "label": e.label,
                    **{key: get(e) for key, get in EDGES.items()},
                },
                "classes": e.modality.value,
            }
            for e in self.edges
        ]
        return json.dumps({"elements": {"nodes": nodes, "edges": edges}}, ensure_ascii=False)


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


def _data(values: Mapping[str, Any]) -> str:
    return "".join(
        f'<data key="{key}">{escape(_xml(str(value)))}</data>' for key, value in values.items() if value is not None
    )


def _xml(text: str) -> str:
    """Text without the control characters that XML cannot hold."""
    return "".join(
        char if char in "\t\n\r" or (ord(char) >= 32 and ord(char) not in {0xFFFE, 0xFFFF}) else "�" for char in text
    )
