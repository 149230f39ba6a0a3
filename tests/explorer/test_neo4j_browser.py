"""The real Neo4j Browser of a real Neo4j: connected, styled, guided, and opened by a link from an entity."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page

from store import Store
from tests.explorer.conftest import PATIENCE, Open, serving
from tests.neo4j.server import Server
from tests.store.lookup.cases import load_world

pytestmark = [pytest.mark.browser, pytest.mark.neo4j]


@pytest.fixture(scope="module")
def api(_on_neo4j: Store, neo4j: Server) -> Iterator[str]:
    """The API on the same graph, by the name that the Browser trusts unless it is set otherwise."""
    load_world(_on_neo4j)
    with serving(_on_neo4j, browser_url=neo4j.http) as address:
        yield address.replace("127.0.0.1", "localhost")


@pytest.fixture
def window(chromium: Browser) -> Iterator[Page]:
    """A window of its own, without what an earlier one left in the browser's storage."""
    context = chromium.new_context(viewport={"width": 1400, "height": 900})
    context.set_default_timeout(3 * PATIENCE)
    yield context.new_page()
    context.close()


def run(page: Page, command: str) -> None:
    """Put a command in the editor and run it."""
    page.click("[data-testid=activeEditor] .monaco-editor")
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(command)
    page.click("[data-testid=editor-Run]")


def test_linked_connected_styled_and_guided(api: str, neo4j: Server, opened: Open, window: Page) -> None:
    link = opened(api + "#/entity/jaguar-land-rover").get_by_role("link", name="Open in Neo4j Browser")
    address = link.get_attribute("href") or ""
    cypher = parse_qs(urlsplit(address).query)["arg"][0]

    window.goto(address)
    window.fill("[data-testid=boltaddress]", neo4j.uri.removeprefix("bolt://"))
    window.fill("[data-testid=username]", neo4j.user)
    window.fill("[data-testid=password]", neo4j.password)
    window.click("[data-testid=connect]")
    window.wait_for_selector("text=You are connected as user")
    # The link has put its query in the editor.
    editor = window.locator("[data-testid=activeEditor] .view-lines").inner_text().replace("\u00a0", " ")
    assert editor.strip() == cypher

    run(window, f":style {api}browser/incident.grass")
    window.wait_for_selector("[data-testid=frame] >> text=node.ThreatActor")
    run(window, f":play {api}browser/guide.html")
    window.wait_for_selector("text=One attack, and what it set off")
    window.click("pre.runnable >> nth=0")  # puts the guide's first query in the editor
    window.click("[data-testid=editor-Run]")
    window.wait_for_selector("[data-testid=frame] g.node circle[fill='#E5484D']")  # an incident, as the style has it
    window.wait_for_selector("[data-testid=frame] g.node circle[fill='#2F7FD6']")  # a company
