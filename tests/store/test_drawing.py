"""Pictures: the same at every run, readable, and inert whatever a document calls somebody."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from itertools import combinations

from ontology.statement import Modality
from store.drawing import as_png, picture
from store.drawing.axis import in_words, span
from store.drawing.graph import _reach
from store.drawing.places import places
from store.lookup.values import (
    Edge,
    EntityDetail,
    EntitySummary,
    Event,
    Evidence,
    Related,
    RelatedNode,
    Timeline,
)

HOSTILE = '<script>alert(1)</script>" onload="x" \u202e' + "A" * 10_000 + "\x00\ud800"
EVIDENCE = Evidence("st-1", "words", 0, 5, Modality.ASSERTED, "doc-1", "Title", None, None, None)


def _surroundings(count: int, *names: str) -> Related:
    called = [*names, *(f"Company number {n} of the long list" for n in range(count - len(names)))]
    nodes = [
        RelatedNode(f"e{n}", name, "Company", ["Company", "Organization", "Entity"], [], min(n, 1))
        for n, name in enumerate(called)
    ]
    edges = [
        Edge(
            "e0", node.id, "ownedBy", "OWNED_BY", "owned by", "ownership", modality, [modality], 0.9, 1, 1, None, None,
            EVIDENCE,
        )
        for node, modality in zip(nodes[1:], [*Modality] * count, strict=False)
    ]  # fmt: skip
    return Related("e0", nodes, edges, len(edges), None, "")


def _picture(related: Related, *dates: str) -> str:
    head = related.nodes[0]
    summary = EntitySummary(head.id, head.name, head.type, head.labels, [])
    events = [
        Event(date, "event", "startedOn", "started on", summary, Modality.ASSERTED, 1, EVIDENCE, None) for date in dates
    ]
    detail = EntityDetail(head.id, head.name, head.type, head.labels, [], "https://example.org/e0", [], [], 3, 1)
    return picture(detail, related, Timeline(summary, events, ""))


def test_the_same_graph_gives_the_same_picture() -> None:
    related = _surroundings(20)
    drawn = _picture(related, "2025", "2025-03", "2025-03-04")
    assert drawn == _picture(related, "2025", "2025-03", "2025-03-04")
    image = ET.fromstring(drawn)
    assert len(image.findall(".//{*}circle")) == 20 + 1 + 1  # entities, the legend, and the one exact day
    assert as_png(drawn).startswith(b"\x89PNG")


def test_no_name_covers_another() -> None:
    related = _surroundings(60)
    boxes = places(related, {node.id: _reach(node) for node in related.nodes})
    for a, b in combinations(boxes.values(), 2):
        beside = abs(a.x - b.x) >= a.across + b.across - 1
        above = min(a.y + a.down, b.y + b.down) - max(a.y - a.up, b.y - b.up) <= 1
        assert beside or above


def test_hostile_names_are_text() -> None:
    drawn = _picture(_surroundings(3, HOSTILE, HOSTILE), "2020", "2025")
    image = ET.fromstring(drawn)
    assert {each.tag.partition("}")[2] for each in image.iter()} <= {
        "svg",
        "g",
        "rect",
        "circle",
        "path",
        "polygon",
        "line",
        "text",
    }
    assert not [name for each in image.iter() for name in each.attrib if name.startswith("on")]
    assert len(drawn) < 20_000
    assert "\u202e" not in drawn
    as_png(drawn)


def test_one_entity_alone_and_no_dates() -> None:
    assert ET.fromstring(_picture(_surroundings(1))) is not None


def test_dates_keep_their_grain() -> None:
    assert [in_words(each) for each in ("2025-08-31", "2025-08", "2025")] == ["31 August 2025", "August 2025", "2025"]
    assert [(span(each)[1] - span(each)[0]).days for each in ("2024-02-29", "2024-02", "2024")] == [1, 29, 366]
