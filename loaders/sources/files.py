"""From a path to the files behind it: one file, a folder, an archive, or `-` for standard input; all within bounds."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from loaders.sources import archive
from loaders.sources.rawfile import RawFile
from ontology.errors import UnreadableDocument

FILE_BYTES = 25_000_000
ARCHIVE_BYTES = 250_000_000
FOLDER_FILES = 100_000
_HEAD = 512
_PROGRAMS = frozenset(
    {".c", ".cfg", ".cpp", ".css", ".go", ".h", ".ini", ".java", ".js", ".py", ".rs", ".sh", ".toml", ".ts"}
)
"""Files of programs, which lie beside reports in many a folder and are none."""


def walk(path: str | Path) -> Iterator[RawFile | UnreadableDocument]:
    """Each file behind a path, or the reason why one cannot be read; never raises for a single bad file.

    Folders are entered in order of name, without hidden files, those of programs, and links to other folders.
    """
    if str(path) == "-":
        yield from _standard_input()
        return
    path = Path(path)
    if path.is_dir():
        for number, each in enumerate(sorted(_files_in(path))):
            if number == FOLDER_FILES:
                yield UnreadableDocument(f"{path}: over {FOLDER_FILES:,} files", hint="load its folders one by one")
                return
            yield from _file(each)
    else:
        yield from _file(path)


def count(path: str | Path) -> int | None:
    """How many files `walk` will give, or None where only reading would tell."""
    if str(path) == "-":
        return None
    path = Path(path)
    if path.is_dir():
        return sum(1 for _ in _files_in(path))
    try:
        with path.open("rb") as stream:
            return None if archive.is_archive(stream.read(_HEAD)) else 1
    except OSError:
        return 1


def _files_in(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        if (
            path.suffix.lower() not in _PROGRAMS
            and path.is_file()
            and not archive.is_hidden(path.relative_to(folder).as_posix())
        ):
            yield path


def _file(path: Path) -> Iterator[RawFile | UnreadableDocument]:
    name = str(path)
    try:
        with path.open("rb") as stream:
            # A pipe, such as the shell's <(…), has no size and cannot be read twice.
            source: IO[bytes] = stream if path.is_file() else io.BytesIO(stream.read(FILE_BYTES + 1))
            size = path.stat().st_size if path.is_file() else source.getbuffer().nbytes  # type: ignore[attr-defined]
            yield from _contents(source, name, size)
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        yield UnreadableDocument(f"{name}: {reason}", hint="check the path and its permissions")


def _standard_input() -> Iterator[RawFile | UnreadableDocument]:
    if sys.stdin.isatty():
        yield UnreadableDocument("-: nothing is piped in", hint="for instance: cat report.txt | incidentgraph load -")
        return
    content = sys.stdin.buffer.read(FILE_BYTES + 1)
    yield from _contents(io.BytesIO(content), "-", len(content))


def _contents(stream: IO[bytes], name: str, size: int) -> Iterator[RawFile | UnreadableDocument]:
    head = stream.read(_HEAD)
    stream.seek(0)
    packed = archive.is_archive(head)
    bound = ARCHIVE_BYTES if packed else FILE_BYTES
    if size > bound:
        yield UnreadableDocument(f"{name}: over {bound:,} bytes", hint="split it, or load its parts")
    elif packed:
        yield from archive.members(stream, name, size)
    else:
        yield RawFile(name, stream.read())
