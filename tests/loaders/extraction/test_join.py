"""Trees, evidence and doubt: what gives a statement its confidence and its modality."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loaders.extraction import extract, join, pipeline
from loaders.extraction.trees import Trees
from ontology.statement import Document, Modality


def stumps(path: Path, thresholds: list[float], classes: int) -> Trees:
    """One tree a threshold, each of one split on the first feature: 1 to its class above it, -1 below."""
    nodes = len(thresholds) * 3
    place = np.arange(nodes)
    left, right, value = place.copy(), place.copy(), np.zeros(nodes, np.float32)
    left[::3], right[::3] = place[::3] + 1, place[::3] + 2
    value[1::3], value[2::3] = -1, 1
    cuts = np.zeros(nodes, np.float32)
    cuts[::3] = thresholds
    np.savez(
        path,
        names=np.array(["height", "width"]),
        feature=np.zeros(nodes, np.uint8),
        threshold=cuts,
        left=left,
        right=right,
        value=value,
        root=place[::3],
        target=np.arange(len(thresholds)) % classes,
    )
    return Trees(path, ["height"])


@given(st.lists(st.floats(-5, 5, width=32), min_size=1, max_size=30), st.lists(st.floats(-9, 9, width=32), max_size=40))
@settings(max_examples=40, deadline=None)
def test_trees_add_up_the_leaves_that_a_row_falls_into(
    tmp_path_factory: pytest.TempPathFactory, thresholds: list[float], values: list[float]
) -> None:
    trees = stumps(tmp_path_factory.mktemp("trees") / "trees.npz", thresholds, 1)
    table = np.array(values, np.float32)[:, None]
    margins = np.array([sum(1 if v > t else -1 for t in np.float32(thresholds)) for v in table[:, 0]], float)
    assert np.allclose(trees.chances(table)[:, 0], 1 / (1 + np.exp(-margins)), atol=1e-5)


def test_features_are_known_by_name_whatever_their_order(tmp_path: Path) -> None:
    stumps(tmp_path / "trees.npz", [0.0], 1)
    row = np.array([[5.0, -5.0]], np.float32)
    assert Trees(tmp_path / "trees.npz", ["height", "new"]).chances(row)[0, 0] > 0.5
    assert Trees(tmp_path / "trees.npz", ["new", "height"]).chances(row)[0, 0] < 0.5
    # a feature that rows no longer have is zero, which is not above the threshold
    assert Trees(tmp_path / "trees.npz", ["new", "newer"]).chances(row)[0, 0] < 0.5


def test_chances_of_several_classes_sum_to_one(tmp_path: Path) -> None:
    trees = stumps(tmp_path / "trees.npz", [0.0, 1.0, 2.0, 3.0], 4)
    chances = trees.chances(np.array([[0.5], [2.5], [9.0]], np.float32))
    assert chances.shape == (3, 4)
    assert np.allclose(chances.sum(1), 1)
    assert chances[0].argmax() == 0


def test_shipped_trees_fit_the_features_that_reading_gives() -> None:
    document = Document("Ransomware crippled Acme Ltd on 3 May 2024. The company said that no data was stolen.")
    reading = pipeline.read(document)
    assert reading.memo["learned"]
    assert join.thresholds(reading) is not None
    assert all(0 <= candidate.confidence <= 1 for candidate in reading.candidates)


@pytest.mark.parametrize(
    ("text", "predicate", "wanted"),
    [
        ("The gang claims that it stole 300GB of payroll records from Acme Ltd.", "compromisedData", "claimed"),
        ("Acme Ltd estimates that the attack will cost it $12 million.", "financialLoss", "estimated"),
        ("Hackers broke into Acme Ltd on 3 May 2024 and stole payroll records.", "compromisedData", "asserted"),
    ],
)
def test_doubt_is_kept_and_certainty_too(text: str, predicate: str, wanted: str) -> None:
    opening = "Acme Ltd, a maker of pumps in Leeds, was hit by a ransomware attack last week. "
    found = [s for s in extract(Document(opening + text, published_on="2024-05-10")) if s.predicate == predicate]
    assert found
    kin = {"claimed": {"claimed", "alleged"}, "estimated": {"estimated", "expected"}, "asserted": {"asserted"}}
    assert all(s.modality in {Modality(m) for m in kin[wanted]} for s in found)
