"""Uploads that are read one after the other, each with its progress."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from threading import Lock

import structlog

from api.metrics import Metrics
from api.problems import Refused
from ontology.errors import IncidentGraphError
from ontology.statement import Marking

log = structlog.get_logger("api.jobs")

REMEMBERED = 1_000
"""How many jobs that are over can still be asked about."""


UNTOLD = "null to who may not see all documents"
"""Of a number that would tell what the hidden ones know."""


class State(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Added:
    """What one document brought."""

    document: str = field(metadata={"description": "Id of the document.", "examples": ["doc-0f3a5c1e2b7d"]})
    title: str = field(metadata={"description": "Its title.", "examples": ["Car plants restart in phases"]})
    statements: int = field(metadata={"description": "Statements that it makes.", "examples": [42]})
    statements_added: int = field(metadata={"description": "Statements that are new.", "examples": [42]})
    entities_added: int | None = field(metadata={"description": f"Entities that are new; {UNTOLD}.", "examples": [17]})
    relationships_added: int | None = field(
        metadata={"description": f"Links that are new; {UNTOLD}.", "examples": [29]}
    )
    unchanged: bool = field(metadata={"description": "Whether all was there already.", "examples": [False]})


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an upload was not loaded."""

    status: int = field(metadata={"description": "The HTTP status that says the same.", "examples": [422]})
    detail: str = field(metadata={"description": "What happened.", "examples": ["the PDF is cut short"]})
    hint: str = field(metadata={"description": "What to do.", "examples": ["save it again"]})


@dataclass(frozen=True, slots=True)
class Job:
    """One upload on its way into the graph."""

    id: str = field(metadata={"description": "Id of the job.", "examples": ["job-5f0c9b1d2e3a"]})
    state: State = field(metadata={"description": "Where it stands.", "examples": ["running"]})
    stage: str = field(metadata={"description": "What is being done.", "examples": ["extracting"]})
    done: int = field(metadata={"description": "Steps that are done.", "examples": [1]})
    total: int = field(metadata={"description": "Steps in all.", "examples": [3]})
    name: str = field(metadata={"description": "Name of the file.", "examples": ["report.pdf"]})
    created_at: str = field(metadata={"description": "When it came in.", "examples": ["2025-10-08T09:30:00+00:00"]})
    documents: list[Added] = field(default_factory=list, metadata={"description": "What it has brought so far."})
    failure: Failure | None = field(default=None, metadata={"description": "Why it failed, if it did."})


Report = Callable[[str, int], None]
"""Tells the name of the stage that begins and how many are done."""
Work = Callable[[Report], Iterable[Added]]
"""Loads one report after the other, telling how far it is."""

STAGES = ("reading", "extracting", "storing")


class Jobs:
    """A queue of uploads with one worker: reading is work for the processor, and a store takes one load at a time."""

    def __init__(self, queue: int, metrics: Metrics) -> None:
        self._queue = queue
        self._metrics = metrics
        self._lock = Lock()
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._owners: dict[str, tuple[str, Marking]] = {}
        self._pool = ThreadPoolExecutor(1, "upload")

    def submit(self, name: str, owner: str, clearance: Marking, work: Work, *, patience: float) -> Job:
        """Take an upload in, wait a little for it, and give the job as it then stands.

        Raises `Refused` with 429 when too many are waiting.
        """
        job = Job(
            id="job-" + secrets.token_hex(12),
            state=State.QUEUED,
            stage="waiting",
            done=0,
            total=len(STAGES),
            name=name[:200],
            created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        )
        with self._lock:
            waiting = sum(each.state in {State.QUEUED, State.RUNNING} for each in self._jobs.values())
            if waiting >= self._queue:
                raise Refused(429, "too many uploads are waiting", hint="try again soon", headers={"Retry-After": "10"})
            self._jobs[job.id] = job
            self._owners[job.id] = owner, clearance
            self._forget()
        future: Future[None] = self._pool.submit(self._run, job.id, work)
        wait([future], timeout=patience)
        return self._jobs[job.id]

    def get(self, job_id: str, owner: str | None, clearance: Marking) -> Job | None:
        """A job by id, if it is the owner's; with None as owner, anybody's who was cleared for no more than that."""
        with self._lock:
            sender, their_clearance = self._owners.get(job_id, (None, Marking.RED))
            if (owner is not None and sender != owner) or their_clearance.rank > clearance.rank:
                return None
            return self._jobs.get(job_id)

    def close(self) -> None:
        """Finish the upload that is being read, and drop those that wait."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _run(self, job_id: str, work: Work) -> None:
        def report(stage: str, done: int) -> None:
            self._change(job_id, state=State.RUNNING, stage=stage, done=done)

        documents: list[Added] = []
        try:
            for added in work(report):
                documents.append(added)
                self._change(job_id, documents=list(documents))  # these stay, should a later one fail
        except IncidentGraphError as error:
            self._fail(job_id, Failure(error.status, error.message, error.hint))
        except Exception:  # one upload must never end the worker of all
            log.exception("unexpected", job=job_id)
            self._fail(job_id, Failure(500, "something went wrong on the server", "its log has the job's id"))
        else:
            self._change(job_id, state=State.DONE, stage="done", done=len(STAGES))
        job = self._jobs[job_id]
        self._metrics.jobs.labels(job.state.value).inc()
        # the audit line of the request may have been written long before
        log.info(
            "upload",
            job=job_id,
            who=self._owners[job_id][0],
            state=job.state.value,
            documents=[added.document for added in job.documents],
            rows=sum(added.statements_added for added in job.documents),
            detail=job.failure.detail if job.failure else "",
        )

    def _fail(self, job_id: str, failure: Failure) -> None:
        self._change(job_id, state=State.FAILED, stage="failed", failure=failure)

    def _change(self, job_id: str, **changes: object) -> None:
        with self._lock:
            self._jobs[job_id] = replace(self._jobs[job_id], **changes)  # type: ignore[arg-type]

    def _forget(self) -> None:
        over = [id_ for id_, job in self._jobs.items() if job.state in {State.DONE, State.FAILED}]
        for id_ in over[: max(0, len(self._jobs) - REMEMBERED)]:
            del self._jobs[id_], self._owners[id_]
