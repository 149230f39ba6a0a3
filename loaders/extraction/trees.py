"""Boosted decision trees, kept as arrays: what the join and the judge of modality are made of.

`training/join.py` learns them. They are few and shallow, so that numpy walks all of them for all rows at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
ROWS = 2000
"""Rows that are judged at once, which bounds the memory that a long text takes."""


class Trees:
    """The trees of one file: `feature`, `threshold`, `left`, `right`, `value` by node, `root` and `target` by tree.

    A leaf has itself on either side. Each tree adds the value of the leaf that a row falls into to one class. The file
    names its features; `names` are those of the rows to come, whose order may be another where the ontology has grown,
    and what the rows do not have is zero.
    """

    def __init__(self, path: Path, names: Sequence[str]) -> None:
        with np.load(path) as arrays:
            place = {name: at for at, name in enumerate(names)}
            places = np.array([place.get(name, len(names)) for name in arrays["names"].tolist()], np.int64)
            self.feature: npt.NDArray[np.int64] = places[arrays["feature"]]
            self.threshold: Floats = arrays["threshold"]
            self.left: npt.NDArray[np.int64] = arrays["left"].astype(np.int64)
            self.right: npt.NDArray[np.int64] = arrays["right"].astype(np.int64)
            self.value: Floats = arrays["value"]
            self.root: npt.NDArray[np.int64] = arrays["root"].astype(np.int64)
            self.target: npt.NDArray[np.int64] = arrays["target"].astype(np.int64)

    def chances(self, table: Floats) -> Floats:
        """The chances of each class: [rows, features] to [rows, classes]; of two classes, the second is given."""
        parts = [self._margins(table[i : i + ROWS]) for i in range(0, len(table), ROWS)]
        margins = np.concatenate(parts) if parts else np.zeros((0, int(self.target.max()) + 1), np.float32)
        if margins.shape[1] == 1:
            return np.asarray(1 / (1 + np.exp(-margins)), np.float32)
        powers = np.exp(margins - margins.max(1, keepdims=True))
        return np.asarray(powers / powers.sum(1, keepdims=True), np.float32)

    def _margins(self, table: Floats) -> Floats:
        table = np.pad(table, ((0, 0), (0, 1)))  # the last column stands for features that are not there
        rows = np.arange(len(table))[:, None]
        node = np.broadcast_to(self.root, (len(table), len(self.root)))
        while True:
            below = table[rows, self.feature[node]] <= self.threshold[node]
            following = np.where(below, self.left[node], self.right[node])
            if (following == node).all():
                break
            node = following
        values = self.value[node]
        return np.stack([values[:, self.target == t].sum(1) for t in range(int(self.target.max()) + 1)], 1)
