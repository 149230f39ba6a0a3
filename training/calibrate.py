"""Make the scores of the encoder mean something, on texts that it has not learned from. `python -m training.calibrate`.

For each label a slope (shared by its head) and a shift, so that of proposals given 0.8 about 80 % are right. Writes them
into `labels.json` beside the weights, and the reliability diagram into `docs/`.
"""

from __future__ import annotations

import argparse
import json
import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from loaders.extraction.encoder import labels
from loaders.extraction.encoder import reader as encoder_reader
from training import sets
from training.examples import Example
from training.export import WEIGHTS
from training.train import held_out

DIAGRAM = Path(__file__).resolve().parents[1] / "docs" / "reliability.svg"
Judged = dict[str, list[tuple[float, bool]]]


def judge(encoder: encoder_reader.Encoder, example: Example, published: str | None, found: Judged) -> None:
    """Sort the proposals for one text into right and wrong by its labels; what is not known is left out."""
    reading = encoder.read(example.body, example.title, published)
    for proposal in reading.proposals:
        key = f"{proposal.kind}:{proposal.label}"
        first = _gold(example, proposal.first)
        if proposal.second is None:
            if any(
                proposal.label in example.unknown_roles.get(i, ()) and proposal.label not in example.roles.get(i, ())
                for i in first
            ):
                continue
            right = any(proposal.label in example.roles.get(i, ()) for i in first)
        else:
            second = _gold(example, proposal.second)
            pairs = [(i, j) for i in first for j in second]
            right = any(proposal.label in example.relations.get(p, ()) for p in pairs)
            unknown = any(proposal.label in example.unknown_relations.get(p, ()) for p in pairs)
            if not right and (unknown or (proposal.label in labels.SYMMETRIC and not pairs)):
                continue
        found[key].append((proposal.score, right))


def _gold(example: Example, mention: encoder_reader.Mention) -> list[int]:
    """The labelled spans that a proposed one stands for."""
    found = []
    for i, span in enumerate(example.spans):
        shared = min(span.end, mention.end) - max(span.start, mention.start)
        if shared > 0 and shared >= 0.5 * (max(span.end, mention.end) - min(span.start, mention.start)):
            found.append(i)
    return found


def fit(pairs: Sequence[tuple[float, bool]], slope: float, prior: float, pull: float) -> tuple[float, float]:
    """Slope and shift of a logistic curve over the logit of the score, drawn towards (`slope`, `prior`)."""
    shift = prior
    for _ in range(200):
        g_slope, g_shift = pull * (slope - 1.0), pull * (shift - prior)
        h_slope, h_shift = pull, pull
        for score, right in pairs:
            x = _logit(score)
            p = 1 / (1 + math.exp(-(slope * x + shift)))
            g_slope += (p - right) * x
            g_shift += p - right
            h_slope += p * (1 - p) * x * x
            h_shift += p * (1 - p)
        slope -= 0.5 * g_slope / (h_slope + 1e-6)
        shift -= 0.5 * g_shift / (h_shift + 1e-6)
        slope = min(2.0, max(0.3, slope))
    return slope, shift


def _logit(score: float) -> float:
    score = min(0.999, max(0.001, score))
    return math.log(score / (1 - score))


def calibrate(found: Judged) -> dict[str, list[float]]:
    """For each label its slope and shift; a label seen rarely keeps close to its head as a whole."""
    curves: dict[str, list[float]] = {}
    for kind, names in (("role", labels.ROLES), ("relation", labels.RELATIONS)):
        pooled = [p for key, pairs in found.items() if key.startswith(f"{kind}:") for p in pairs]
        slope, shift = fit(pooled, 1.0, 0.0, 1.0) if pooled else (1.0, 0.0)
        for name in names:
            pairs = found.get(f"{kind}:{name}", [])
            curves[f"{kind}:{name}"] = [round(slope, 4), round(_shift(pairs, slope, shift), 4)]
    return curves


