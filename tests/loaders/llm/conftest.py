"""The server that plays the language model."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.loaders.llm.server import Model, says, serving


@pytest.fixture(scope="session")
def endpoint() -> Iterator[Model]:
    """One server for all tests."""
    with serving() as model:
        yield model


@pytest.fixture
def model(endpoint: Model, monkeypatch: pytest.MonkeyPatch) -> Model:
    """The server with nothing asked yet, and an environment that names none."""
    endpoint.questions.clear()
    endpoint.headers.clear()
    endpoint.answer = lambda _: says([])
    for name in ("URL", "MODEL", "KEY", "SECONDS", "CLEARANCE", "REQUIRED"):
        monkeypatch.delenv(f"INCIDENTGRAPH_LLM_{name}", raising=False)
    return endpoint
