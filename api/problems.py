"""Every failure as a problem detail (RFC 9457): what went wrong, and what to do about it."""

from __future__ import annotations

import http
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError, ResponseValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from ontology.errors import IncidentGraphError

MEDIA_TYPE = "application/problem+json"
TOO_LARGE_HINT = "split it, or load it on the command line"
log = structlog.get_logger("api")


class Refused(IncidentGraphError):
    """A request that is turned down before anything is looked up, with an HTTP status of its own."""

    def __init__(self, status: int, message: str, *, hint: str = "", headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message, hint=hint)
        self.status = status
        self.headers = dict(headers or {})


@dataclass(frozen=True, slots=True)
class InvalidPart:
    """One part of a request that does not fit."""

    pointer: str = field(metadata={"description": "Where it is.", "examples": ["query/limit"]})
    detail: str = field(metadata={"description": "What is wrong with it.", "examples": ["Input should be at most 200"]})


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem detail as RFC 9457 has it."""

    type: str = field(metadata={"description": "What kind of problem.", "examples": ["urn:incidentgraph:not-found"]})
    title: str = field(metadata={"description": "The kind in words.", "examples": ["Not Found"]})
    status: int = field(metadata={"description": "HTTP status.", "examples": [404]})
    detail: str = field(metadata={"description": "What happened.", "examples": ["no entity has the id 'jlr'"]})
    instance: str = field(metadata={"description": "The path asked for.", "examples": ["/v1/entities/jlr"]})
    hint: str = field(
        default="", metadata={"description": "What to do.", "examples": ["search by name for the right id"]}
    )
    request_id: str = field(default="", metadata={"description": "Quote it when you ask the operator."})
    errors: list[InvalidPart] = field(default_factory=list, metadata={"description": "The parts that do not fit."})


_ADAPTED: dict[str, Any] = {"content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}


def problem_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The error responses of a route for OpenAPI: those that any route has, and these."""
    common = (400, 401, 403, 413, 414, 421, 422, 429, 431, 500, 503)
    return {
        status: {"description": http.HTTPStatus(status).phrase, **_ADAPTED} for status in sorted({*common, *statuses})
    }


def respond(
    request: Request,
    status: int,
    detail: str,
    *,
    hint: str = "",
    headers: Mapping[str, str] | None = None,
    errors: list[InvalidPart] | None = None,
) -> JSONResponse:
    """The problem as a response."""
    title = http.HTTPStatus(status).phrase
    body: dict[str, Any] = {
        "type": "urn:incidentgraph:" + title.lower().replace(" ", "-"),
        "title": title,
        "status": status,
        "detail": detail,
        "instance": request.url.path,
        "hint": hint,
        "request_id": request.scope.get("request_id", ""),
        "errors": [{"pointer": part.pointer, "detail": part.detail} for part in errors or []],
    }
    return JSONResponse(body, status, dict(headers or {}), MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Let the application answer every failure with a problem detail."""
    app.add_exception_handler(IncidentGraphError, _ours)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(ResponseValidationError, _unexpected)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unexpected)


def _ours(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, IncidentGraphError)
    headers = error.headers if isinstance(error, Refused) else {}
    if error.status == http.HTTPStatus.SERVICE_UNAVAILABLE:
        headers = {"Retry-After": "5"} | headers
    return respond(request, error.status, error.message, hint=error.hint, headers=headers)


def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    if any(each["type"] == "json_invalid" for each in error.errors()):
        return respond(request, 400, "the body is not JSON that can be read", hint="check it with a JSON validator")
    errors = [
        InvalidPart("/".join(str(part) for part in each["loc"])[:200], str(each["msg"])[:500])
        for each in error.errors()[:20]
    ]
    detail = "; ".join(f"{part.pointer}: {part.detail}" for part in errors[:3]) or "the request does not fit"
    return respond(request, 422, detail, hint="/docs describes each route", errors=errors)


def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    known = {
        404: ("there is nothing at this path", "/docs lists the routes"),
        405: (f"{request.method} is not for this path", "the Allow header tells the methods that are"),
    }
    hints = {413: TOO_LARGE_HINT}
    detail, hint = known.get(error.status_code, (str(error.detail), hints.get(error.status_code, "")))
    return respond(request, error.status_code, detail, hint=hint, headers=error.headers)


def _unexpected(request: Request, error: Exception) -> JSONResponse:
    log.error("unexpected", path=request.url.path, request_id=request.scope.get("request_id"), exc_info=error)
    return respond(request, 500, "something went wrong on the server", hint="its log has the request_id")
