"""The API as an application: `create_app` puts the routers, the guards and the pages together."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Any

import anyio.to_thread
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import TypeAdapter

from api import logs, pages, problems
from api.access import Rates, bearer
from api.context import Context
from api.guard import Guard, Observe
from api.jobs import Jobs
from api.metrics import Metrics
from api.problems import Problem
from api.routers import cypher, documents, entities, export, health, incidents, paths, statements, stats
from api.settings import Settings
from api.tokens import TokenFile
from store.base import Store

if TYPE_CHECKING:
    from loaders.llm import Assistant

DESCRIPTION = """
Cyber incidents and what they set off, as a graph in which **every edge opens to the sentence it came from**.

Claims are kept apart from facts (`modality`), and figures that disagree stand side by side with their sources.
Documents marked above your clearance, and all that is known from them alone, are in no answer. Every error is a
problem detail (RFC 9457) with a hint.
"""


def create_app(store: Store, settings: Settings | None = None, assistant: Assistant | None = None) -> FastAPI:
    """The API over a store, which stays the caller's to close; an assistant reads uploads too."""
    logs.configure()
    settings = settings or Settings()
    metrics = Metrics()
    context = Context(
        store=store,
        settings=settings,
        tokens=TokenFile(settings.tokens_file),
        rates=Rates(settings.rate_limit, settings.rate_burst),
        metrics=metrics,
        jobs=Jobs(settings.upload_queue, metrics),
        cypher_slots=BoundedSemaphore(settings.cypher_concurrency),
        assistant=assistant,
    )
    app = FastAPI(
        title="Incident Graph",
        version="1.0",
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
        generate_unique_id_function=lambda route: route.name,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
    )
    app.state.context = context
    problems.install(app)
    for router in (health, stats, entities, paths, incidents, documents, statements, cypher, export):
        app.include_router(router.router)
    pages.install(app, settings.browser_url)
    app.add_middleware(Guard, settings=settings)
    app.add_middleware(Observe, metrics=metrics)
    app.openapi = _openapi(app)  # type: ignore[method-assign]
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    context: Context = app.state.context
    anyio.to_thread.current_default_thread_limiter().total_tokens = context.settings.threads
    yield
    await anyio.to_thread.run_sync(context.jobs.close)


def _openapi(app: FastAPI) -> Callable[[], dict[str, Any]]:
    """The schema with what FastAPI does not know: our error model, not its own, and that tokens may be needed."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = get_openapi(
                title=app.title,
                version=app.version,
                description=app.description,
                license_info=app.license_info,
                routes=app.routes,
            )
            parts = schema["components"]["schemas"]
            parts.pop("HTTPValidationError", None)
            parts.pop("ValidationError", None)
            problem = TypeAdapter(Problem).json_schema(ref_template="#/components/schemas/{model}")
            parts.update(problem.pop("$defs", {}))
            parts["Problem"] = problem
            schema["components"]["securitySchemes"] = {
                "token": bearer.model.model_dump(mode="json", exclude_none=True, by_alias=True)
            }
            schema["security"] = [{}, {"token": []}]
            app.openapi_schema = schema
        return app.openapi_schema

    return openapi
