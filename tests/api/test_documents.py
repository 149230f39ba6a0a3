"""Reports are loaded and taken back over HTTP: wholly or not at all, with progress, by those who may."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from structlog.testing import capture_logs

from api.app import create_app
from api.settings import Settings
from api.tokens import Role, TokenFile
from loaders import LoadedDocument
from loaders.llm import Assistant, ModelSettings
from ontology.statement import Document, Marking
from store import Store
from tests.api.conftest import HERE, bearing, client_of
from tests.loaders.llm.server import serving
from tests.store.lookup.cases import load_world

REPORT = """Warehouse robots stand still after break-in

Hackers attacked Kestrel Foods on 3 March 2024, the company said. Kestrel Foods is owned by Harbour Group.
The gang LockBit claimed responsibility for the attack.
"""
HTML = (
    "<html><head><title>Robots</title><script>alert(1)</script></head>"
    f"<body><article>{REPORT * 3}</article></body></html>"
)


@pytest.fixture(autouse=True)
def _world_again(world: Store) -> Iterator[None]:
    yield
    load_world(world)


def send(client: TestClient, secret: str, content: str | bytes, kind: str = "text/plain", **parameters: Any) -> Any:
    headers = bearing(secret) | {"Content-Type": kind}
    return client.post("/v1/documents", content=content, headers=headers, params=parameters)


def test_a_report_becomes_part_of_the_graph_and_goes_again(closed: TestClient, secrets: dict[str, str]) -> None:
    answer = send(closed, secrets["open loader"], REPORT, name="robots.txt")
    assert answer.status_code == 201, answer.text
    job = answer.json()
    assert (job["state"], job["done"], job["name"]) == ("done", job["total"], "robots.txt")
    added = job["documents"][0]
    assert added["statements_added"] == added["statements"] > 0
    reader = bearing(secrets["open reader"])
    document = closed.get(answer.headers["location"], headers=reader).json()
    for statement in document["statements"]:
        assert document["body"][statement["start"] : statement["end"]] == statement["quote"]
    assert closed.get("/v1/entities?q=kestrel", headers=reader).json()["items"]

    again = send(closed, secrets["open loader"], REPORT).json()["documents"][0]
    assert (again["unchanged"], again["statements_added"]) == (True, 0)

    gone = closed.delete(answer.headers["location"], headers=bearing(secrets["open loader"]))
    assert gone.json()["statements_removed"] == added["statements"]
    assert closed.get(answer.headers["location"], headers=reader).status_code == 404
    assert not [e for e in closed.get("/v1/entities?q=kestrel", headers=reader).json()["items"] if "kestrel" in e["id"]]


def test_what_hidden_documents_know_is_not_told_by_numbers(closed: TestClient, secrets: dict[str, str]) -> None:
    for who, is_told in (("open loader", False), ("admin", True)):
        answer = send(closed, secrets[who], REPORT)
        gone = closed.delete(answer.headers["location"], headers=bearing(secrets[who])).json()
        added = answer.json()["documents"][0]
        numbers = [added["entities_added"], added["relationships_added"]]
        numbers += [gone["entities_removed"], gone["relationships_removed"]]
        assert all(numbers) if is_told else numbers == [None] * 4


@pytest.mark.parametrize(
    ("content", "kind", "name"),
    [
        (REPORT, "text/markdown", "robots.md"),
        (HTML, "text/html", "robots.html"),
        (REPORT, "application/octet-stream", ""),
    ],
)
def test_formats_are_told_by_their_content(
    closed: TestClient, secrets: dict[str, str], content: str, kind: str, name: str
) -> None:
    answer = send(closed, secrets["loader"], content, kind, name=name)
    assert answer.status_code == 201, answer.text
    body = closed.get(answer.headers["location"], headers=bearing(secrets["loader"])).json()["body"]
    assert "alert(1)" not in body
    assert "Kestrel Foods" in body


def test_a_form_carries_several_files(closed: TestClient, secrets: dict[str, str]) -> None:
    files = [("file", ("one.txt", REPORT)), ("file", ("two.txt", REPORT.replace("Kestrel", "Osprey")))]
    answer = closed.post("/v1/documents", files=files, headers=bearing(secrets["loader"]))
    assert answer.status_code == 201, answer.text
    assert len(answer.json()["documents"]) == 2


def test_of_several_files_those_before_a_bad_one_stay(closed: TestClient, secrets: dict[str, str]) -> None:
    files = [("file", ("one.txt", REPORT)), ("file", ("two.pdf", b"%PDF-1.7 cut short"))]
    answer = closed.post("/v1/documents", files=files, headers=bearing(secrets["loader"]))
    assert answer.status_code == 422
    assert "the 1 before it of 2 are stored" in answer.json()["hint"]
    assert closed.get("/v1/entities?q=kestrel", headers=bearing(secrets["full reader"])).json()["items"]


def test_a_marking_hides_what_is_loaded_with_it(closed: TestClient, secrets: dict[str, str]) -> None:
    answer = send(closed, secrets["loader"], REPORT, marking="TLP:RED")
    path = answer.headers["location"]
    assert closed.get(path, headers=bearing(secrets["full reader"])).json()["marking"] == "TLP:RED"
    assert closed.get(path, headers=bearing(secrets["open reader"])).status_code == 404
    assert send(closed, secrets["open loader"], REPORT).status_code == 403
    assert closed.get(path, headers=bearing(secrets["full reader"])).json()["marking"] == "TLP:RED"


def test_a_marking_within_the_report_is_kept_unless_a_stricter_one_is_given(
    closed: TestClient, secrets: dict[str, str]
) -> None:
    own = f"MARKING: TLP:AMBER\n\n{REPORT}"
    refused = send(closed, secrets["open loader"], own)
    assert (refused.status_code, "TLP:AMBER" in refused.json()["detail"]) == (403, True)
    for given, stored in ((None, "TLP:AMBER"), ("TLP:GREEN", "TLP:AMBER"), ("TLP:RED", "TLP:RED")):
        answer = send(closed, secrets["loader"], own, **({"marking": given} if given else {}))
        path = answer.headers["location"]
        assert closed.get(path, headers=bearing(secrets["full reader"])).json()["marking"] == stored
        assert closed.get(path, headers=bearing(secrets["open reader"])).status_code == 404


def test_a_report_that_is_sent_again_keeps_its_marking_unless_another_is_given(
    closed: TestClient, secrets: dict[str, str]
) -> None:
    for given, stored in (("TLP:AMBER", "TLP:AMBER"), (None, "TLP:AMBER"), ("TLP:CLEAR", "TLP:CLEAR")):
        answer = send(closed, secrets["loader"], REPORT, **({"marking": given} if given else {}))
        kept = closed.get(answer.headers["location"], headers=bearing(secrets["full reader"])).json()
        assert kept["marking"] == stored


def test_an_upload_is_told_only_to_admins_who_are_cleared_as_its_sender(
    closed: TestClient, secrets: dict[str, str], tokens_file: Path
) -> None:
    job = send(closed, secrets["loader"], REPORT, marking="TLP:RED").json()["id"]
    low = TokenFile(tokens_file).make("low admin", Role.ADMIN, Marking.CLEAR)
    closed.app.state.context.tokens.refresh()  # type: ignore[attr-defined]
    for secret, status in (
        (secrets["loader"], 200),
        (secrets["admin"], 200),
        (low, 404),
        (secrets["open loader"], 404),
    ):
        assert closed.get(f"/v1/jobs/{job}", headers=bearing(secret)).status_code == status


@pytest.mark.parametrize(
    "bad",
    [
        (b"", "text/plain", 422),
        (b"\x00\x01\x02\x03" * 100, "text/plain", 422),
        (b"%PDF-1.7 cut short", "application/pdf", 422),
        (b"PK\x03\x04" + b"\x00" * 100, "application/zip", 415),
        (b"PK\x03\x04" + b"\x00" * 100, "application/octet-stream", 422),
        (b"Hackers attacked Kestrel Foods.", "image/png", 415),
        (b"{}", "application/json", 415),
        (b"a=b", "application/x-www-form-urlencoded", 415),
        (b"--x\r\n", "multipart/form-data; boundary=x", 422),
        (b"--x\r\n", "multipart/form-data", 422),
        (b"http://127.0.0.1:9/never-fetched", "text/uri-list", 422),
    ],
)
def test_what_cannot_be_read_changes_nothing(
    closed: TestClient, secrets: dict[str, str], world: Store, bad: tuple[bytes, str, int]
) -> None:
    content, kind, status = bad
    was = world.status()
    answer = send(closed, secrets["loader"], content, kind, name="bad")
    if kind == "text/uri-list" and answer.status_code == 201:  # an address is a text like any other
        assert answer.json()["documents"][0]["statements"] == 0
        closed.delete(answer.headers["location"], headers=bearing(secrets["loader"]))
        return
    assert answer.status_code in {status, 400}, answer.text
    assert answer.json()["detail"]
    assert (world.status().documents, world.status().statements) == (was.documents, was.statements)


def test_a_report_that_takes_long_becomes_a_job(
    world: Store, tokens_file: Path, secrets: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from api.routers import documents

    def slow(document: Document, *, assistant: Assistant | None) -> LoadedDocument:
        time.sleep(1.0)
        return LoadedDocument(document, ())

    monkeypatch.setattr(documents, "understand", slow)
    with client_of(world, tokens_file=tokens_file, upload_seconds=0.0, upload_queue=2) as client:
        first = send(client, secrets["loader"], REPORT)
        assert first.status_code == 202
        assert first.json()["state"] in {"queued", "running"}
        assert send(client, secrets["loader"], REPORT).status_code == 202
        assert send(client, secrets["loader"], REPORT).status_code == 429
        path = first.headers["location"]
        assert client.get(path, headers=bearing(secrets["open loader"])).status_code == 404
        assert client.get(path, headers=bearing(secrets["full reader"])).status_code == 403
        states = []
        for _ in range(100):
            job = client.get(path, headers=bearing(secrets["loader"])).json()
            states.append((job["state"], job["done"]))
            if job["state"] == "done":
                break
            time.sleep(0.1)
        assert states == sorted(states, key=lambda state: state[1])
        assert states[-1] == ("done", 3)
        assert client.get(path, headers=bearing(secrets["admin"])).status_code == 200


def test_loading_and_taking_back_are_audited(closed: TestClient, secrets: dict[str, str]) -> None:
    with capture_logs() as lines:
        answer = send(closed, secrets["loader"], REPORT)
        closed.delete(answer.headers["location"], headers=bearing(secrets["admin"]))
    loaded, deleted = [line for line in lines if line["event"] == "request"]
    assert (loaded["who"], loaded["status"], loaded["files"]) == ("loader", 201, 1)
    assert (deleted["who"], deleted["status"]) == ("admin", 200)
    assert deleted["document"] in answer.headers["location"]


def test_a_model_reads_uploads_where_the_server_was_started_with_it(
    world: Store, monkeypatch: pytest.MonkeyPatch, tokens_file: Path, secrets: dict[str, str]
) -> None:
    with serving() as model:
        monkeypatch.setenv("INCIDENTGRAPH_LLM_URL", model.url)
        monkeypatch.setenv("INCIDENTGRAPH_LLM_MODEL", "tiny")
        settings = Settings(tokens_file=tokens_file, upload_seconds=60, rate_limit=0)
        for assistant, questions in ((None, 0), (Assistant(ModelSettings(url=model.url, model="tiny")), 1)):
            with TestClient(create_app(world, settings, assistant), base_url="http://localhost", client=HERE) as client:
                answer = send(client, secrets["loader"], REPORT)
                assert answer.status_code == 201, answer.text
            assert len(model.questions) == questions
