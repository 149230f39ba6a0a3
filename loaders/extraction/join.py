"""Rules and encoder put together: one confidence from what the scorer and the encoder each hold of a candidate.

A logistic curve over the two, with a shift for each predicate, fitted on reports that neither has learned from
(`training/join.py`). So of statements given 0.8 about 80 % are right.
"""

from __future__ import annotations

import json
import math
from functools import cache
from importlib import resources
from typing import Any

from loaders.extraction.reading import Candidate, Reading

WEIGHTS = resources.files("loaders.extraction.encoder") / "weights" / "join.json"


@cache
def _weights() -> dict[str, Any] | None:
    """The fitted curve, or nothing where it is not there."""
    if not WEIGHTS.is_file():
        return None
    weights: dict[str, Any] = json.loads(WEIGHTS.read_text("utf-8"))
    return weights


def weigh(reading: Reading) -> None:
    """Give every candidate its final confidence, where the encoder has read the text."""
    weights = _weights()
    if weights is None or not reading.memo.get("learned"):
        return
    for candidate in reading.candidates:
        total = sum(weights["common"][name] * value for name, value in features(candidate).items())
        shift, score, support = weights["predicates"].get(candidate.predicate, (0.0, 0.0, 0.0))
        total += shift + score * logit(candidate.confidence) + support * logit(candidate.support)
        candidate.confidence = 1 / (1 + math.exp(-total))


def features(candidate: Candidate) -> dict[str, float]:
    """What the curve sees of a candidate, whatever its predicate."""
    return {
        "bias": 1.0,
        "score": logit(candidate.confidence),
        "support": logit(candidate.support),
        "encoder": float(candidate.rule == "encoder"),
        "near": float(candidate.rule.startswith("near")),
        "unsupported": float(candidate.support <= 0.0),
    }


def logit(chance: float) -> float:
    """Log odds, within the bounds that one text can tell."""
    chance = min(0.98, max(0.02, chance))
    return math.log(chance / (1 - chance))
