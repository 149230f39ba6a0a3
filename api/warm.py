"""Asks the store for what pages begin with before anybody does, so that the first visitor does not wait for it.

Both stores plan and compile a query when they first see it: on the embedded one the first case takes twenty times as
long as the tenth.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import structlog

from ontology.errors import IncidentGraphError
from store.base import Store
from store.lookup import View, entity, incident, incidents, related, search, stats, timeline

log = structlog.get_logger("api.warm")

CASES = 3
ROUNDS = 3


@contextmanager
def warming(store: Store) -> Iterator[None]:
    """Warm the store in the background, and stop at the end at the latest."""
    over = threading.Event()
    thread = threading.Thread(target=_warm, args=(store, over), name="warming", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _warm(store: Store, over: threading.Event) -> None:
    try:
        for look_up in _look_ups(store):
            if over.is_set():
                return
            look_up()
    except IncidentGraphError as error:  # nobody has asked for anything: who does is told then
        log.warning("not warmed", reason=str(error))


def _look_ups(store: Store) -> Iterator[Callable[[], object]]:
    view = View()
    for _ in range(ROUNDS):
        yield partial(stats, store, view)
        for found in incidents(store, view, limit=CASES).items:
            for id_ in [found.incident.id, *(victim.id for victim in found.victims[:1])]:
                yield partial(entity, store, view, id_)
                yield partial(related, store, view, id_)
                yield partial(timeline, store, view, id_)
            yield partial(incident, store, view, found.incident.id)
            yield partial(search, store, view, found.incident.name[:5])
