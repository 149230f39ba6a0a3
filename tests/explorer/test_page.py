"""What holds for all views: access by all, any width, light and dark, no movement while loading."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.explorer.conftest import Open
from tests.store.lookup.cases import world

pytestmark = pytest.mark.browser
VIEWS = (
    "#/",
    "#/incident/jaguar-land-rover-attack-2025",
    "#/entity/jaguar-land-rover",
    "#/path?from=tata-motors&to=hsbc",
    "#/documents",
    f"#/document/{world()[0][0].id}",
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


def test_axe_finds_nothing_serious_with_the_sentences_open(site: str, opened: Open) -> None:
    page = opened(site + VIEWS[1], reduced_motion="reduce")
    page.locator("main button.evidence-button").first.click()
    page.wait_for_selector("#evidence blockquote")
    found = Axe().run(page).response["violations"]
    assert [each["id"] for each in found if each["impact"] in {"serious", "critical"}] == []


@pytest.mark.parametrize("view", VIEWS)
def test_on_a_phone_nothing_is_cut_or_moves(site: str, opened: Open, view: str) -> None:
    page = opened("about:blank", ready="body", viewport=PHONE)
    page.add_init_script(SHIFTS)
    page.goto(site + view)
    page.wait_for_selector("main:not([aria-busy]) h1")
    page.wait_for_timeout(400)
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    assert page.evaluate("window.moved") < 0.02


@pytest.mark.parametrize("view", VIEWS)
def test_a_first_visit_asks_for_few_files(site: str, opened: Open, view: str) -> None:
    page = opened("about:blank", ready="body")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(site + view)
    page.wait_for_selector("main:not([aria-busy]) h1")
    # The page, its style, script, colours and sign; then what the view shows, and the library that draws it.
    assert len([each for each in asked if "/v1/" not in each]) <= 6
    assert len([each for each in asked if "/v1/" in each]) <= 3


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
