"""Fit the join of rules and encoder. `python -m training.join` (`make train` runs it before `training.review`).

Each half of the annotated reports is read with an encoder and a scorer of candidates that have learned from the other
half alone (`training.train --half`, `training.score_candidates --halves`): what they hold of it is worth what it
will be worth on a new text. The reports held out, read by those that learned from all others, show how sure it is: see
the diagram in `docs/`. Writes `join.npz`, `doubt.npz` and `join.json` beside the weights of the encoder, and
`review.npz` beside the halves: what the review learns from the annotated reports.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np

from loaders.extraction import doubt, evidence, join, learned, pipeline, scoring
from loaders.extraction.arbiter import decide
from loaders.extraction.encoder.reader import Encoder
from loaders.extraction.reading import Reading
from loaders.extraction.surroundings import Surroundings
from loaders.extraction.trees import Trees
from ontology.statement import Document, Modality
from training.archives import SHARED
from training.halves import half_of, held_out
from training.score_candidates import answers, judge_of, reports, scorer

DIAGRAM = Path(__file__).resolve().parents[1] / "docs" / "reliability.svg"
Judged = tuple[float, bool]
SETTINGS = {
    "thresholds": {
        "default": 0.58,
        "usedTechnique": 0.45,
        "supplies": 0.35,
        # of what is rare, more is right than the trees, which learn from all predicates together, dare to say
        "laidOff": 0.3,
        "lentBy": 0.35,
        "guaranteedBy": 0.35,
        "amount": 0.35,
        "sentenced": 0.4,
        "memberOf": 0.43,
        "ransomPaid": 0.43,
    },
    "doubt": {"asserted": 0.68},
}
"""From which confidence on a statement is told, by predicate, and from which chance on as asserted."""


@dataclass(frozen=True, slots=True)
class Rows:
    """The groups of candidates of one report: features, what the scorer alone holds of them, and which are right.

    `table` has the features of the review, [groups, features]; the first of them are those of the join.
    """

    name: str
    table: evidence.Row
    scores: list[float]
    predicates: list[str]
    right: list[bool]
    doubts: evidence.Row
    kinds: list[int]
    """Which of `doubt.KINDS` the report gives a statement; -1 for one that it does not make."""


def judge(name: str, document: Document, gold: dict[str, Any], module: Any) -> Rows:
    """The groups of one report, judged by its gold facts; what the arbiter would refuse in any case is left out."""
    seen: list[tuple[Reading, list[evidence.Group]]] = []
    pipeline.weigh = lambda reading, found: seen.append((reading, found))  # the join is what is being fitted
    pipeline.read(document)
    told: list[tuple[int, dict[str, Any]]] = []
    reading, found = seen[0]
    together = evidence.Evidence(reading, found)
    table = np.hstack([together.table(), Surroundings(together).table(found)])
    for number, group in enumerate(found):
        reading.candidates = [group.best]
        told += [(number, statement.to_json()) for statement in decide(reading, minimum=0.0)]
    kept = [number for number, _ in told]
    judge_ = judge_of(module, gold, [said for _, said in told])
    kinds = [kind_of(judge_, said, gold["facts"]) for _, said in told]
    return Rows(
        name,
        table[kept],
        [found[n].best.confidence for n in kept],
        [found[n].key[0] for n in kept],
        [kind >= 0 for kind in kinds],
        doubt.Doubts(together).table([found[n] for n in kept]),
        kinds,
    )


def kind_of(judge_: Any, said: dict[str, Any], facts: Sequence[dict[str, Any]]) -> int:
    """Which kind of modality the report gives a statement, by the facts that it answers; -1 where it answers none."""
    judge_.statements = [said]
    found = [fact.get("modality") or "asserted" for fact in facts if answers(judge_, fact)]
    if not found:
        return -1
    # one fact told twice, once with doubt: the doubt is the weaker claim
    return max(next(i for i, kind in enumerate(doubt.KINDS) if Modality(m) in kind) for m in found)


def use(encoder: Path, scores: Path) -> None:
    """Read with these weights from now on."""
    shared = Encoder.load(encoder)
    learned.shared_encoder = lambda: shared
    scoring.WEIGHTS = scores
    scoring._weights.cache_clear()


NEAR = 3.0
COMMON = {"learning_rate": 0.04, "lambda_l2": 5.0, "seed": 1, "deterministic": True, "verbosity": -1}


def is_near(rows: Rows) -> bool:
    """Whether a report is of the evaluation set, whose names begin with their day."""
    return rows.name[:8].isdigit()


def fit(found: Sequence[Rows]) -> lightgbm.Booster:
    """Boosted trees over the features; few and shallow, for the reports are few."""
    table = np.concatenate([rows.table for rows in found])[:, : len(evidence.NAMES)]
    right = np.concatenate([np.array(rows.right, int) for rows in found])
    # the reports of the evaluation set are closest to what will be read
    weight = np.concatenate([np.full(len(rows.right), NEAR if is_near(rows) else 1.0) for rows in found])
    shape = {"objective": "binary", "num_leaves": 12, "min_data_in_leaf": 30, "feature_fraction": 0.5}
    return lightgbm.train(COMMON | shape, lightgbm.Dataset(table, right, weight=weight), 400)


def for_review(halves: Sequence[Sequence[Rows]]) -> dict[str, Any]:
    """What the review learns from: rows, log odds by a join that has seen the other half alone, and which are right.

    Of the reports of the evaluation set alone, which list what a text says as wholly as a reader can.
    """
    tables, odds, rights = [], [], []
    for half, other in zip(halves, reversed(halves), strict=True):
        model = fit(other)
        for rows in filter(is_near, half):
            chances: Any = model.predict(rows.table[:, : len(evidence.NAMES)])
            kept = [i for i, chance in enumerate(chances) if chance >= join.REVIEWED]
            tables.append(rows.table[kept])
            odds += [evidence.logit(chances[i]) for i in kept]
            rights += [rows.right[i] for i in kept]
    return {"table": np.concatenate(tables), "before": np.array(odds), "right": np.array(rights)}


def fit_doubt(found: Sequence[Rows]) -> lightgbm.Booster:
    """Trees for the modality of what is right."""
    table = np.concatenate([rows.doubts for rows in found])
    kinds = np.concatenate([np.array(rows.kinds, int) for rows in found])
    shape = {
        "objective": "multiclass",
        "num_class": len(doubt.KINDS),
        "num_leaves": 8,
        "min_data_in_leaf": 20,
        "feature_fraction": 0.5,
    }
    return lightgbm.train(COMMON | shape, lightgbm.Dataset(table[kinds >= 0], kinds[kinds >= 0]), 150)


def write(model: lightgbm.Booster, path: Path, names: Sequence[str]) -> None:
    """The trees as arrays, for `loaders.extraction.trees`."""
    nodes: list[tuple[int, float, int, int, float]] = []

    def add(node: dict[str, Any]) -> int:
        at = len(nodes)
        if "leaf_value" in node:
            nodes.append((0, 0.0, at, at, node["leaf_value"]))
            return at
        nodes.append((node["split_feature"], node["threshold"], 0, 0, 0.0))
        left, right = add(node["left_child"]), add(node["right_child"])
        nodes[at] = (*nodes[at][:2], left, right, 0.0)
        return at

    dump = model.dump_model()
    roots = [add(tree["tree_structure"]) for tree in dump["tree_info"]]
    feature, threshold, left, right, value = zip(*nodes, strict=True)
    np.savez_compressed(
        path,
        names=np.array(names),
        feature=np.array(feature, np.uint8),
        threshold=np.array(threshold, np.float32),
        left=np.array(left, np.uint16),
        right=np.array(right, np.uint16),
        value=np.array(value, np.float32),
        root=np.array(roots, np.uint16),
        target=np.array([i % dump["num_tree_per_iteration"] for i in range(len(roots))], np.uint8),
    )


def diagram(before: Iterable[Judged], after: Iterable[Judged]) -> str:
    """An SVG with, for each tenth of confidence, how much of it was right."""

    def points(pairs: Iterable[Judged]) -> list[tuple[float, float, int]]:
        bins: dict[int, list[tuple[float, bool]]] = defaultdict(list)
        for score, right in pairs:
            bins[min(9, int(score * 10))].append((score, right))
        return [(sum(s for s, _ in b) / len(b), sum(r for _, r in b) / len(b), len(b)) for _, b in sorted(bins.items())]

    def line(pairs: list[tuple[float, float, int]], colour: str) -> str:
        path = " ".join(f"{60 + 320 * x:.1f},{350 - 320 * y:.1f}" for x, y, _ in pairs)
        dots = "".join(
            f'<circle cx="{60 + 320 * x:.1f}" cy="{350 - 320 * y:.1f}" r="{min(9.0, 2 + math.sqrt(n) / 5):.1f}"'
            f' fill="{colour}"><title>{n} statements: given {x:.2f}, right {y:.2f}</title></circle>'
            for x, y, n in pairs
        )
        return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>{dots}'

    ticks = "".join(
        f'<text x="{60 + 32 * i}" y="370" text-anchor="middle">{i / 10:.1f}</text>'
        f'<text x="52" y="{354 - 32 * i}" text-anchor="end">{i / 10:.1f}</text>'
        f'<path d="M{60 + 32 * i} 350v-320M60 {350 - 32 * i}h320" stroke="#ddd"/>'
        for i in range(0, 11, 2)
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 420" font-family="sans-serif"'
        ' font-size="12" role="img">'
        "<title>Reliability of confidence</title>"
        '<rect width="400" height="420" fill="#fff"/>'
        f'{ticks}<path d="M60 350L380 30" stroke="#999" stroke-dasharray="4 4"/>'
        f"{line(points(before), '#c98b2b')}{line(points(after), '#1f6f8b')}"
        '<text x="220" y="392" text-anchor="middle">confidence given</text>'
        '<text x="16" y="190" text-anchor="middle" transform="rotate(-90 16 190)">share that is right</text>'
        '<circle cx="90" cy="408" r="4" fill="#c98b2b"/><text x="100" y="412">rules alone</text>'
        '<circle cx="190" cy="408" r="4" fill="#1f6f8b"/><text x="200" y="412">rules and encoder joined</text></svg>\n'
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--halves", type=Path, default=Path("build/encoder"), help="has encoder-N and scores-N.npz")
    parser.add_argument("--diagram", type=Path, default=DIAGRAM)
    arguments = parser.parse_args()
    if not (SHARED / "eval" / "score.py").is_file():
        print("../shared is not there: the join stays as it is", file=sys.stderr)
        return
    module = scorer()
    found = list(reports())
    aside = held_out([name for name, _, _ in found])
    halves: list[list[Rows]] = []
    for half in (0, 1):
        use(arguments.halves / f"encoder-{1 - half}", arguments.halves / f"scores-{1 - half}.npz")
        mine = [report for report in found if report[0] not in aside and half_of(report[0]) == half]
        halves.append([judge(*report, module) for report in mine])
    rows = [*halves[0], *halves[1]]
    write(fit(rows), join.FOLDER / "join.npz", evidence.NAMES)
    write(fit_doubt(rows), join.FOLDER / "doubt.npz", doubt.names())
    np.savez_compressed(arguments.halves / "review.npz", **for_review(halves))
    (join.FOLDER / "join.json").write_text(json.dumps(SETTINGS, indent=1) + "\n")
    use(join.FOLDER, arguments.halves / "scores-all.npz")
    unseen = [judge(*report, module) for report in found if report[0] in aside]
    trees = Trees(join.FOLDER / "join.npz", evidence.NAMES)
    chances = np.concatenate([trees.chances(r.table[:, : len(evidence.NAMES)])[:, 0] for r in unseen])
    right = np.concatenate([np.array(r.right) for r in unseen])
    after = list(zip(chances.tolist(), right.tolist(), strict=True))
    before = list(zip((s for r in unseen for s in r.scores), right.tolist(), strict=True))
    arguments.diagram.write_text(diagram(before, after))
    for least in (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9):
        kept = [r for given, r in after if given >= least]
        print(f"given {least} or more: {len(kept)} statements, {sum(kept) / max(1, len(kept)):.2f} right")


if __name__ == "__main__":
    main()
