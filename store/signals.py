"""Ctrl-C beside a driver that does not bear it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import TypeVar

T = TypeVar("T")


FINISHING = 5.0
"""How long, in seconds, work that is under way may take to end before whoever was interrupted goes on."""


def uninterrupted(work: Callable[[], T]) -> T:
    """Do the work where Ctrl-C does not reach it; who waits for it is interrupted when it has ended, or is slow to end.

    Python raises `KeyboardInterrupt` in the main thread, wherever that is. In the middle of a message it leaves the
    driver with half of it: its own clean-up then fails in other ways, or waits for an answer to what it never sent.
    """
    if threading.current_thread() is not threading.main_thread():
        return work()
    outcome: Future[T] = Future()

    def settle() -> None:
        try:
            outcome.set_result(work())
        except BaseException as error:
            outcome.set_exception(error)

    try:
        threading.Thread(target=settle, daemon=True, name="write").start()  # which may be interrupted, too
        return outcome.result()
    except KeyboardInterrupt:
        # who is interrupted closes the store next, and the driver does not bear that in the middle of a message either
        wait([outcome], FINISHING)
        raise
