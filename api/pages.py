"""The pages that come with the API: the explorer, its documentation, and what Neo4j Browser loads from here.

All of it is files of this package; no page has an inline script or loads anything from elsewhere.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Awaitable, Callable
from importlib.resources import files
from pathlib import Path
from xml.sax.saxutils import quoteattr

from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse
from starlette.staticfiles import StaticFiles

from api.assets import Asset, Assets
from api.bundle import bundle

HERE = Path(__file__).parent
SWAGGER = Path(str(files("fastapi_offline"))) / "static"
PAGES = {
    "/docs": HERE / "docs_page" / "index.html",
    "/docs/start.js": HERE / "docs_page" / "start.js",
    "/docs/swagger-ui.css": SWAGGER / "swagger-ui.css",
    "/docs/swagger-ui-bundle.js": SWAGGER / "swagger-ui-bundle.js",
}


def install(app: FastAPI, browser_url: str | None) -> None:
    """Serve the pages that are there; call it after the routers, whose paths go first."""

    explorer = Assets(_explorer())
    index = Asset.of(_index(explorer.digest, browser_url or "").encode(), "index.html")

    async def start(request: Request) -> Response:
        return index.response(request)

    app.add_api_route("/", start, include_in_schema=False)
    for path, file in PAGES.items():
        app.add_api_route(path, _file(file), include_in_schema=False)
    app.mount("/explorer", explorer, name="explorer")
    app.mount("/browser", StaticFiles(directory=HERE / "browser"), name="browser")


def _explorer() -> dict[str, bytes]:
    """The explorer's files as they are sent: its modules and their data as one, the others as they are."""
    folder = HERE / "explorer"
    files_ = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}
    bundled = {name: path.read_text("utf-8") for name, path in files_.items() if path.suffix in {".js", ".json"}}
    others = {name: path.read_bytes() for name, path in files_.items() if name not in bundled}
    return others | {"page.js": bundle(bundled, "js/main.js", "page.js").encode()}


def _index(digest: str, browser_url: str) -> str:
    """The page, which names its files by their content, so that a browser keeps them until they change."""
    page = (HERE / "explorer" / "index.html").read_text("utf-8").replace('"explorer/', f'"explorer/{digest}/')
    setting = '<meta name="neo4j-browser" content='
    return page.replace(f'{setting}"">', f"{setting}{quoteattr(browser_url)}>")


def _file(path: Path) -> Callable[[], Awaitable[FileResponse]]:
    media_type = mimetypes.guess_type(path.name)[0]  # looked up here once, for it reads the system's own lists

    async def send() -> FileResponse:
        return FileResponse(path, media_type=media_type)

    return send
