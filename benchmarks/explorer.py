"""How fast the explorer is: `python -m benchmarks.explorer [STORE]`, and it prints one figure a line.

With a store (a folder with the example reports, say) it measures how long every view takes until it stands painted on
the page, for a browser that was never there and for one that was, and how long the search takes from the last key to
the suggestions. On a store of its own it then draws 2,000 entities and drags one of them. The server is
`incidentgraph serve`, as users start it; Chromium is that of `CHROMIUM`, or the one on the path.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import httpx
from playwright.sync_api import Browser, Page, sync_playwright

from ontology.statement import Document, Entity, Statement
from store import open_store
from tests.explorer.conftest import FLAGS, drawn

RUNS = 7
NODES = 2_000
WARM = 15  # s that the server has to warm its store, as it does in the background
QUERY = quote("MATCH (i:Incident)-[r]->(e) RETURN i, r, e LIMIT 60")
ALL = quote("MATCH (a:Entity)-[r]->(b:Entity) RETURN a, r, b")
# Painted is the first frame after the view stands there: what a query or a path answers with belongs to it.
WATCH = """
const there = () => document.querySelector('main:not([aria-busy]) h1')
  && (!location.hash.startsWith('#/cypher') || document.querySelector('main tbody tr'));
const watcher = new MutationObserver(() => {
  if (!there()) return;
  watcher.disconnect();
  requestAnimationFrame(() => setTimeout(() => { window.painted = performance.now(); }));
});
watcher.observe(document, { subtree: true, childList: true, attributes: true });
document.addEventListener('drawn', () => { window.graph = performance.now(); });
"""
SUGGESTED = """() => {
  const list = document.querySelector('header .options');
  window.found = new Promise((done) => new MutationObserver((_, watcher) => {
    if (list.hidden) return;
    watcher.disconnect();
    requestAnimationFrame(() => setTimeout(() => done(performance.now())));
  }).observe(list, { attributes: true, childList: true }));
}"""
DRAG = """(take) => new Promise((done) => {
  const surface = document.querySelector('.surface'), cy = surface.cy, canvas = surface.querySelector('canvas');
  const box = surface.getBoundingClientRect(), node = cy.nodes().max((n) => n.degree(false)).ele;
  const at = node.renderedPosition(), before = { ...at };
  let [x, y] = [box.x + at.x, box.y + at.y];
  const send = (type, target) => target.dispatchEvent(
    new MouseEvent(type, { bubbles: true, cancelable: true, clientX: x, clientY: y, button: 0, buttons: 1 }));
  const frames = [];
  let last = performance.now(), left = 60;
  if (!take) [x, y] = [box.x + 4, box.y + 4];
  send('mousemove', canvas);
  send('mousedown', canvas);
  const step = (now) => {
    frames.push(now - last);
    last = now;
    x += 3;
    y += 2;
    send('mousemove', window);
    if (left--) requestAnimationFrame(step);
    else {
      send('mouseup', window);
      const moved = Math.hypot(node.renderedPosition('x') - before.x, node.renderedPosition('y') - before.y);
      done([moved, frames.slice(2)]);
    }
  };
  requestAnimationFrame(step);
})"""


def main() -> None:
    """Measure, and print."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        if len(sys.argv) > 1:
            with served(sys.argv[1]) as site:
                time.sleep(WARM)
                for name, view in _views(site):
                    _view(browser, site, name, view)
                _search(browser.new_page(), site)
        with tempfile.TemporaryDirectory() as folder:
            _fill(Path(folder) / "graph")
            with served(str(Path(folder) / "graph")) as site:
                _many(browser.new_page(viewport={"width": 1400, "height": 1000}), site)
        browser.close()


def told(what: str, values: list[float], unit: str = "ms", **more: object) -> None:
    """Print the median and the worst of some measurements."""
    row = {"what": what, "median": round(statistics.median(values), 1), "worst": round(max(values), 1), "unit": unit}
    print(json.dumps(row | more), flush=True)


