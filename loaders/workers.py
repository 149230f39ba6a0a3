"""Reports read by several processes at a time, and given back in the order of the files."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait
from typing import TYPE_CHECKING

from loaders.pipeline import LoadedDocument, load_file
from loaders.sources import RawFile
from ontology.errors import UnreadableDocument

if TYPE_CHECKING:
    from loaders.llm import Assistant, ModelSettings

AHEAD = 4
"""Files a worker that are read from the disk before their turn: enough to keep all busy, few enough to be held."""

Item = LoadedDocument | UnreadableDocument


def load_files(
    files: Iterable[RawFile | UnreadableDocument], workers: int, settings: ModelSettings | None = None
) -> Iterator[Item]:
    """What each file says, in their order; a process that dies over one file takes no other with it."""
    crew = _Crew(workers, settings)
    try:
        for file in files:
            crew.hand(file)
            while crew.has_next:
                yield from crew.take()
        while crew.waiting:
            yield from crew.take()
    finally:
        crew.close()


class _Crew:
    """The processes, and the files that they were given and have not given back."""

    def __init__(self, workers: int, settings: ModelSettings | None) -> None:
        self._workers = workers
        self._settings = settings
        self._pool = self._hire(workers)
        self.waiting: deque[tuple[RawFile | UnreadableDocument, Future[Item]]] = deque()

    def _hire(self, workers: int) -> ProcessPoolExecutor:
        # Not forked: the process may have a Java machine in it, which does not survive that.
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(workers, context, initializer=_begin, initargs=(self._settings,))

    def hand(self, file: RawFile | UnreadableDocument) -> None:
        """Give a file to whoever is free next."""
        future: Future[Item] = Future()
        if isinstance(file, UnreadableDocument):
            future.set_result(file)
        else:
            try:
                future = self._pool.submit(_load, file)
            except BrokenProcessPool as error:
                future.set_exception(error)
        self.waiting.append((file, future))

    @property
    def has_next(self) -> bool:
        """Whether the file whose turn it is should be waited for before another is handed out."""
        return bool(self.waiting) and (len(self.waiting) >= AHEAD * self._workers or self.waiting[0][1].done())

    def take(self) -> Iterator[Item]:
        """What the next file says; after the death of a process, what all that were under way say."""
        _, future = self.waiting[0]
        try:
            item = future.result()
        except BrokenProcessPool:
            yield from self._one_by_one()
        else:
            self.waiting.popleft()
            yield item

    def _one_by_one(self) -> Iterator[Item]:
        """Which file it was that a process died over is only known when each is read alone."""
        files = [file for file, _ in self.waiting]
        self.waiting.clear()
        self._change(1)
        for file in files:
            self.hand(file)
            _, future = self.waiting.popleft()
            try:
                item = future.result()
            except BrokenProcessPool:
                name = "" if isinstance(file, UnreadableDocument) else file.name
                item = UnreadableDocument(
                    f"{name}: the process that read it died", hint="it may need more memory than there is"
                )
                self._change(1)
            yield item
        self._change(self._workers)

    def _change(self, workers: int) -> None:
        self._pool.shutdown(wait=False)
        self._pool = self._hire(workers)

    def close(self) -> None:
        """Let what is under way end, and drop the rest."""
        self._pool.shutdown(wait=True, cancel_futures=True)


_assistant: Assistant | None = None


def _begin(settings: ModelSettings | None) -> None:
    """What a process does before its first file."""
    global _assistant  # noqa: PLW0603 - the process is a reader and nothing else
    if settings is not None:
        from loaders.llm import Assistant  # noqa: PLC0415 - most are hired without one

        _assistant = Assistant(settings)
    # An interrupt is for the process that started this one, and so is the end of that one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _load(file: RawFile) -> Item:
    return load_file(file, _assistant)
