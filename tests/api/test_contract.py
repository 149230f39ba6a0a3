"""The schema keeps its word: whatever it allows is answered as it says, and whatever it does not is refused."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance
from schemathesis.specs.openapi.schemas import OpenApiSchema

from api.app import create_app
from api.settings import Settings
from api.tokens import Role, TokenFile
from api.visible import VisibleStore
from ontology.statement import Marking
from store import Store
from store.lookup import View

EXAMPLES = 25
"""Requests tried for each route: enough to find what breaks, few enough for every run of the tests."""


@pytest.fixture
def described(world: Store, tokens_file: Path) -> OpenApiSchema:
    """The schema of an application that can be asked."""
    secret = TokenFile(tokens_file).make("admin", Role.ADMIN, Marking.RED)
    chosen = Settings(
        rate_limit=0, tokens_file=tokens_file, cypher_seconds=2.0, max_url_bytes=60_000, allowed_hosts=("testserver",)
    )
    schema = schemathesis.openapi.from_asgi("/openapi.json", create_app(world, chosen))
    schema.config.update(headers={"Authorization": f"Bearer {secret}"})
    return schema


def routes() -> list[str]:
    """Every route of the schema, by method and path."""
    paths: dict[str, dict[str, object]] = create_app(VisibleStore(None, View()), Settings()).openapi()["paths"]
    return [f"{method.upper()} {path}" for path, methods in paths.items() for method in methods]


@pytest.mark.parametrize("route", routes())
def test_every_route_keeps_its_word(described: OpenApiSchema, route: str) -> None:
    method, path = route.split(" ")
    operation = described[path][method]

    @settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy())
    def ask(case: Case) -> None:
        # A cursor, a query or a report can have the form that the schema asks for and still be none.
        is_opaque = bool(case.query and "cursor" in case.query) or method == "POST"
        case.call_and_validate(excluded_checks=[positive_data_acceptance] if is_opaque else [])

    @settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))
    def ask_wrongly(case: Case) -> None:
        case.call_and_validate()

    ask()
    with suppress(Unsatisfiable):  # a route without parameters cannot be asked wrongly
        ask_wrongly()
