"""What stands in front of every route: bounds on requests, checks of where they come from, headers of answers."""

from __future__ import annotations

import re
import secrets
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit

import structlog
from fastapi import HTTPException
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.metrics import Metrics
from api.problems import TOO_LARGE_HINT, Refused, respond
from api.settings import Settings

log = structlog.get_logger("api.audit")

JSON_BODY_BYTES = 1_000_000
"""Largest body of a request that is not an upload."""
HEADER_BYTES = 32_000
"""Most bytes of the names and values of a request's headers."""

SECURITY_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
PUBLIC = ("/browser/",)
"""Paths of files that pages of any origin may read: style sheets and guides for Neo4j Browser."""
QUIET = frozenset({"/health", "/ready", "/metrics"})
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


class Observe:
    """Gives each request an id, each answer its security headers, and the audit log and the metrics a line each."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = Headers(scope=scope).get("x-request-id", "")
        scope["request_id"] = request_id if _REQUEST_ID.fullmatch(request_id) else secrets.token_hex(8)
        started = perf_counter()
        method, status = scope["method"], 0

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["x-request-id"] = scope["request_id"]
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
                if scope["path"].startswith(("/v1/", "/sparql")):
                    headers.setdefault("cache-control", "no-store")
                    headers.add_vary_header("Accept, Authorization")
            await send(message)

        with self._metrics.in_progress.track_inprogress():
            try:
                await self._app(scope, receive, answer)
            except Exception:
                log.exception("unexpected", path=scope["path"], request_id=scope["request_id"])
                if status:
                    raise
                problem = respond(
                    Request(scope), 500, "something went wrong on the server", hint="its log has the request_id"
                )
                await problem(scope, receive, answer)
            finally:
                self._note(scope, method, status, perf_counter() - started)

    def _note(self, scope: Scope, method: str, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "") or "other"
        self._metrics.observe(method, route, status, seconds)
        note = log.debug if scope["path"] in QUIET else log.info
        note(
            "request",
            request_id=scope["request_id"],
            who=scope.get("who", ""),
            address=scope["client"][0] if scope.get("client") else "",
            method=method,
            path=scope["path"][:500],
            query=scope["query_string"].decode("latin-1")[:1_000],
            status=status,
            ms=round(seconds * 1_000, 1),
            **scope.get("audit", {}),
        )


def audit(request: Request, **what: Any) -> None:
    """Add to the line that the audit log gets for this request, `rows` for instance."""
    request.scope.setdefault("audit", {}).update(what)


class Guard:
    """Refuses what is too large, is addressed to another host (DNS rebinding) or comes from another site's page."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        try:
            self._check(request)
        except Refused as refusal:
            answer = respond(request, refusal.status, refusal.message, hint=refusal.hint, headers=refusal.headers)
            await answer(scope, receive, send)
            return
        origin = self._cors(request)
        if origin and request.method == "OPTIONS" and "access-control-request-method" in request.headers:
            await _preflight(origin)(scope, receive, send)
            return
        if request.method == "HEAD":
            # Routes are declared for GET, and HEAD is the same without the body (RFC 9110, 9.3.2).
            scope["method"] = "GET"
            send = _without_body(send)
        await self._app(scope, _bounded(receive, self._largest(request)), _allowing(send, origin) if origin else send)

    def _check(self, request: Request) -> None:
        settings, headers = self._settings, request.headers
        if len(request.scope["raw_path"] or b"") + len(request.scope["query_string"]) > settings.max_url_bytes:
            raise Refused(
                414, f"the address is longer than {settings.max_url_bytes} bytes", hint="ask for less at once"
            )
        if sum(len(name) + len(value) for name, value in headers.raw) > HEADER_BYTES:
            raise Refused(431, f"the headers are longer than {HEADER_BYTES} bytes", hint="send fewer or shorter ones")
        if _host_name(headers.get("host", "")) not in settings.hosts:
            raise Refused(421, "this server does not answer to that host name", hint="set INCIDENTGRAPH_ALLOWED_HOSTS")
        if not self._is_welcome(request):
            raise Refused(403, "pages of other sites may not call this API", hint="set INCIDENTGRAPH_CORS_ORIGINS")
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > self._largest(request):
            raise _too_large(self._largest(request))

    def _is_welcome(self, request: Request) -> bool:
        """Whether a browser sends this for our own page, for one that was let in, or for the user in person."""
        if request.url.path.startswith(PUBLIC) and request.method in {"GET", "HEAD", "OPTIONS"}:
            return True
        origin = request.headers.get("origin")
        if origin is None:
            return request.method in {"GET", "HEAD"} or request.headers.get("sec-fetch-site", "none") in {
                "none",
                "same-origin",
            }
        return origin in self._settings.cors_origins or _is_same(origin, request)

    def _cors(self, request: Request) -> str | None:
        """The origin that the browser is told may read the answer."""
        origin = request.headers.get("origin")
        if origin is None:
            return None
        if request.url.path.startswith(PUBLIC):
            return "*"
        return origin if origin in self._settings.cors_origins else None

    def _largest(self, request: Request) -> int:
        return self._settings.max_body_bytes if request.url.path == "/v1/documents" else JSON_BODY_BYTES


def _host_name(host: str) -> str:
    """The name in a Host header, in lower case, without the port.

    >>> _host_name("LocalHost:8000"), _host_name("[::1]:8000")
    ('localhost', '::1')
    """
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.partition(":")[0].lower()


def _is_same(origin: str, request: Request) -> bool:
    return urlsplit(origin).netloc.lower() == request.headers.get("host", "").lower()


def _too_large(limit: int) -> Refused:
    return Refused(413, f"the body is larger than {limit} bytes", hint=TOO_LARGE_HINT)


def _bounded(receive: Receive, limit: int) -> Receive:
    """`receive` that refuses a body which turns out to be larger than it said."""
    seen = 0

    async def bounded() -> Message:
        nonlocal seen
        message = await receive()
        if message["type"] == "http.request":
            seen += len(message.get("body", b""))
            if seen > limit:
                raise HTTPException(413, f"the body is larger than {limit} bytes")  # the kind that FastAPI lets through
        return message

    return bounded


def _without_body(send: Send) -> Send:
    async def bare(message: Message) -> None:
        if message["type"] == "http.response.body":
            message["body"] = b""
        await send(message)

    return bare


def _allowing(send: Send, origin: str) -> Send:
    async def allowing(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["access-control-allow-origin"] = origin
            headers["access-control-expose-headers"] = "X-Request-ID, Location, Retry-After, Link"
            headers.add_vary_header("Origin")
        await send(message)

    return allowing


def _preflight(origin: str) -> ASGIApp:
    # Neo4j Browser adds tracing headers of its own when it fetches a style sheet or a guide.
    allowed = "*" if origin == "*" else "Authorization, Content-Type, Accept, X-Request-ID"
    return Response(
        status_code=204,
        headers={
            "access-control-allow-origin": origin,
            "access-control-allow-methods": "GET, HEAD, POST, DELETE",
            "access-control-allow-headers": allowed,
            "access-control-max-age": "600",
            "vary": "Origin",
        },
    )
