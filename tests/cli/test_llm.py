"""The commands with a language model beside them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import Response

from tests.loaders.llm.server import Model, claim, says, serving

Run = Callable[..., Any]
REPORT = "Hackers attacked the British bank HSBC on 2 September 2025. Its rivals in Orrin Bridge lent a hand.\n"
FOUND = claim("Bank: HSBC", "locatedIn", "Place: Orrin Bridge", "Its rivals in Orrin Bridge lent a hand.")


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Iterator[Model]:
    monkeypatch.setenv("INCIDENTGRAPH_LLM_MODEL", "tiny")
    with serving() as model:
        model.answer = lambda _: says([FOUND])
        yield model


@pytest.fixture
def report(tmp_path: Path) -> Path:
    path = tmp_path / "bank.txt"
    path.write_text(REPORT)
    return path


def predicates(out: str) -> list[str]:
    return [json.loads(line)["predicate"] for line in out.splitlines()]


def test_extract_with_a_model(run: Run, model: Model, report: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = run("extract", report, "--llm", model.url, "--model", "other")
    assert (answer.status, answer.err) == (0, "")
    assert "locatedIn" in predicates(answer.out)
    assert model.questions[-1]["model"] == "other"
    explained = run("extract", report, "--llm", model.url, "--explain")
    assert "llm          | found HSBC locatedIn Orrin Bridge" in explained.out
    monkeypatch.setenv("INCIDENTGRAPH_LLM_URL", model.url)
    assert "locatedIn" in predicates(run("extract", report).out)
    asked = len(model.questions)
    run("extract", report, "--llm", "off")
    assert len(model.questions) == asked


def test_a_model_that_fails_is_a_warning_or_an_error(run: Run, model: Model, report: Path, tmp_path: Path) -> None:
    model.answer = lambda _: Response("\x1b[31mbroken", 404)
    warned = run("extract", report, "--llm", model.url)
    assert warned.status == 0 and "targeted" in predicates(warned.out)
    assert warned.err.startswith(f"warning: {report}: the language model answers with HTTP 404: \\x1b[31mbroken")
    assert warned.err.count("\n") == 1
    failed = run("extract", report, "--llm", model.url, "--llm-required")
    assert (failed.status, failed.out) == (1, "") and failed.err.startswith("error: the language model")
    store = tmp_path / "graph"
    loaded = run("--store", store, "load", report, "--llm", model.url, "--llm-required", "--json")
    assert loaded.status == 1
    assert not json.loads(loaded.out)["loaded"] and "HTTP 404" in json.loads(loaded.out)["failed"][0]["message"]


@pytest.mark.parametrize("arguments", [("--model", "tiny"), ("--llm-required",)])
def test_a_model_without_an_address_is_a_mistake(run: Run, report: Path, arguments: tuple[str, ...]) -> None:
    answer = run("extract", report, *arguments)
    assert answer.status == 2 and "address" in answer.err