@contextmanager
def served(store: str) -> Iterator[str]:
    """The address of `incidentgraph serve` over a store."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [str(Path(sys.executable).with_name("incidentgraph")), "serve", "--store", store, "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        site = f"http://127.0.0.1:{port}/"
        while server.poll() is None:
            try:
                httpx.get(f"{site}health", timeout=5)
                break
            except httpx.TransportError:
                time.sleep(0.2)
        try:
            yield site
        finally:
            server.terminate()


def _views(site: str) -> list[tuple[str, str]]:
    with httpx.Client(base_url=f"{site}v1", timeout=60) as client:
        case = client.get("incidents", params={"sort": "documents", "limit": 1}).json()["items"][0]
        document = client.get("documents", params={"limit": 1}).json()["items"][0]["id"]
    incident, victim = case["incident"]["id"], case["victims"][0]["id"]
    actor = case["actors"][0]["entity"]["id"]
    return [
        ("incidents", "#/"),
        ("case", f"#/incident/{incident}"),
        ("entity", f"#/entity/{victim}"),
        ("paths", f"#/path?from={victim}&to={actor}"),
        ("documents", "#/documents"),
        ("document", f"#/document/{document}"),
        ("cypher, answered", f"#/cypher?q={QUERY}"),
        ("upload", "#/upload"),
    ]


def _view(browser: Browser, site: str, name: str, view: str) -> None:
    """The first visit of a browser, and its next."""
    first, next_, graph, requests = [], [], [], 0
    for _ in range(RUNS):
        context = browser.new_context(viewport={"width": 1400, "height": 1000})
        context.add_init_script(WATCH)
        page = context.new_page()
        sent: list[str] = []
        page.on("request", lambda request, sent=sent: sent.append(request.url))
        first.append(_painted(page, site + view))
        requests = len(sent)
        page.goto("about:blank")
        next_.append(_painted(page, site + view))
        if page.locator(".surface").count():
            page.wait_for_function("() => window.graph")
            graph.append(float(page.evaluate("window.graph")))
        context.close()
    told(f"{name}: painted, first visit", first, requests=requests)
    told(f"{name}: painted, next visit", next_)
    if graph:
        told(f"{name}: graph drawn, next visit", graph)


def _painted(page: Page, address: str) -> float:
    page.goto(address, wait_until="commit")
    page.wait_for_function("() => window.painted")
    return float(page.evaluate("window.painted"))


def _search(page: Page, site: str) -> None:
    """From the last key until the suggestions are painted, the quiet that is waited for included."""
    names = [each["name"] for each in httpx.get(f"{site}v1/entities", params={"q": "a", "limit": 50}).json()["items"]]
    page.goto(site)
    page.wait_for_selector("main:not([aria-busy]) h1")
    box = page.locator("header [role=combobox]")
    times = []
    for word in [name[:6] for name in names if len(name) > 6][: 3 * RUNS]:
        box.fill("")
        page.wait_for_selector("header .options", state="hidden")
        box.press_sequentially(word[:-1])
        page.wait_for_selector("header .options", state="visible")
        page.wait_for_timeout(200)
        page.evaluate(SUGGESTED)
        started = page.evaluate("performance.now()")
        box.press_sequentially(word[-1])
        times.append(float(page.evaluate("window.found")) - float(started))
    told("search: last key to suggestions", times)


def _many(page: Page, site: str) -> None:
    page.add_init_script(WATCH)
    page.goto(f"{site}#/cypher?groups=off&q={ALL}")
    drawn(page, NODES)
    row, done = page.evaluate("[window.painted, window.graph]")
    told(f"{NODES} nodes: from the answer until they are drawn", [(done - row) / 1000], "s")
    page.wait_for_timeout(1_000)
    for take, what in ((True, "one node is dragged"), (False, "the drawing is moved")):
        moved, frames = page.evaluate(DRAG, take)
        if moved < 100:
            raise SystemExit(f"nothing moved while {what}: the figure would say nothing")
        told(f"{NODES} nodes: a frame while {what}", frames, a_second=round(1000 / statistics.mean(frames)))


def _fill(path: Path) -> None:
    """A hub for every fifty of 2,000 companies, and the hubs in a row."""
    body = "One firm supplies another."
    document = Document(body, "Suppliers")
    firms = [Entity(f"firm-{n}", f"Firm {n}", "Company") for n in range(NODES)]
    pairs = [(firms[n], firms[n - n % 50] if n % 50 else firms[max(0, n - 50)]) for n in range(1, NODES)]
    with open_store(path) as store:
        store.load(document, [Statement(a, "supplies", b, document.id, body, 0, len(body), "test") for a, b in pairs])


if __name__ == "__main__":
    main()
