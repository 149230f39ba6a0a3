"""The third-party archives of `../shared/data`, where they are at hand."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from pathlib import Path

SHARED = Path(__file__).resolve().parents[2] / "shared"


def members(archive: str) -> Iterator[tuple[str, str]]:
    """The texts of an archive of `../shared/data`, each with its name."""
    with tarfile.open(SHARED / "data" / archive) as tar:
        for member in tar:
            handle = tar.extractfile(member) if member.isfile() else None
            if handle:
                yield member.name, handle.read().decode("utf-8", "replace")
