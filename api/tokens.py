"""Tokens: given out once, kept as hashes, each with a role and a clearance."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import hmac
import json
import os
import secrets
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from time import monotonic
from typing import Any

from ontology.errors import IncidentGraphError, NotFound
from ontology.statement import Marking

PREFIX = "igt_"


class Role(StrEnum):
    """What a token may do, each role including those before it."""

    READER = "reader"
    LOADER = "loader"
    ADMIN = "admin"

    @property
    def rank(self) -> int:
        """Position in the order of power: 0 may only read."""
        return list(Role).index(self)


class InvalidTokens(IncidentGraphError):
    """A file of tokens that cannot be read or written."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token as it is kept: `digest` is the SHA-256 of the secret, which has 256 random bits of its own."""

    name: str
    role: Role
    clearance: Marking
    digest: str
    created_at: str
    expires_at: str | None = None

    @property
    def is_expired(self) -> bool:
        """True once its time is over."""
        return self.expires_at is not None and datetime.fromisoformat(self.expires_at) <= datetime.now(UTC)

    def to_json(self) -> dict[str, Any]:
        """As the file keeps it."""
        return {
            "name": self.name,
            "role": self.role.value,
            "clearance": self.clearance.value,
            "digest": self.digest,
            "created_at": self.created_at,
            "expires_at": self.expires_at,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Token:
        """The inverse of `to_json`."""
        return cls(
            str(data["name"]),
            Role(data["role"]),
            Marking(data["clearance"]),
            str(data["digest"]),
            str(data["created_at"]),
            data.get("expires_at"),
        )


class TokenFile:
    """The tokens of one installation, in a file that only its owner may read.

    What `find` knows is as old as the last `refresh`, which a server does once a second, so that a token made or
    revoked on the command line counts at once and no request waits for a disk.
    """

    FRESH_FOR = 1.0

    def __init__(self, path: Path) -> None:
        self._path = path
        self._tokens: dict[str, Token] = {}
        self._stamp: tuple[int, int] | None = None
        self._checked_at: float | None = None

    @property
    def is_stale(self) -> bool:
        """Whether the file should be looked at again."""
        return self._checked_at is None or monotonic() - self._checked_at > self.FRESH_FOR

    def refresh(self) -> None:
        """Read the file again if it has changed."""
        try:
            at = self._path.stat()
        except FileNotFoundError:
            self._tokens, self._stamp = {}, None
        else:
            stamp = (at.st_mtime_ns, at.st_size)
            if stamp != self._stamp:
                self._tokens = self._read()
                self._stamp = stamp
        self._checked_at = monotonic()

    def find(self, secret: str) -> Token | None:
        """The token with this secret, if it is a valid one."""
        digest = hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
        found = None
        for token in self._tokens.values():
            if hmac.compare_digest(token.digest, digest):
                found = token
        return None if found is None or found.is_expired else found

    def all(self) -> list[Token]:
        """All tokens as the file has them now, in the order in which they were made."""
        self.refresh()
        return list(self._tokens.values())

    def make(self, name: str, role: Role, clearance: Marking, *, expires_at: datetime | None = None) -> str:
        """Make a token and give its secret, which is kept nowhere; a name that is taken raises `InvalidTokens`."""
        secret = PREFIX + secrets.token_urlsafe(32)
        digest = hashlib.sha256(secret.encode()).hexdigest()
        now = datetime.now(UTC).replace(microsecond=0)
        until = expires_at.astimezone(UTC).isoformat() if expires_at else None
        with self._changing() as tokens:
            if name in tokens:
                raise InvalidTokens(f"there is a token named {name!r}", hint="revoke it first, or choose another name")
            tokens[name] = Token(name, role, clearance, digest, now.isoformat(), until)
        return secret

    def revoke(self, name: str) -> None:
        """Take a token back by its name; raises `NotFound` when there is none."""
        with self._changing() as tokens:
            if tokens.pop(name, None) is None:
                raise NotFound(f"no token is named {name!r}", hint="`incidentgraph token list` shows them")

    @contextlib.contextmanager
    def _changing(self) -> Iterator[dict[str, Token]]:
        """The tokens to change, written when all went well; of two processes the later one waits for the earlier."""
        lock = self._path.with_name(f"{self._path.name}.lock")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            file = lock.open("ab")
        except OSError as error:
            raise InvalidTokens(f"cannot write the tokens to {self._path}", hint=error.strerror or "") from error
        with file:
            fcntl.flock(file, fcntl.LOCK_EX)
            tokens = {token.name: token for token in self.all()}
            yield tokens
            self._write(tokens)

    def _read(self) -> dict[str, Token]:
        try:
            rows = json.loads(self._path.read_text("utf-8"))["tokens"]
            return {token.name: token for token in map(Token.from_json, rows)}
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InvalidTokens(
                f"cannot read the tokens in {self._path}", hint="restore the file or remove it"
            ) from error

    def _write(self, tokens: dict[str, Token]) -> None:
        """Replace the file at once, so that a reader never meets half of it."""
        text = json.dumps({"tokens": [token.to_json() for token in tokens.values()]}, indent=2)
        try:
            handle, name = tempfile.mkstemp(dir=self._path.parent, prefix=self._path.name)
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as file:
                    file.write(text)
                Path(name).replace(self._path)
            except OSError:
                with contextlib.suppress(OSError):
                    Path(name).unlink()
                raise
        except OSError as error:
            raise InvalidTokens(f"cannot write the tokens to {self._path}", hint=error.strerror or "") from error
        self._stamp = None