def _shift(pairs: Sequence[tuple[float, bool]], slope: float, prior: float) -> float:
    shift = prior
    for _ in range(60):
        gradient, curvature = 4.0 * (shift - prior), 4.0
        for score, right in pairs:
            p = 1 / (1 + math.exp(-(slope * _logit(score) + shift)))
            gradient += p - right
            curvature += p * (1 - p)
        shift -= gradient / curvature
    return shift


def diagram(before: Iterable[tuple[float, bool]], after: Iterable[tuple[float, bool]]) -> str:
    """An SVG with, for each tenth of confidence, how much of it was right."""

    def points(pairs: Iterable[tuple[float, bool]]) -> list[tuple[float, float, int]]:
        bins: dict[int, list[tuple[float, bool]]] = defaultdict(list)
        for score, right in pairs:
            bins[min(9, int(score * 10))].append((score, right))
        return [(sum(s for s, _ in b) / len(b), sum(r for _, r in b) / len(b), len(b)) for _, b in sorted(bins.items())]

    def line(pairs: list[tuple[float, float, int]], colour: str) -> str:
        path = " ".join(f"{60 + 320 * x:.1f},{350 - 320 * y:.1f}" for x, y, _ in pairs)
        dots = "".join(
            f'<circle cx="{60 + 320 * x:.1f}" cy="{350 - 320 * y:.1f}" r="{min(9.0, 2 + math.sqrt(n) / 5):.1f}" fill="{colour}"><title>{n} proposals: given {x:.2f}, right {y:.2f}</title></circle>'
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
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 420" font-family="sans-serif" font-size="12" role="img">'
        "<title>Reliability of confidence</title>"
        '<rect width="400" height="420" fill="#fff"/>'
        f'{ticks}<path d="M60 350L380 30" stroke="#999" stroke-dasharray="4 4"/>'
        f"{line(points(before), '#c98b2b')}{line(points(after), '#1f6f8b')}"
        '<text x="220" y="392" text-anchor="middle">confidence given</text>'
        '<text x="16" y="190" text-anchor="middle" transform="rotate(-90 16 190)">share that is right</text>'
        '<circle cx="90" cy="408" r="4" fill="#c98b2b"/><text x="100" y="412">raw</text>'
        '<circle cx="150" cy="408" r="4" fill="#1f6f8b"/><text x="160" y="412">calibrated</text></svg>\n'
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--weights", type=Path, default=WEIGHTS)
    parser.add_argument("--diagram", type=Path, default=DIAGRAM)
    arguments = parser.parse_args()
    path = arguments.weights / "labels.json"
    known = json.loads(path.read_text())
    known.pop("calibration", None)
    path.write_text(json.dumps(known, indent=1) + "\n")
    encoder = encoder_reader.Encoder.load(arguments.weights, threads=2)
    texts = list(sets.evaluation(sets.SHARED / "eval" / "train"))
    outside = held_out([example.name for example, _, _ in texts])
    found: Judged = defaultdict(list)
    for example, document, _ in texts:
        if example.name in outside:
            judge(encoder, example, document.published_on, found)
    curves = calibrate(found)
    path.write_text(json.dumps(known | {"calibration": curves}, indent=1) + "\n")
    skip = {f"relation:{n}" for n in labels.SYMMETRIC}
    raw = [p for key, pairs in found.items() if key not in skip for p in pairs]
    mended = [
        (1 / (1 + math.exp(-(curves[key][0] * _logit(score) + curves[key][1]))), right)
        for key, pairs in found.items()
        if key not in skip
        for score, right in pairs
    ]
    arguments.diagram.write_text(diagram(raw, mended))
    for threshold in (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8):
        kept = [right for score, right in mended if score >= threshold]
        print(f"at {threshold}: {len(kept)} proposals, {sum(kept) / max(1, len(kept)):.2f} right")


if __name__ == "__main__":
    main()
