"""A graph on disk that the commands are run on, and the way to run them."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import incidentgraph
from ontology.statement import Datatype, Document, Entity, Literal, Modality, Statement
from store import Store, open_store

BODY = (
    "Dairy stops bottling\n"
    "An attack on Harbour Dairies on Monday was claimed by the Quayside Crew. "
    "Harbour Dairies is owned by Leith Foods. The attack cost £5 million.\n"
)
DAIRY = Entity("harbour-dairies", "Harbour Dairies", "Company", ("Harbour",))
CREW = Entity("quayside-crew", "Quayside Crew", "ThreatActor", ("\x1b]0;owned\x07[red]",))
FOODS = Entity("leith-foods", "Leith Foods", "Company")
ATTACK = Entity("harbour-dairies-attack-2025", "Attack on Harbour Dairies", "Incident")


@dataclass(frozen=True)
class Answer:
    """What a command left behind."""

    status: int
    out: str
    err: str


Run = Callable[..., Answer]


def report() -> tuple[Document, list[Statement]]:
    """A report with four statements, one of them an alias that would act on a terminal."""
    document = Document(BODY, "Dairy stops bottling", published_on="2025-09-02", publisher="The Gazette")

    def say(subject: Entity, predicate: str, target: Entity | Literal, quote: str, modality: str) -> Statement:
        start = BODY.index(quote)
        return Statement(
            subject, predicate, target, document.id, quote, start, start + len(quote), "test", Modality(modality), 0.9
        )

    first = "An attack on Harbour Dairies on Monday was claimed by the Quayside Crew."
    return document, [
        say(ATTACK, "targeted", DAIRY, first, "asserted"),
        say(ATTACK, "claimedBy", CREW, first, "claimed"),
        say(DAIRY, "ownedBy", FOODS, "Harbour Dairies is owned by Leith Foods.", "asserted"),
        say(
            ATTACK,
            "financialLoss",
            Literal(5_000_000, Datatype.MONEY, "GBP"),
            "The attack cost £5 million.",
            "estimated",
        ),
    ]


@pytest.fixture(scope="session")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store that stays open, so that each command joins it and needs no database of its own to start."""
    with open_store(tmp_path_factory.mktemp("cli") / "graph") as store:
        store.load(*report())
        yield store


@pytest.fixture
def run(graph: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in this process, on the graph unless it names another."""
    monkeypatch.setenv("INCIDENTGRAPH_STORE", graph.status().address)
    monkeypatch.delenv("INCIDENTGRAPH_DEBUG", raising=False)

    def command(*arguments: str | Path, stdin: bytes = b"") -> Answer:
        monkeypatch.setattr(sys, "argv", ["incidentgraph", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        with pytest.raises(SystemExit) as exit_:
            incidentgraph.run()
            sys.exit(0)
        out, err = capsys.readouterr()
        code = exit_.value.code
        return Answer(code if isinstance(code, int) else int(bool(code)), out, err)

    return command
