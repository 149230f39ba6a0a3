"""Who is asking, what they may do and what they may see."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from time import monotonic
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPBearer
from starlette.concurrency import run_in_threadpool

from api.context import Context
from api.problems import Refused
from api.settings import Settings, is_loopback
from api.tokens import Role
from ontology.statement import Marking
from store.lookup import View

FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")
"""Headers of proxies: a request that came through one did not come from this machine, whatever its address says."""

bearer = HTTPBearer(auto_error=False, description="A token that `incidentgraph token` has made.")


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is asking."""

    name: str
    role: Role
    clearance: Marking

    def view(self, as_of: str | None = None) -> View:
        """The graph as they may see it, if need be as it was known on a day."""
        return View(self.clearance, as_of)


async def identify(request: Request) -> Principal:
    """Who is asking: the owner of the token, or anybody where that is enough; counts the request to their rate."""
    context: Context = request.app.state.context
    address = request.client.host if request.client else "unknown"
    try:
        principal = await _principal(request, context)
    except Refused:
        context.rates.take(f"address {address}")
        raise
    context.rates.take(f"address {address}" if principal.name == "anonymous" else f"token {principal.name}")
    request.scope["who"] = principal.name
    return principal


async def _principal(request: Request, context: Context) -> Principal:
    header = request.headers.get("authorization")
    if header is not None:
        scheme, _, secret = header.partition(" ")
        if scheme.lower() == "bearer" and secret.strip():
            if context.tokens.is_stale:
                await run_in_threadpool(context.tokens.refresh)
            token = context.tokens.find(secret.strip())
            if token is not None:
                return Principal(token.name, token.role, token.clearance)
        raise _unauthorized("the token is not valid", "`incidentgraph token` makes one")
    settings = context.settings
    if settings.anonymous == "always":
        return Principal("anonymous", Role.READER, settings.anonymous_clearance or Marking.CLEAR)
    if settings.anonymous == "loopback" and _is_local(request, settings):
        return Principal("anonymous", Role.READER, settings.anonymous_clearance or Marking.RED)
    raise _unauthorized("this needs a token", "send `Authorization: Bearer …`; `incidentgraph token` makes one")


def _is_local(request: Request, settings: Settings) -> bool:
    address = request.client.host if request.client else ""
    return settings.is_loopback and is_loopback(address) and not any(name in request.headers for name in FORWARDED)


def _unauthorized(message: str, hint: str) -> Refused:
    return Refused(401, message, hint=hint, headers={"WWW-Authenticate": "Bearer"})


Reader = Annotated[Principal, Depends(identify)]


async def _loader(principal: Reader) -> Principal:
    if principal.role.rank < Role.LOADER.rank:
        needs = "this needs a token with the role loader"
        if principal.name == "anonymous":
            raise _unauthorized(needs, "`incidentgraph token make NAME --role loader` makes one")
        raise Refused(403, needs, hint=f"yours has the role {principal.role}")
    return principal


Loader = Annotated[Principal, Depends(_loader)]


async def _cleared(principal: Reader) -> Principal:
    if principal.clearance is not Marking.RED:
        raise Refused(
            403,
            "a query of one's own needs clearance for TLP:RED",
            hint="it could reach every document; the look-ups under /v1 show what you are cleared for",
        )
    return principal


Cleared = Annotated[Principal, Depends(_cleared)]


class Rates:
    """A token bucket for each client, of which the least recently seen are forgotten."""

    REMEMBERED = 10_000

    def __init__(self, per_minute: int, burst: int) -> None:
        self._per_second = per_minute / 60
        self._burst = float(burst)
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, client: str) -> None:
        """Count one request of a client; raises `Refused` with 429 when they have made too many."""
        if not self._per_second:
            return
        now = monotonic()
        left, at = self._buckets.pop(client, (self._burst, now))
        left = min(self._burst, left + (now - at) * self._per_second)
        self._buckets[client] = (left - 1 if left >= 1 else left, now)
        if len(self._buckets) > self.REMEMBERED:
            self._buckets.popitem(last=False)
        if left < 1:
            wait = max(1, round((1 - left) / self._per_second))
            raise Refused(429, "too many requests", hint=f"wait {wait} s", headers={"Retry-After": str(wait)})
