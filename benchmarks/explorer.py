"""How fast the explorer is: `python -m benchmarks.explorer [STORE]`, and it prints one figure a line.

With a store (a folder with the example reports, say) it measures the first useful paint of the list of incidents and
of a case, and how long the search takes from the last key to the suggestions. On a store of its own it then draws 2,000
entities and drags one of them. Chromium is that of `CHROMIUM`, or the one on the path.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from ontology.statement import Document, Entity, Statement
from store import Store, lookup, open_store
from tests.explorer.conftest import FLAGS, drawn, serving

RUNS = 7
NODES = 2_000
DRAG = """() => new Promise((done) => {
  const cy = document.querySelector('.surface').cy;
  const node = cy.nodes().first(), frames = [];
  let last = performance.now(), left = 60;
  const step = (now) => {
    frames.push(now - last);
    last = now;
    node.position({ x: node.position('x') + 3, y: node.position('y') + 2 });
    if (left--) requestAnimationFrame(step);
    else done(frames.slice(1));
  };
  requestAnimationFrame(step);
})"""


def main() -> None:
    """Measure, and print."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        page = browser.new_page(viewport={"width": 1400, "height": 1000})
        if len(sys.argv) > 1:
            with open_store(sys.argv[1]) as store, serving(store) as site:
                case = lookup.incidents(store, lookup.View(), limit=1).items[0].incident.id
                for name, view in (("incidents", "#/"), ("case", f"#/incident/{case}")):
                    told(f"first useful paint, {name}", [_first_paint(page, site + view) for _ in range(RUNS)])
                told("search, last key to suggestions", [_search(page, word) for word in _words(store)])
        with tempfile.TemporaryDirectory() as folder, open_store(Path(folder) / "graph") as store:
            _fill(store)
            with serving(store) as site:
                page.goto(site + "#/cypher?q=MATCH%20(a:Entity)-%5Br%5D-%3E(b:Entity)%20RETURN%20a,r,b")
                seconds = page.evaluate("performance.now()") / 1000
                count = drawn(page)
                told(f"{count} nodes drawn", [page.evaluate("performance.now()") / 1000 - seconds], "s")
                told(f"a frame while one of {count} is dragged", page.evaluate(DRAG))
        browser.close()


def told(what: str, values: list[float], unit: str = "ms") -> None:
    """Print the median and the worst of some measurements."""
    print(
        json.dumps(
            {"what": what, "median": round(statistics.median(values), 1), "worst": round(max(values), 1), "unit": unit}
        )
    )


def _first_paint(page: Page, address: str) -> float:
    """Milliseconds from the start of the navigation until the view stands on the page."""
    page.goto("about:blank")
    page.goto(address, wait_until="commit")
    page.wait_for_selector("main:not([aria-busy]) h1")
    return float(page.evaluate("performance.now()"))


def _search(page: Page, word: str) -> float:
    box = page.locator("header [role=combobox]")
    box.fill("")
    page.wait_for_selector("header .options", state="hidden")
    page.evaluate(
        "() => { const list = document.querySelector('header .options'); window.found = new Promise((done) => new"
        " MutationObserver((_, watcher) => { if (!list.hidden) { watcher.disconnect(); done(performance.now()); } })"
        ".observe(list, { attributes: true, childList: true })); }"
    )
    box.press_sequentially(word[:-1])
    started = page.evaluate("performance.now()")
    box.press_sequentially(word[-1])
    return float(page.evaluate("window.found")) - float(started)


def _words(store: Store) -> list[str]:
    found = lookup.search(store, lookup.View(), "", types=(), limit=50, cursor=None).items
    return [entity.name[:6] for entity in found if len(entity.name) > 6][: 3 * RUNS]


def _fill(store: Store) -> None:
    """A hub for every fifty of 2,000 companies, and the hubs in a row."""
    body = "One firm supplies another."
    document = Document(body, "Suppliers")
    firms = [Entity(f"firm-{n}", f"Firm {n}", "Company") for n in range(NODES)]
    pairs = [(firms[n], firms[n - n % 50] if n % 50 else firms[max(0, n - 50)]) for n in range(1, NODES)]
    store.load(document, [Statement(a, "supplies", b, document.id, body, 0, len(body), "test") for a, b in pairs])


if __name__ == "__main__":
    main()
