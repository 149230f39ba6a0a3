"""The page over a store without anything, with what was just uploaded, and with hostile documents: on both stores."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.tokens import Role, TokenFile
from ontology.statement import Document, Entity, Marking, Statement
from store import Store
from tests.explorer.conftest import PATIENCE, Open, drawn, serving

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}
HOSTILE_NAME = '<img src=x onerror="document.title=1">\u202egnp.\u2066<script>document.title=1</script>' + "A" * 10_000
HOSTILE_BODY = (
    'See <script>document.title="run"</script> and <svg onload="document.title=1"><a href="javascript:alert(1)">x</a>'
    "</svg> or [this](javascript:alert(1)) \u202eright to left\u202c 👩‍💻👩‍💻 The attack struck it hard. End."
)


def test_an_empty_store_says_what_to_do(store: Store, opened: Open) -> None:
    with serving(store) as address:
        page = opened(address)
        assert page.locator("h1").inner_text() == "The graph is empty"
        assert "incidentgraph load" in page.locator("main").inner_text()
        page.get_by_role("link", name="upload a report").click()
        page.wait_for_url("**#/upload")


def test_upload_with_a_token_then_what_it_added(store: Store, opened: Open, tmp_path: Path) -> None:
    secret = TokenFile(tmp_path / "tokens.json").make("reporter", Role.LOADER, Marking.RED)
    report = tmp_path / "dairy.txt"
    report.write_text(
        "TITLE: Bottling stops\nDATE: 2025-09-03\n\nA ransomware attack on Harbour Dairies was claimed by Qilin on "
        "Tuesday. Harbour Dairies is owned by Leith Foods.\n"
    )
    with serving(store, tokens_file=tmp_path / "tokens.json") as address:
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


def test_hostile_documents_are_shown_and_not_run(store: Store, opened: Open) -> None:
    document = Document(HOSTILE_BODY, HOSTILE_NAME, publisher=HOSTILE_NAME, url="javascript:document.title=1")
    quote = "The attack struck it hard."
    start = HOSTILE_BODY.index(quote)
    attack = Entity("hostile-attack", HOSTILE_NAME, "Incident", (HOSTILE_NAME + " Again",))
    victim = Entity("victim", HOSTILE_NAME, "Company")
    store.load(
        document,
        [Statement(attack, "targeted", victim, document.id, quote, start, start + len(quote), "test", role=None)],
    )
    with serving(store) as address:
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
