"""What holds for all views: access by all, any width, light and dark, no movement while loading, nothing run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from api.tokens import Role, TokenFile
from ontology.statement import Document, Entity, Marking, Statement
from store import Store
from tests.explorer.conftest import PATIENCE, Open, drawn, serving
from tests.store.lookup.cases import load_world

pytestmark = pytest.mark.browser
VIEWS = (
    "#/",
    "#/incident/jaguar-land-rover-attack-2025",
    "#/entity/jaguar-land-rover",
    "#/path?from=tata-motors&to=hsbc",
    "#/documents",
    "#/cypher?q=MATCH%20(a:Incident)-%5Br%5D-%3E(b)%20RETURN%20a,r,b",
    "#/upload",
    "#/entity/nobody",
)
PHONE = {"width": 390, "height": 844}
SHIFTS = """
window.moved = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.moved += entry.value;
}).observe({type: "layout-shift", buffered: true});
"""
HOSTILE_NAME = '<img src=x onerror="document.title=1">\u202egnp.\u2066<script>document.title=1</script>' + "A" * 10_000
HOSTILE_BODY = (
    'See <script>document.title="run"</script> and <svg onload="document.title=1"><a href="javascript:alert(1)">x</a>'
    "</svg> or [this](javascript:alert(1)) \u202eright to left\u202c 👩‍💻👩‍💻 The attack struck it hard. End."
)


@pytest.fixture(scope="module")
def site(_embedded: Store) -> Iterator[str]:
    """The world of the look-ups' tests on the embedded store."""
    load_world(_embedded)
    with serving(_embedded) as address:
        yield address


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("view", VIEWS)
def test_axe_finds_nothing_serious(site: str, opened: Open, view: str, colours: str) -> None:
    page = opened(site + view, color_scheme=colours, reduced_motion="reduce")
    found = Axe().run(page).response["violations"]
    assert [
        (each["id"], [node["html"][:200] for node in each["nodes"]])
        for each in found
        if each["impact"] in {"serious", "critical"}
    ] == []


@pytest.mark.parametrize("view", VIEWS)
def test_on_a_phone_nothing_is_cut_or_moves(site: str, opened: Open, view: str) -> None:
    page = opened("about:blank", ready="body", viewport=PHONE)
    page.add_init_script(SHIFTS)
    page.goto(site + view)
    page.wait_for_selector("main:not([aria-busy]) h1")
    page.wait_for_timeout(400)
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    assert page.evaluate("window.moved") < 0.02


def test_evidence_by_keyboard_alone(site: str, opened: Open) -> None:
    page = opened(site + VIEWS[1])
    opener = page.locator("main button.evidence-button").first
    opener.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#evidence blockquote")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Close the evidence"
    page.keyboard.press("Escape")
    assert page.locator("#evidence").is_hidden()
    assert opener.evaluate("(element) => element === document.activeElement")


def test_the_links_of_a_drawing_as_a_list(site: str, opened: Open) -> None:
    page = opened(site + "#/entity/tata-motors")
    page.get_by_text("The links as a list").click()
    page.get_by_role("button", name="Jaguar Land Rover — owned by — Tata Motors").click()
    page.wait_for_selector("#evidence mark")


def test_an_empty_store_says_what_to_do(embedded_store: Store, opened: Open) -> None:
    with serving(embedded_store) as address:
        page = opened(address)
        assert page.locator("h1").inner_text() == "The graph is empty"
        assert "incidentgraph load" in page.locator("main").inner_text()
        page.get_by_role("link", name="upload a report").click()
        page.wait_for_url("**#/upload")


def test_upload_with_a_token_then_what_it_added(embedded_store: Store, opened: Open, tmp_path: Path) -> None:
    secret = TokenFile(tmp_path / "tokens.json").make("reporter", Role.LOADER, Marking.RED)
    report = tmp_path / "dairy.txt"
    report.write_text(
        "TITLE: Bottling stops\nDATE: 2025-09-03\n\nA ransomware attack on Harbour Dairies was claimed by Qilin on "
        "Tuesday. Harbour Dairies is owned by Leith Foods.\n"
    )
    with serving(embedded_store, tokens_file=tmp_path / "tokens.json") as address:
        page = opened(address + "#/upload")
        page.set_input_files("#file", report)
        page.wait_for_selector("main [role=status] .error")
        assert "incidentgraph token" in page.locator("main .error").inner_text()
        page.get_by_label("Token").fill(secret)
        page.keyboard.press("Tab")
        page.set_input_files("#file", [])
        page.set_input_files("#file", report)
        page.wait_for_selector("main [role=status] li", timeout=4 * PATIENCE)
        assert "Bottling stops" in page.locator("main [role=status]").inner_text()
        assert drawn(page) >= 2
        assert page.locator("main section.card >> text=Incident").count() >= 1


def test_hostile_documents_are_shown_and_not_run(embedded_store: Store, opened: Open) -> None:
    document = Document(HOSTILE_BODY, HOSTILE_NAME, publisher=HOSTILE_NAME, url="javascript:document.title=1")
    quote = "The attack struck it hard."
    start = HOSTILE_BODY.index(quote)
    attack = Entity("hostile-attack", HOSTILE_NAME, "Incident", (HOSTILE_NAME + " Again",))
    victim = Entity("victim", HOSTILE_NAME, "Company")
    embedded_store.load(
        document,
        [Statement(attack, "targeted", victim, document.id, quote, start, start + len(quote), "test", role=None)],
    )
    with serving(embedded_store) as address:
        for view in ("#/", "#/incident/hostile-attack", "#/entity/victim", "#/documents", f"#/document/{document.id}"):
            page = opened(address + view, viewport=PHONE)
            page.wait_for_timeout(300)
            assert "Incident Graph" in page.title()
            assert page.locator("main script, main img, main iframe, main [onerror], main [onload]").count() == 0
            assert page.locator("a[href^='javascript']").count() == 0
            assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
        assert HOSTILE_BODY[:40] in page.locator("main .body").inner_text()
        # Offsets count characters; before the marked sentence stand some that take two units in JavaScript.
        assert page.locator("main .body mark").inner_text() == quote
        page = opened(address)
        page.locator("header [role=combobox]").fill("<img")
        page.wait_for_selector("header [role=option]")
