"""Many reports in a row, as a feed brings them: how many are read, how long the slowest takes, and how much memory.

    python -m benchmarks.feed PATH [--workers 2] [--limit 100]

PATH is a file, a folder or an archive. One process reads it first, file by file; with `--workers` as many processes
read it again, and the ratio of the two is told, their start left out of both.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path

from loaders.extraction.nlp import pipeline
from loaders.pipeline import LoadedDocument, load_file
from loaders.sources import RawFile, walk
from loaders.workers import load_files
from ontology.errors import UnreadableDocument

WARM = RawFile("warm.txt", b"Hackers attacked the British bank HSBC on 2 September 2025, the bank said on Tuesday.")


def files_of(path: Path, limit: int | None) -> list[RawFile]:
    """The files behind a path, in memory: the disk is not what is measured."""
    return list(islice((each for each in walk(path) if isinstance(each, RawFile)), limit))


def alone(files: list[RawFile]) -> tuple[float, list[LoadedDocument | UnreadableDocument]]:
    """Read by this process; prints what is told of it."""
    pipeline()
    load_file(WARM)
    found, times = [], []
    for file in files:
        started = time.perf_counter()
        found.append(load_file(file))
        times.append(time.perf_counter() - started)
    read = [item for item in found if isinstance(item, LoadedDocument)]
    words = sum(len(item.document.body.split()) for item in read)
    slowest = max(range(len(files)), key=times.__getitem__)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{len(read)} read, {len(found) - len(read)} not, {sum(len(item.statements) for item in read)} statements")
    print(f"{sum(times):.1f} s, {words / sum(times):.0f} words/s, peak {peak:.0f} MB")
    print(f"slowest {times[slowest]:.2f} s, {len(files[slowest].content):,} bytes: {files[slowest].name}")
    for item in found:
        if isinstance(item, UnreadableDocument):
            print(f"not read: {item}")
    return sum(times), found


def together(files: list[RawFile], workers: int) -> tuple[float, list[LoadedDocument | UnreadableDocument]]:
    """Read by several processes; the time begins when each has read something."""
    # As many as are handed out at once, so that none is left without.
    warm = [WARM] * (4 * workers)
    items = load_files(chain(warm, files), workers)
    for _ in warm:
        next(items)
    started = time.perf_counter()
    found = list(items)
    return time.perf_counter() - started, found


def told(items: list[LoadedDocument | UnreadableDocument]) -> Iterator[object]:
    """What items say, to be compared."""
    for item in items:
        yield str(item) if isinstance(item, UnreadableDocument) else [s.to_json() for s in item.statements]


def main() -> None:
    """Read the path once, and once more by several."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", type=Path)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--limit", type=int)
    args = parser.parse_args()
    files = files_of(args.path, args.limit)
    one, found = alone(files)
    if args.workers > 1:
        several, again = together(files, args.workers)
        same = "same" if list(told(found)) == list(told(again)) else "OTHER"
        print(f"{args.workers} workers: {several:.1f} s, {one / several:.2f} times one, {same} statements")


if __name__ == "__main__":
    main()
