"""The bytes of one file and the name that users know it by."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePath

from loaders.sources.encoding import decode


@dataclass(frozen=True)
class RawFile:
    """A file before it is known what it is; `name` is its path, or `archive.zip!member` for one inside an archive."""

    name: str
    content: bytes

    @property
    def suffix(self) -> str:
        """The extension in lower case, `.md` for instance; a hint at most, for contents decide."""
        return PurePath(self.name).suffix.lower()

    @property
    def stem(self) -> str:
        """The last part of the name, without its extension."""
        return PurePath(self.name.rsplit("!", 1)[-1]).stem

    @cached_property
    def text(self) -> str:
        """The contents as text, decoded once; raises `UnreadableDocument` where they are none."""
        return decode(self.content, self.name)
