"""Boosted decision trees, kept as arrays: what the join and the judge of modality are made of.

`training/join.py` learns them. They are few and shallow, so that numpy walks all of them for all rows at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
ROWS = 64
"""Rows that are judged at once: so few that what is made of them stays in the cache."""


class Trees:
    """The trees of one file: `feature`, `threshold`, `left`, `right`, `value` by node, `root` and `target` by tree.

    A leaf has itself on either side. Each tree adds the value of the leaf that a row falls into to one class. The file
    names its features; `names` are those of the rows to come, whose order may be another where the ontology has grown,
    and what the rows do not have is zero.
    """

    def __init__(self, path: Path, names: Sequence[str]) -> None:
        with np.load(path) as arrays:
            place = {name: at for at, name in enumerate(names)}
            places = np.array([place.get(name, len(names)) for name in arrays["names"].tolist()], np.int32)
            self.feature: npt.NDArray[np.int32] = places[arrays["feature"]]
            self.threshold: Floats = arrays["threshold"]
            self.below: npt.NDArray[np.int32] = np.stack([arrays["left"], arrays["right"]], 1).astype(np.int32).ravel()
            self.value: Floats = arrays["value"]
            self.root: npt.NDArray[np.int32] = arrays["root"].astype(np.int32)
            self.target: npt.NDArray[np.int32] = arrays["target"].astype(np.int32)
        self.depth = self._depth()

    def _depth(self) -> int:
        """The most steps from a root to a leaf."""
        nodes, steps = np.unique(self.root), 0
        while len(nodes := nodes[self.below[2 * nodes] != nodes]):
            nodes, steps = np.unique(self.below.reshape(-1, 2)[nodes]), steps + 1
        return steps

    def chances(self, table: Floats) -> Floats:
        """The chances of each class: [rows, features] to [rows, classes]; of two classes, the second is given."""
        margins = self.margins(table)
        if margins.shape[1] == 1:
            return np.asarray(1 / (1 + np.exp(-margins)), np.float32)
        powers = np.exp(margins - margins.max(1, keepdims=True))
        return np.asarray(powers / powers.sum(1, keepdims=True), np.float32)

    def margins(self, table: Floats) -> Floats:
        """The sums of the leaves that rows fall into: [rows, features] to [rows, classes], log odds for one class."""
        parts = [self._margins(table[i : i + ROWS]) for i in range(0, len(table), ROWS)]
        return np.concatenate(parts) if parts else np.zeros((0, int(self.target.max()) + 1), np.float32)

    def _margins(self, table: Floats) -> Floats:
        width = table.shape[1] + 1
        flat = np.pad(table, ((0, 0), (0, 1))).ravel()  # the last column stands for features that are not there
        starts = np.arange(len(table), dtype=np.int32)[:, None] * width
        node = np.broadcast_to(self.root, (len(table), len(self.root)))
        for _ in range(self.depth):
            above = flat.take(self.feature.take(node) + starts) > self.threshold.take(node)
            node = self.below.take(2 * node + above)
        values = self.value.take(node)
        return np.stack([values[:, self.target == t].sum(1) for t in range(int(self.target.max()) + 1)], 1)
