"""Pictures: the same at every run, readable, and inert whatever a document calls somebody."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace
from itertools import combinations

from ontology.statement import Modality
from store.drawing import as_png, picture
from store.drawing.axis import in_words, span
from store.drawing.canvas import width_of
from store.drawing.graph import _reach
from store.drawing.places import _standing_on, places
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


def test_no_link_runs_through_its_own_names() -> None:
    related = _surroundings(20)
    image = ET.fromstring(_picture(related))
    named = {each.text: each for each in image.findall(".//{*}text")}
    centre = named["Company number 0 of"]
    for line in image.findall(".//{*}path"):
        _, x1, y1, _, _, _, x2, y2 = line.attrib["d"].split()
        for x, y in ((x1, y1), (x2, y2)):
            beside = abs(float(x) - float(centre.attrib["x"])) > width_of(centre.text or "", 13) / 2
            assert beside or not 0 < float(centre.attrib["y"]) - float(y) < 13


def test_words_of_links_do_not_cover_each_other() -> None:
    related = _surroundings(2)
    between = [replace(related.edges[0], predicate=f"p{n}", label=f"link number {n}") for n in range(5)]
    image = ET.fromstring(_picture(replace(related, edges=between)))
    words = [each for each in image.findall(".//{*}text") if (each.text or "").startswith("link number")]
    places_ = {(each.attrib["x"], each.attrib["y"]) for each in words}
    assert len(places_) == 5
    for (ax, ay), (bx, by) in combinations(places_, 2):
        assert abs(float(ay) - float(by)) >= 10 or abs(float(ax) - float(bx)) >= 10


def test_nothing_stands_on_a_link_of_others() -> None:
    related = _surroundings(16)
    onward = [replace(related.edges[0], source=f"e{n}", target=f"e{n + 8}") for n in range(1, 8)]
    related = replace(related, edges=[*related.edges[:7], *onward])
    boxes = places(related, {node.id: _reach(node) for node in related.nodes})
    assert _standing_on(boxes, list(boxes), [(edge.source, edge.target) for edge in related.edges]) == []


def test_a_picture_names_its_sources_and_what_its_lines_say() -> None:
    related = _surroundings(8)
    source = replace(EVIDENCE, document="doc-2", title="Second", publisher="Example News", published_on="2025-09-02")
    related.edges[0] = replace(related.edges[0], evidence=source, sources=4)
    words = [each.text for each in ET.fromstring(_picture(related)).findall(".//{*}text")]
    assert words[-3:] == ["Sources", "“Title”", "Example News, “Second”, 2 September 2025"]
    assert {"only claimed, alleged or estimated", "denied", "the thicker, the more sources"} <= set(words)


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
