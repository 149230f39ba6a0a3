"""What stands around a statement, and how the review corrects the join by it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from loaders.extraction import join, pipeline, surroundings
from loaders.extraction.evidence import Evidence, Group, logit
from loaders.extraction.surroundings import Surroundings
from loaders.extraction.trees import Trees
from ontology.statement import Document

TEXT = (
    "Hackers breached Acme Ltd in March 2025 and stole payroll records.\n\n"
    "In 2019 a similar attack had previously hit Tarn Bank."
)


def groups_of(text: str, monkeypatch: pytest.MonkeyPatch) -> tuple[list[Group], Evidence]:
    seen: list[tuple[list[Group], Evidence]] = []
    monkeypatch.setattr(join, "review", lambda found, together, table: seen.append((found, together)))
    pipeline.read(Document(text, title="Acme breached", published_on="2025-04-01"))
    return seen[0]


def told_of(found: list[Group], victim: str) -> Group:
    return next(g for g in found if g.key[0] == "targeted" and g.key[2] == victim)


def test_words_of_other_times_and_events_stand_beside_what_they_speak_of(monkeypatch: pytest.MonkeyPatch) -> None:
    found, together = groups_of(TEXT, monkeypatch)
    acme, bank = told_of(found, "acme-ltd"), told_of(found, "tarn-bank")
    rows = Surroundings(together).table([acme, bank])
    seen = [dict(zip(surroundings.names(), row.tolist(), strict=True)) for row in rows]
    for name in ("here:past", "here:other", "left:past", "left:attack", "earlier_year"):
        assert (seen[0][name], seen[1][name]) == ((1.0, 1.0) if name == "left:attack" else (0.0, 1.0)), name
    assert seen[0]["this_year"] == 1.0
    assert seen[0]["right:theft"] == 1.0
    assert seen[1]["before:theft"] == 0.0  # another paragraph
    assert seen[0]["title:attack"] == seen[1]["title:attack"] == 1.0


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("modify the RDS (", {"unbalanced": 1.0, "words": 4.0}),
        ("data", {"lower": 1.0, "characters": 4.0, "plural": 0.0}),
        ("IBANs", {"plural": 1.0, "upper": 0.0}),
        ("T1566", {"upper": 1.0, "digits": 1.0}),
    ],
)
def test_the_form_of_an_end(text: str, wanted: dict[str, float]) -> None:
    form = dict(surroundings._form(text))
    assert {name: form[name] for name in wanted} == wanted


def test_the_review_corrects_the_join(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """One tree that takes two from the log odds of what stands beside words of the past."""
    found, together = groups_of(TEXT, monkeypatch)
    monkeypatch.undo()
    node: dict[str, Any] = {
        "feature": np.array([0, 0, 0], np.uint8),
        "threshold": np.array([0.5, 0, 0], np.float32),
        "left": np.array([1, 1, 2], np.uint16),
        "right": np.array([2, 1, 2], np.uint16),
        "value": np.array([0, 0, -2], np.float32),
        "root": np.array([0], np.uint16),
        "target": np.array([0], np.uint8),
    }
    np.savez(tmp_path / "review.npz", names=np.array(["here:past"]), **node)
    trees = Trees(tmp_path / "review.npz", join.reviewed())
    monkeypatch.setattr(join, "_trees", lambda name: trees)
    acme, bank = told_of(found, "acme-ltd"), told_of(found, "tarn-bank")
    acme.confidence = bank.confidence = 0.7
    join.review(found, together, together.table())
    assert acme.confidence == pytest.approx(0.7)
    assert bank.confidence == pytest.approx(1 / (1 + np.exp(2 - logit(0.7))))


def test_the_shipped_review_changes_what_is_told() -> None:
    trees = join._trees("review")
    assert trees is not None
    assert np.ptp(trees.margins(np.eye(len(join.reviewed()), dtype=np.float32) * 50)) > 0
