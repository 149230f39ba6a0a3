"""Learn the review from judged statements: `python -m training.review` (`make train` runs it after the join).

The review corrects the join: its trees start from the join's confidence. Judged statements show the mistakes, but are
of one feed, and of what was told alone; the annotated reports count a little beside them, so that what holds elsewhere
is not unlearned. Writes `review.npz` beside the weights of the encoder, and prints how much of what join and review
give a confidence is right, among statements of articles that the review has not learned from.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np

from loaders.extraction import join
from loaders.extraction.evidence import Row
from training.archives import SHARED
from training.join import write
from training.judgements import ARCHIVE, HELD_OUT, LEARNED, Judged, articles, judge, read_judgements

SHAPE = {
    "objective": "binary",
    "learning_rate": 0.03,
    "num_leaves": 6,
    "min_data_in_leaf": 20,
    "feature_fraction": 0.3,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "lambda_l2": 10,
    "seed": 1,
    "deterministic": True,
    "verbosity": -1,
}
ROUNDS = 600
REPORTS = 0.15
"""What a candidate of an annotated report weighs beside a judged statement."""


@dataclass(frozen=True, slots=True)
class Reports:
    """What the annotated reports say of what the program proposes for them: `training.join.for_review`."""

    table: Row
    before: Row
    right: Row


def fit(judged: Sequence[Judged], reports: Reports) -> lightgbm.Booster:
    """Trees that correct the join; few and shallow, for judgements are dear."""
    data = lightgbm.Dataset(
        np.concatenate([np.stack([each.row for each in judged]), reports.table]),
        np.concatenate([[each.right for each in judged], reports.right]).astype(int),
        weight=np.concatenate([np.ones(len(judged)), np.full(len(reports.right), REPORTS)]),
        init_score=np.concatenate([[each.before for each in judged], reports.before]),
    )
    return lightgbm.train(SHAPE, data, ROUNDS)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--halves", type=Path, default=Path("build/encoder"), help="has review.npz of training.join")
    arguments = parser.parse_args()
    if not (SHARED / "data" / ARCHIVE).is_file():
        print("../shared is not there: the review stays as it is", file=sys.stderr)
        return
    judged = list(_judged(LEARNED))
    with np.load(arguments.halves / "review.npz") as arrays:
        reports = Reports(arrays["table"], arrays["before"], arrays["right"])
    model = fit(judged, reports)
    write(model, join.FOLDER / "review.npz", join.reviewed())
    unseen = list(_judged(HELD_OUT))
    before = np.array([each.before for each in unseen])
    margins: Any = model.predict(np.stack([each.row for each in unseen]), raw_score=True)
    for least in (0.4, 0.5, 0.6, 0.7, 0.8, 0.9):
        for name, odds in (("join", before), ("review", before + margins)):
            kept = [each.right for each, chance in zip(unseen, 1 / (1 + np.exp(-odds)), strict=True) if chance >= least]
            print(f"{name} gives {least} or more: {len(kept)} statements, {sum(kept) / max(1, len(kept)):.2f} right")


def _judged(path: Path) -> Iterator[Judged]:
    """The judged statements of a file that the program still proposes."""
    judgements = read_judgements(path)
    for file, document in articles(set(judgements)):
        yield from judge(document, judgements[file])


if __name__ == "__main__":
    main()
