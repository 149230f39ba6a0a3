"""What the routes of one application share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Request

from store.base import Store

if TYPE_CHECKING:
    from threading import BoundedSemaphore

    from api.access import Rates
    from api.jobs import Jobs
    from api.metrics import Metrics
    from api.settings import Settings
    from api.tokens import TokenFile
    from loaders.llm import Assistant


@dataclass(frozen=True, slots=True)
class Context:
    """The store, the settings, and what is counted and kept while the application runs."""

    store: Store
    settings: Settings
    tokens: TokenFile
    rates: Rates
    metrics: Metrics
    jobs: Jobs
    cypher_slots: BoundedSemaphore
    assistant: Assistant | None = None


def _context(request: Request) -> Context:
    context: Context = request.app.state.context
    return context


Shared = Annotated[Context, Depends(_context)]


def _store(request: Request) -> Store:
    context: Context = request.app.state.context
    return context.store


Graph = Annotated[Store, Depends(_store)]
