"""Zip and tar archives, read in memory within bounds: nothing is written, and no name can lead out of them."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO, cast

from loaders.sources.rawfile import RawFile
from ontology.errors import UnreadableDocument

MEMBERS = 20_000
MEMBER_BYTES = 25_000_000
TOTAL_BYTES = 500_000_000
# Text seldom shrinks below a tenth; what shrinks below a two-hundredth was made to fill a memory.
RATIO = 200
_SMALL = 1_000_000

# What these libraries raise on damaged data.
_DAMAGE = (
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    OSError,
    ValueError,
    RuntimeError,
    NotImplementedError,
    IndexError,
    KeyError,
)


def is_archive(head: bytes) -> bool:
    """Whether the first 512 bytes are those of an archive opened here: zip, tar, or tar in gzip, bzip2, xz."""
    packed = head.startswith((b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00"))
    return head.startswith((b"PK\x03\x04", b"PK\x05\x06")) or head[257:262] == b"ustar" or packed


def members(stream: IO[bytes], name: str, size: int) -> Iterator[RawFile | UnreadableDocument]:
    """Each file in an archive, or why it cannot be read; the archive ends early where it is damaged or a bomb."""
    bounds = _Bounds(name, size)
    head = stream.read(4)
    stream.seek(0)
    try:
        yield from (_zip if head.startswith(b"PK") else _tar)(stream, bounds)
    except UnreadableDocument as error:
        yield error
    except _DAMAGE as error:
        reason = " ".join(str(error).split())[:120]
        yield UnreadableDocument(f"{name}: a damaged archive ({type(error).__name__}: {reason})", hint="fetch it again")


@dataclass
class _Bounds:
    """How much of an archive has been read, and whether that is still within reason."""

    name: str
    size: int
    members: int = 0
    total: int = 0

    def count(self) -> None:
        self.members += 1
        if self.members > MEMBERS:
            raise UnreadableDocument(f"{self.name}: over {MEMBERS:,} members", hint="split the archive")

    def spent(self, length: int) -> None:
        self.total += length
        if self.total > TOTAL_BYTES or (self.total > _SMALL and self.total > RATIO * self.size):
            raise UnreadableDocument(
                f"{self.name}: an archive of {self.size:,} bytes unpacks to over {self.total - 1:,}",
                hint="it looks like an archive bomb; unpack and load it as a folder if you trust it",
            )

    def refusal(self, member: str, size: int) -> UnreadableDocument | None:
        """Why a member is not to be read, from its name and the size that it claims."""
        label = f"{self.name}!{member}"
        path = PurePosixPath(member.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or ":" in (path.parts or ("",))[0]:
            return UnreadableDocument(f"{label}: a name that leads out of the archive", hint="it was not read")
        if size > MEMBER_BYTES:
            return UnreadableDocument(f"{label}: {size:,} bytes, over {MEMBER_BYTES:,}", hint="split it")
        return None


def _zip(stream: IO[bytes], bounds: _Bounds) -> Iterator[RawFile | UnreadableDocument]:
    with zipfile.ZipFile(stream) as archive:
        names = set(archive.namelist())
        if "[Content_Types].xml" in names or "mimetype" in names:
            raise UnreadableDocument(f"{bounds.name}: an Office document", hint="save it as PDF or as text")
        for info in archive.infolist():
            bounds.count()
            if info.is_dir() or is_hidden(info.filename):
                continue
            label = f"{bounds.name}!{info.filename}"
            if refusal := bounds.refusal(info.filename, info.file_size):
                yield refusal
            elif info.flag_bits & 1:
                yield UnreadableDocument(f"{label}: encrypted", hint="unpack it first")
            else:
                yield _zip_member(archive, info, label, bounds)


def _zip_member(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, label: str, bounds: _Bounds
) -> RawFile | UnreadableDocument:
    """The member's contents: what it claims to hold is not trusted, so one byte more than the bound is asked for."""
    try:
        with archive.open(info) as member:
            content = member.read(MEMBER_BYTES + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        return UnreadableDocument(f"{label}: damaged ({error})", hint="fetch the archive again")
    bounds.spent(len(content))
    if len(content) > MEMBER_BYTES:
        return UnreadableDocument(f"{label}: over {MEMBER_BYTES:,} bytes", hint="split it")
    return RawFile(label, content)


def _tar(stream: IO[bytes], bounds: _Bounds) -> Iterator[RawFile | UnreadableDocument]:
    try:
        archive = tarfile.open(fileobj=_Metered(_unpacked(stream), bounds), mode="r|")  # noqa: SIM115 - closed below
    except tarfile.ReadError as error:
        raise UnreadableDocument(
            f"{bounds.name}: compressed, but no archive, or a damaged one", hint="unpack it first"
        ) from error
    with archive:
        for info in archive:
            bounds.count()
            if info.isdir() or is_hidden(info.name):
                continue
            label = f"{bounds.name}!{info.name}"
            if not info.isreg():
                yield UnreadableDocument(f"{label}: a link or a device", hint="it was not followed")
            elif refusal := bounds.refusal(info.name, info.size):
                yield refusal
            elif content := archive.extractfile(info):
                yield RawFile(label, content.read())


def _unpacked(stream: IO[bytes]) -> IO[bytes]:
    head = stream.read(6)
    stream.seek(0)
    if head.startswith(b"\x1f\x8b"):
        return cast(IO[bytes], gzip.open(stream))
    if head.startswith(b"BZh"):
        return cast(IO[bytes], bz2.open(stream))
    return cast(IO[bytes], lzma.open(stream)) if head.startswith(b"\xfd7zXZ") else stream


class _Metered(io.RawIOBase):
    """A stream that counts all that is unpacked through it, headers and skipped members too."""

    def __init__(self, stream: IO[bytes], bounds: _Bounds) -> None:
        self._stream = stream
        self._bounds = bounds

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        self._bounds.spent(len(data))
        return data


def is_hidden(name: str) -> bool:
    """Files that systems leave beside the user's own: `.DS_Store`, `__MACOSX/`, `.git/`."""
    return any((part.startswith(".") and part != "..") or part == "__MACOSX" for part in PurePosixPath(name).parts)
