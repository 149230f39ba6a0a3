"""Documents: read, load, take back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated

import structlog
from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from api.access import Loader, Principal, Reader
from api.context import Context, Graph, Shared
from api.formats import TABLES, as_json, choose, page, responses
from api.guard import audit
from api.jobs import STAGES, UNTOLD, Added, Job, Report, State
from api.parameters import Nothing, OnePage, Text
from api.parameters import Query as Parameters
from api.problems import Refused, problem_responses
from api.tables import DOCUMENTS
from api.tokens import Role
from loaders import read_bytes, understand
from ontology.errors import NotFound
from ontology.statement import Marking
from store import lookup
from store.base import Store
from store.lookup import Page, View
from store.lookup.values import DocumentDetail, DocumentSummary

router = APIRouter(prefix="/v1", tags=["documents"])
log = structlog.get_logger("api.documents")

DocumentId = Annotated[
    Text,
    Path(
        min_length=1,
        max_length=200,
        description="Id of a document, `doc-…`.",
        examples=["doc-0f3a5c1e2b7d40968a1c2e3f"],
    ),
]
JobId = Annotated[
    Text, Path(max_length=200, description="Id of an upload, `job-…`.", examples=["job-5f0c9b1d2e3a4b5c6d7e8f90"])
]
MOST_FILES = 20
EXAMPLE = "Dairy stops bottling\n\nHackers attacked Osterhaus Foods on 3 March 2024, the company said."
READABLE = frozenset({"", "application/octet-stream", "application/pdf", "application/xhtml+xml"})
"""Media types of a report besides those of texts; what it is, its bytes tell."""


class Upload(Parameters):
    """What is known of a report besides its text."""

    name: Text = Field(default="", max_length=200, description="Name of the file, where the body is the file itself.")
    marking: Marking | None = Field(
        default=None,
        description="Traffic Light Protocol marking, where the report has no stricter one; without it, a report that "
        "is stored already keeps the one that it has.",
    )


@dataclass(frozen=True, slots=True)
class Retracted:
    """What taking a document back removed."""

    document: str = field(metadata={"description": "Id of the document.", "examples": ["doc-0f3a5c1e2b7d"]})
    statements_removed: int = field(metadata={"description": "Its statements.", "examples": [42]})
    entities_removed: int | None = field(
        metadata={"description": f"Entities that no other document mentions; {UNTOLD}.", "examples": [17]}
    )
    relationships_removed: int | None = field(
        metadata={"description": f"Links that no other document supports; {UNTOLD}.", "examples": [29]}
    )


@router.get(
    "/documents",
    summary="List documents",
    response_model=Page[DocumentSummary],
    responses=responses(*TABLES) | problem_responses(406),
)
def documents(request: Request, store: Graph, principal: Reader, query: Annotated[OnePage, Query()]) -> Response:
    """The documents, the latest published first."""
    wanted = choose(request, query.format, TABLES)
    found = lookup.documents(store, principal.view(), limit=query.limit, cursor=query.cursor)
    audit(request, rows=len(found.items))
    return page(request, wanted, found, DOCUMENTS, Page[DocumentSummary])


@router.get(
    "/documents/{document_id}",
    summary="One document",
    response_model=DocumentDetail,
    responses=problem_responses(404),
)
def document(
    request: Request, store: Graph, principal: Reader, document_id: DocumentId, _: Annotated[Nothing, Query()]
) -> Response:
    """Its text, and where each of its statements stands in it."""
    found = lookup.document(store, principal.view(), document_id)
    audit(request, rows=len(found.statements))
    return as_json(found, DocumentDetail)


@router.post(
    "/documents",
    summary="Load reports",
    status_code=201,
    response_model=Job,
    responses={**problem_responses(415), 202: {"description": "It takes longer: ask for the job.", "model": Job}},
    openapi_extra={
        "requestBody": {
            "required": True,
            "description": "Text, Markdown, HTML or PDF: the file itself, or a form with one or more files.",
            "content": {
                "multipart/form-data": {
                    "schema": {
                        "type": "object",
                        "required": ["file"],
                        "properties": {"file": {"type": "string", "format": "binary"}},
                    },
                    "example": {"file": EXAMPLE},
                },
                **{
                    kind: {"schema": {"type": "string", "format": "binary"}, "example": EXAMPLE}
                    for kind in ("text/plain", "text/markdown", "text/html", "application/pdf")
                },
            },
        }
    },
)
async def load(request: Request, context: Shared, principal: Loader, query: Annotated[Upload, Query()]) -> Response:
    """Reads the reports, finds their statements and stores them: each wholly or not at all. No address is fetched.

    The role loader is needed. A report that takes long becomes a job, whose progress `/v1/jobs/{id}` tells.
    """
    _refuse_above(principal, query.marking or Marking.CLEAR)
    files = await _files(request, query)
    name = ", ".join(name for name, _ in files)

    def work(report: Report) -> Iterator[Added]:
        return (_load(context, principal, file, query.marking, report) for file in files)

    job = await run_in_threadpool(
        context.jobs.submit, name, principal.name, principal.clearance, work, patience=context.settings.upload_seconds
    )
    audit(request, job=job.id, files=len(files), bytes=sum(len(content) for _, content in files))
    if job.failure is not None:
        stored = f"; the {len(job.documents)} before it of {len(files)} are stored" if len(files) > 1 else ""
        raise Refused(job.failure.status, job.failure.detail, hint=job.failure.hint + stored)
    if job.state is State.DONE:
        headers = {"Location": f"/v1/documents/{job.documents[0].document}"}
        return as_json(job, Job, 201, headers)
    return as_json(job, Job, 202, {"Location": f"/v1/jobs/{job.id}", "Retry-After": "1"})


@router.get(
    "/jobs/{job_id}",
    summary="Progress of an upload",
    response_model=Job,
    responses=problem_responses(404),
)
async def job(context: Shared, principal: Loader, job_id: JobId, _: Annotated[Nothing, Query()]) -> Response:
    """Where an upload stands; only who sent it and admins with its clearance may ask."""
    owner = None if principal.role is Role.ADMIN else principal.name
    found = context.jobs.get(job_id, owner, principal.clearance)
    if found is None:
        raise NotFound("there is no such upload of yours", hint="jobs are forgotten when the server stops")
    return as_json(found, Job)


@router.delete(
    "/documents/{document_id}",
    summary="Take a document back",
    response_model=Retracted,
    responses=problem_responses(404),
)
def retract(
    request: Request, store: Graph, principal: Loader, document_id: DocumentId, _: Annotated[Nothing, Query()]
) -> Response:
    """Removes a document, its statements, and just what no other document supports. The role loader is needed."""
    title = lookup.document(store, principal.view(), document_id).title
    gone = store.retract(document_id)
    audit(request, document=document_id, title=title[:200], rows=gone.statements_removed)
    return as_json(
        Retracted(
            document_id,
            gone.statements_removed,
            _told(principal, gone.entities_removed),
            _told(principal, gone.relationships_removed),
        ),
        Retracted,
    )


async def _files(request: Request, query: Upload) -> Sequence[tuple[str, bytes]]:
    """The files of a form, or the body as the one file."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        async with request.form(max_files=MOST_FILES, max_fields=MOST_FILES) as form:
            parts = [part for _, part in form.multi_items() if isinstance(part, UploadFile)]
            files = [(part.filename or query.name or "upload", await part.read()) for part in parts]
        if not files:
            raise Refused(422, "the form has no file", hint="name the field `file`")
        return files
    if not (kind.startswith("text/") or kind in READABLE):
        raise Refused(415, f"a report cannot be sent as {kind}", hint="send text, Markdown, HTML, PDF or a form")
    content = await request.body()
    if not content:
        raise Refused(422, "the body is empty", hint="send the report itself, or a form with a file")
    if kind == "application/pdf" and b"%PDF-" not in content[:1024]:
        raise Refused(422, "the body is no PDF", hint="send it as what it is, text/plain for instance")
    return [(query.name or "upload", content)]


