"""The pages that come with the API: the explorer, its documentation, and what Neo4j Browser loads from here.

All of it is files of this package; no page has an inline script or loads anything from elsewhere.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Awaitable, Callable
from importlib.resources import files
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import FileResponse
from starlette.staticfiles import StaticFiles

HERE = Path(__file__).parent
SWAGGER = Path(str(files("fastapi_offline"))) / "static"
PAGES = {
    "/": HERE / "explorer" / "index.html",
    "/docs": HERE / "docs_page" / "index.html",
    "/docs/start.js": HERE / "docs_page" / "start.js",
    "/docs/swagger-ui.css": SWAGGER / "swagger-ui.css",
    "/docs/swagger-ui-bundle.js": SWAGGER / "swagger-ui-bundle.js",
}


def install(app: FastAPI, browser_url: str | None) -> None:
    """Serve the pages that are there; call it after the routers, whose paths go first."""

    async def page_settings() -> dict[str, str | None]:
        return {"neo4j_browser": browser_url}

    app.add_api_route("/explorer/settings.json", page_settings, include_in_schema=False)
    for path, page in PAGES.items():
        if page.is_file():
            app.add_api_route(path, _file(page), include_in_schema=False)
    for folder in ("explorer", "browser"):
        if (HERE / folder).is_dir():
            app.mount(f"/{folder}", StaticFiles(directory=HERE / folder), name=folder)


def _file(path: Path) -> Callable[[], Awaitable[FileResponse]]:
    media_type = mimetypes.guess_type(path.name)[0]  # looked up here once, for it reads the system's own lists

    async def send() -> FileResponse:
        return FileResponse(path, media_type=media_type)

    return send
