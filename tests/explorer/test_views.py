"""Each view of the explorer, on each of the two stores."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tests.explorer.conftest import Open, drawn

pytestmark = pytest.mark.browser
CASE = "#/incident/jaguar-land-rover-attack-2025"


def test_search_as_you_type_by_keyboard(site: str, opened: Open) -> None:
    page = opened(site)
    page.keyboard.press("/")
    page.keyboard.type("scattered")
    page.wait_for_selector("header [role=option]")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/#/entity/scattered-*")
    page.wait_for_selector("main:not([aria-busy]) h1 >> text=Scattered")
    page.go_back()
    page.wait_for_selector("main:not([aria-busy]) h1 >> text=Incidents")


def test_incidents_are_filtered_and_the_address_tells_it(site: str, opened: Open) -> None:
    page = opened(site)
    assert page.locator("main li.card").count() == 3
    assert "3 documents" in page.locator("main > p").first.inner_text()
    page.get_by_label("Filter", exact=True).fill("co-op")
    page.wait_for_selector("main [role=status]:has-text('1 that fit')")
    assert page.locator("main li.card").count() == 1
    again = opened(page.url)
    assert again.locator("main li.card h2").all_inner_texts() == ["Attack on Co-op (2025)"]
    again.get_by_label("Filter", exact=True).fill("")
    again.get_by_role("combobox", name="Order").select_option("name")
    again.wait_for_url("**/#/?sort=name")
    again.wait_for_selector("main [role=status]:has-text('3 of 3')")
    names = again.locator("main li.card h2").all_inner_texts()
    assert names == sorted(names)


def test_the_case_at_a_glance(site: str, opened: Open) -> None:
    page = opened(site + CASE)
    cards = {card.locator("h2").inner_text(): card for card in page.locator("main section.card").all()}
    assert "Jaguar Land Rover" in cards["Who was hit"].inner_text()
    behind = cards["Who is said to be behind it"].inner_text()
    assert "Scattered Lapsus$ Hunters" in behind.split("Claimed or alleged")[1]
    figures = cards["In figures"]
    assert "sources disagree" in figures.inner_text()
    for figure in ("£1.9bn", "£196m", "Market Wire", "The Gazette"):
        assert figure in figures.inner_text()
    assert "UK Export Finance" in cards["Support"].inner_text()
    assert "Quarterly results" in page.locator("main").inner_text()
    assert page.locator(".axis svg .mark").count() >= 2
    assert drawn(page) > 8


def test_from_an_edge_to_its_sentence_in_its_document(site: str, opened: Open) -> None:
    page = opened(site + "#/entity/jaguar-land-rover")
    drawn(page)
    page.wait_for_timeout(500)  # until the drawing stands still
    at = page.evaluate("""() => {
        const cy = document.querySelector('.surface').cy;
        const box = document.querySelector('.surface').getBoundingClientRect();
        const edge = cy.edges().filter((e) => e.data('edge').predicate === 'ownedBy').first();
        const middle = edge.renderedMidpoint();
        return [box.x + middle.x, box.y + middle.y];
    }""")
    page.mouse.click(*at)
    page.wait_for_selector("#evidence mark")
    assert page.locator("#evidence mark").inner_text() == "The firm belongs to Tata Motors."
    assert "Production stopped" in page.locator("#evidence blockquote").inner_text()  # what stands around it
    page.get_by_role("link", name="Open the sentence in its document").click()
    page.wait_for_selector("main mark.on")
    assert page.locator("main mark.on").inner_text() == "The firm belongs to Tata Motors."


def test_a_graph_is_filtered_expanded_and_addressed(site: str, opened: Open) -> None:
    page = opened(site + "#/entity/jaguar-land-rover")
    before = drawn(page)
    surface = page.locator(".surface")
    surface.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    assert page.locator("main [role=status] strong").inner_text() == "Jaguar Land Rover"
    page.evaluate(
        "() => { const cy = document.querySelector('.surface').cy; cy.elements().unselect();"
        " cy.getElementById('jaguar-land-rover-attack-2025').select(); }"
    )
    surface.focus()
    page.keyboard.press("e")
    page.wait_for_selector("#announce >> text=added", state="attached")
    assert drawn(page) > before
    after = drawn(page)
    page.reload()
    drawn(page, after)  # the address holds what was expanded
    page.get_by_label("Class").first.select_option("Bank")
    page.wait_for_url("**type=Bank*")
    page.get_by_label("Class").first.select_option("")
    page.get_by_label("Link").first.select_option("ownedBy")
    page.wait_for_url("**predicate=ownedBy*")
    drawn(page, 2)
    again = opened(page.url)
    drawn(again, 2)
    assert again.get_by_label("Link").first.input_value() == "ownedBy"
    modest = opened(site + "#/entity/jaguar-land-rover?as_of=2025-10-31")
    drawn(modest, before - 1)  # the supplier was not yet known


def test_links_of_little_confidence_leave_the_graph(site: str, opened: Open) -> None:
    page = opened(site + "#/entity/jaguar-land-rover?min_confidence=0.5")
    assert page.get_by_label("Confidence").input_value() == "0.5"
    drawn(page)
    none = opened(site + "#/entity/jaguar-land-rover?min_confidence=1")
    drawn(none, 1)


def test_what_happened_stands_on_an_axis_and_in_a_list(site: str, opened: Open) -> None:
    page = opened(site + "#/entity/jaguar-land-rover")
    assert page.locator("main .axis svg .mark").count() >= 2
    dates = page.locator("main .timeline time").evaluate_all("(times) => times.map((time) => time.dateTime)")
    assert dates == sorted(dates)
    page.locator("main .axis svg .mark circle").first.click()
    page.wait_for_selector("#evidence blockquote")


def test_the_path_between_two_entities(site: str, opened: Open) -> None:
    page = opened(site + "#/path")
    page.get_by_label("First entity").first.fill("Tata")
    page.locator(".ends [role=option] >> text=Tata Motors").click()
    page.wait_for_selector("#announce:has-text('Paths')", state="attached")  # shown anew, with the first end
    page.get_by_label("Second entity").first.fill("HSBC")
    page.locator(".ends [role=option] >> text=HSBC").click()
    page.wait_for_selector("main .steps")
    assert page.locator("main .steps").first.locator("a").all_inner_texts()[0] == "Tata Motors"
    page.locator("main .steps button").first.click()
    page.wait_for_selector("#evidence mark")


def test_documents_show_each_statement_in_place(site: str, opened: Open) -> None:
    page = opened(site + "#/documents")
    page.get_by_role("link", name="Quarterly results").click()
    page.wait_for_selector("main .body mark")
    assert page.locator("main .body mark").count() == 3
    page.locator("main .body mark").nth(1).click()
    page.wait_for_selector("li.statement[data-on]")
    assert "Evtec" in page.locator("li.statement[data-on]").first.inner_text()
    assert "statement=st-" in page.url


def test_cypher_as_table_and_graph(site: str, opened: Open) -> None:
    page = opened(site + "#/cypher")
    page.get_by_label("Query").fill("MATCH (a:Incident)-[r:TARGETED]->(b) RETURN a, r, b, b.name AS name")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("main table tbody tr")
    assert "Marks & Spencer" in page.locator("main table").inner_text()
    assert drawn(page) == 6
    page.get_by_label("Query").fill("MATCH (n) DETACH DELETE n")
    page.get_by_role("button", name="Run").click()
    page.wait_for_selector("main [role=alert]")
    assert drawn(opened(page.url.split("#")[0] + CASE)) > 8  # nothing is gone


def test_exports_of_what_is_shown(site: str, opened: Open, tmp_path: Path) -> None:
    page = opened(site + "#/entity/tata-motors")
    drawn(page)

    def exported(label: str) -> bytes:
        with page.expect_download() as download:
            page.get_by_role("button", name=f"as {label}", exact=False).click()
        path = tmp_path / download.value.suggested_filename
        download.value.save_as(path)
        return path.read_bytes()

    assert exported("PNG").startswith(b"\x89PNG")
    drawing = ET.fromstring(exported("SVG"))
    assert len(drawing.findall(".//{*}circle")) == 2
    assert len(drawing.findall(".//{*}polygon")) == len(drawing.findall(".//{*}line"))  # every link has its head
    assert b'"jaguar-land-rover","Jaguar Land Rover","ownedBy","tata-motors"' in exported("CSV")
    graph = json.loads(exported("JSON-LD"))["@graph"]
    assert {each["name"] for each in graph} == {"Jaguar Land Rover", "Tata Motors"}
    assert [each["ownedBy"] for each in graph if "ownedBy" in each] == [[{"@id": graph[0]["@id"]}]]
