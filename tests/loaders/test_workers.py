"""Several processes read what one reads, in the same order, and the death of one costs one file."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil

from loaders import LoadedDocument, load_paths
from loaders.sources import RawFile
from loaders.workers import load_files
from ontology.errors import UnreadableDocument

FIRMS = ("Halden Motors", "Osterhaus Foods", "Brightwater Hospital")


def test_two_workers_give_what_one_gives(tmp_path: Path) -> None:
    for number, firm in enumerate(FIRMS):
        (tmp_path / f"{number}.txt").write_text(
            f"Hackers attacked {firm} on 2 May 2024, the police said. " * (30 - 9 * number)
        )
    (tmp_path / "1-empty.txt").touch()
    one, two = (list(load_paths([tmp_path, tmp_path / "gone.txt"], workers=workers)) for workers in (1, 2))
    assert [str(item) for item in one] == [str(item) for item in two]
    assert [type(item) for item in two] == [
        LoadedDocument,
        UnreadableDocument,
        *[LoadedDocument] * 2,
        UnreadableDocument,
    ]


def test_the_death_of_a_worker_costs_no_file_that_is_not_to_blame() -> None:
    def files() -> Iterator[RawFile]:
        for number, firm in enumerate(FIRMS):
            if number == 1:
                for child in psutil.Process().children():
                    if "spawn_main" in " ".join(child.cmdline()):
                        os.kill(child.pid, signal.SIGKILL)
            yield RawFile(f"{number}.txt", f"Hackers attacked {firm} on 2 May 2024.".encode())

    found = list(load_files(files(), 1))
    assert [item.document.source for item in found if isinstance(item, LoadedDocument)] == ["0.txt", "1.txt", "2.txt"]
