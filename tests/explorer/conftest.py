"""The explorer in a real Chromium, served over a real port; whatever the page complains of fails the test."""

from __future__ import annotations

import os
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright

from api.app import create_app
from api.settings import Settings
from store import Store
from tests.store.lookup.conftest import world

__all__ = ["world"]

PATIENCE = 30_000  # ms; a slow machine is no failure
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
Open = Callable[..., Page]


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """A real Chromium: that of `CHROMIUM`, or the one on the path; without one a test fails where `CI` is set."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not path:
        reason = "no Chromium: install one, or set CHROMIUM to its path"
        if os.environ.get("CI", "").lower() in ("1", "true"):
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@contextmanager
def serving(store: Store, **settings: Any) -> Iterator[str]:
    """The API and its pages over a store, on a free port of this machine."""
    app = create_app(store, Settings(**({"rate_limit": 0} | settings)))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.02)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        server.should_exit = True
        thread.join(20)


@pytest.fixture(scope="module")
def site(world: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The explorer over the world of the look-ups' tests, on each of the two stores."""
    with serving(world, tokens_file=tmp_path_factory.mktemp("tokens") / "tokens.json") as address:
        yield address


@pytest.fixture
def opened(chromium: Browser, tmp_path: Path) -> Iterator[Open]:
    """Opens an address in a window of its own, once the view is there. Any error on the console fails the test."""
    complaints: list[str] = []
    contexts = []

    def open_(address: str, *, ready: str = "main:not([aria-busy]) h1", **options: Any) -> Page:
        context = chromium.new_context(**({"viewport": {"width": 1280, "height": 900}} | options))
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(f"uncaught: {error}"))
        page.on("dialog", lambda dialog: complaints.append(f"dialog: {dialog.message}") or dialog.dismiss())
        page.goto(address)
        page.wait_for_selector(ready)
        return page

    yield open_
    for context in contexts:
        context.close()
    # A refused request is told on the console by the browser itself; the page shows it, and tests look at that.
    assert [each for each in complaints if "Failed to load resource" not in each] == []


def drawn(page: Page, wanted: int | None = None) -> int:
    """Wait until a graph is drawn, with `wanted` nodes if that is given, and tell how many it has."""
    count = 0
    for _ in range(PATIENCE // 100):
        count = int(page.evaluate("document.querySelector('main:not([aria-busy]) .surface')?.cy?.nodes().length ?? 0"))
        if count and wanted in {None, count}:
            return count
        page.wait_for_timeout(100)
    raise AssertionError(f"{count} nodes are drawn, not {wanted}")