def _load(
    context: Context, principal: Principal, file: tuple[str, bytes], marking: Marking | None, report: Report
) -> Added:
    """One report from its bytes into the store, under the stricter of its own marking and the one it is sent with."""
    store = context.store
    report(STAGES[0], 0)
    found = read_bytes(*file)
    stored = _stored_marking(store, principal.view(), found.id)
    known = [each for each in (found.marking, marking or stored) if each]
    found = replace(found, marking=max(known, key=lambda each: each.rank))
    _refuse_above(principal, found.marking)
    report(STAGES[1], 1)
    understood = understand(found, assistant=context.assistant)
    statements = understood.statements
    if understood.notes:
        log.warning("assistant", document=found.id, notes=understood.notes)
    report(STAGES[2], 2)
    summary = store.load(found, statements)
    return Added(
        document=found.id,
        title=found.title,
        statements=len(statements),
        statements_added=summary.statements_added,
        entities_added=_told(principal, summary.entities_added),
        relationships_added=_told(principal, summary.relationships_added),
        unchanged=summary.unchanged,
    )


def _told(principal: Principal, number: int) -> int | None:
    """A number that hangs on all documents, to who may see them all: it would tell the others what those know."""
    return number if principal.view().is_full else None


def _refuse_above(principal: Principal, marking: Marking) -> None:
    if marking.rank > principal.clearance.rank:
        raise Refused(403, f"your token is not cleared for {marking.value}", hint="ask an admin to load the report")


def _stored_marking(store: Store, view: View, document_id: str) -> Marking | None:
    """The marking of a text that is stored already; who may not see it must not mark it down by sending it again."""
    there = store.read("MATCH (d:Document {id: $id}) RETURN d.marking AS marking", {"id": document_id})
    if there and there[0]["marking"] not in view.markings:
        raise Refused(403, "your token is not cleared to load this report", hint="ask an admin")
    return Marking(there[0]["marking"]) if there else None
