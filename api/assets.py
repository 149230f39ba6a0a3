"""Files of a page, kept in memory: read and compressed once, and named by their content so that browsers keep them.

A page must not cost a look at the disk, nor be asked for again at every visit. Under
`/<folder>/<digest>/…` a file may be kept for ever, for another content has another digest; under `/<folder>/…` a
browser asks each time whether it is still the same.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
WORTH_PACKING = 1_000
"""Bytes from which a file is sent compressed."""
_TYPES = {".js": "text/javascript", ".mjs": "text/javascript"}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is sent."""

    body: bytes
    packed: bytes | None
    media_type: str
    etag: str

    @classmethod
    def of(cls, body: bytes, name: str) -> Asset:
        """The file of this content and name."""
        packed = gzip.compress(body, mtime=0) if len(body) >= WORTH_PACKING else None
        media_type = _TYPES.get(Path(name).suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
        return cls(body, packed, media_type, f'"{hashlib.sha256(body).hexdigest()[:20]}"')

    def response(self, request: Request, caching: str = ASK_AGAIN) -> Response:
        """The file, or 304 where the browser has it."""
        headers = {"etag": self.etag, "cache-control": caching, "vary": "Accept-Encoding"}
        if request.headers.get("if-none-match") == self.etag:
            return Response(status_code=304, headers=headers)
        if self.packed is not None and "gzip" in request.headers.get("accept-encoding", ""):
            return Response(self.packed, headers=headers | {"content-encoding": "gzip"}, media_type=self.media_type)
        return Response(self.body, headers=headers, media_type=self.media_type)


class Assets:
    """An application to mount: files by their paths."""

    def __init__(self, contents: Mapping[str, bytes]) -> None:
        self._files = {name: Asset.of(body, name) for name, body in contents.items()}
        whole = hashlib.sha256(repr(sorted((n, a.etag) for n, a in self._files.items())).encode())
        self.digest = whole.hexdigest()[:12]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"}:
            raise HTTPException(405)
        path = scope["path"].removeprefix(scope.get("root_path", "")).lstrip("/")
        name = path.removeprefix(f"{self.digest}/")
        asset = self._files.get(name)
        if asset is None:
            raise HTTPException(404)
        response = asset.response(Request(scope), FOR_EVER if name != path else ASK_AGAIN)
        await response(scope, receive, send)
