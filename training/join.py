"""Fit the join of rules and encoder on reports that neither has learned from. `python -m training.join`.

Writes `join.json` beside the weights of the encoder and the reliability diagram into `docs/`. What the scorer of
candidates holds must come from weights fitted without these reports too: `--scores` names that file.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import math
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from loaders.extraction import join, pipeline, scoring
from loaders.extraction.arbiter import decide
from loaders.extraction.reading import Reading
from training import sets
from training.archives import SHARED
from training.train import held_out

DIAGRAM = Path(__file__).resolve().parents[1] / "docs" / "reliability.svg"
EVALUATION = SHARED / "eval"
Judged = tuple[float, bool]
PULL = (1.0, 6.0, 6.0, 2.0, 2.0, 2.0, 2.0)
"""How strongly each of the weights that a predicate has of its own is held at zero."""
THRESHOLDS = {"default": 0.38, "associatedWith": 0.33, "usedTechnique": 0.2, "disrupted": 0.2}
"""From which confidence on a statement is told; lower for what texts put in many words."""


@dataclass(frozen=True, slots=True)
class Row:
    """A group of candidates as the curve sees it, what the scorer alone holds of it, and whether it is right."""

    predicate: str
    features: dict[str, float]
    score: float
    right: bool


def scorer() -> Any:
    """The scorer of the evaluation set, which knows when a statement gives a gold fact."""
    spec = importlib.util.spec_from_file_location("score", EVALUATION / "score.py")
    if spec is None or spec.loader is None:
        raise SystemExit("../shared/eval/score.py is not there")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def rows(path: Path, module: Any) -> list[Row]:
    """The groups of candidates of one report, judged by its gold facts."""
    document, _ = sets.read_document(path)
    seen: list[tuple[Reading, list[join.Group]]] = []
    pipeline.weigh = lambda reading, found: seen.append((reading, found))  # the curve is what is being fitted
    pipeline.read(document)
    told: list[tuple[join.Group, dict[str, Any]]] = []
    for reading, found in seen:
        for group in found:
            reading.candidates = [group.best]
            told += [(group, statement.to_json()) for statement in decide(reading, minimum=0.0)]
    gold = json.loads(path.with_suffix(".json").read_text())
    judge = module.Scorer(gold, [said for _, said in told])
    victims = [f["s"] for f in gold["facts"] if f["p"] == "victimOf"]
    judge.targets.clear()
    for _, said in told:
        if said["predicate"] == "targeted" and any(judge.entity(v, said["object"]) for v in victims):
            judge.targets[said["subject"]["id"]].append(said["object"])
    return [
        Row(g.key[0], join.features(g), g.best.confidence, judge.supported(said, gold["facts"])) for g, said in told
    ]


def fit(found: Sequence[Row]) -> dict[str, Any]:
    """Weights of a logistic curve: common ones, and a few for each predicate that stay near zero where it is rare."""
    names = sorted(found[0].features)
    predicates = sorted({row.predicate for row in found})
    each = len(join.SPECIFIC)
    at = {p: len(names) + each * i for i, p in enumerate(predicates)}
    table = np.zeros((len(found), len(names) + each * len(predicates)))
    for line, row in zip(table, found, strict=True):
        line[: len(names)] = [row.features[n] for n in names]
        line[at[row.predicate] : at[row.predicate] + each] = [row.features[n] for n in join.SPECIFIC]
    wanted = np.array([row.right for row in found], float)
    pull = np.concatenate([np.full(len(names), 0.05), np.tile(PULL, len(predicates))])
    weights = np.zeros(table.shape[1])
    for _ in range(30):
        likely = 1 / (1 + np.exp(-np.clip(table @ weights, -20, 20)))
        gradient = table.T @ (likely - wanted) + pull * weights
        weights -= np.linalg.solve((table.T * (likely * (1 - likely))) @ table + np.diag(pull), gradient)
    return {
        "thresholds": THRESHOLDS,
        "common": {n: round(float(w), 4) for n, w in zip(names, weights, strict=False)},
        "predicates": {p: [round(float(w), 4) for w in weights[i : i + each]] for p, i in at.items()},
    }


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
    parser.add_argument("--scores", type=Path, default=scoring.WEIGHTS, help="fitted without the reports held out")
    parser.add_argument("--diagram", type=Path, default=DIAGRAM)
    arguments = parser.parse_args()
    if not (EVALUATION / "score.py").is_file():
        print("../shared is not there: the join stays as it is", file=sys.stderr)
        return
    scoring.WEIGHTS = arguments.scores
    module = scorer()
    paths = {p.stem: p for p in sorted((EVALUATION / "train").glob("*.txt"))}
    by_report = [rows(paths[name], module) for name in sorted(held_out(list(paths)))]
    weights = fit([row for found in by_report for row in found])
    Path(str(join.WEIGHTS)).write_text(json.dumps(weights, indent=1) + "\n")
    # each half judged by the curve that the other half gives
    after: list[Judged] = []
    for part in (0, 1):
        curve = fit([row for i, found in enumerate(by_report) for row in found if i % 2 != part])
        after += [(join.chance(curve, row.predicate, row.features), row.right) for f in by_report[part::2] for row in f]
    before = [(row.score, row.right) for found in by_report for row in found]
    arguments.diagram.write_text(diagram(before, after))
    for least in (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9):
        kept = [right for given, right in after if given >= least]
        print(f"given {least} or more: {len(kept)} statements, {sum(kept) / max(1, len(kept)):.2f} right")


if __name__ == "__main__":
    main()
