"""Fit the scores of candidates: `python -m training.score_candidates`.

Reads the annotated reports of `../shared/eval/train`, where they are, and our own corpus; runs the rules over them; and
learns from which features a candidate is true. Writes `loaders/extraction/data/scores.npz`. Seeded, numpy alone.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from loaders.extraction import learned, pipeline, scoring
from loaders.extraction.reading import Candidate, Record
from ontology.statement import Document, Literal, Statement
from training.annotations import read_annotations
from training.corpus import read_corpus
from training.halves import half_of, held_out

SHARED = Path(__file__).resolve().parents[2] / "shared" / "eval"
SLOTS = 1 << scoring.BITS
RARE = 3
EPOCHS, RATE, BATCH, SEED = 6, 0.03, 256, 1
DECAY = 1e-4
ELSEWHERE = 0.3
"""Weight of a candidate whose fact the report gives, but in another sentence."""
SMALL = 0.004
DAYS = frozenset({"startedOn", "detectedOn", "disclosedOn"})
"""Predicates that the scorer takes for one another and a reader does not."""
_GOLD = {
    "targeted": ("victimOf", True),
    "associatedWith": ("allegedMemberOrPartOf", False),
    "memberOf": ("allegedMemberOrPartOf", False),
    "operates": ("operatesFacility", False),
    "disrupted": ("disruptedOperationAt", False),
    "endedOn": ("resumedOn", False),
    "amount": ("supportAmount", False),
    "arrested": ("arrestedBy", True),
    "charged": ("arrestedBy", True),
    "sentenced": ("arrestedBy", True),
    "compromisedData": ("dataCompromised", False),
    "usedMalware": ("malwareUsed", False),
    "supplies": ("supplierOf", False),
    "said": ("saidBy", True),
    "holdsRole": ("roleOf", False),
}
_KINDS = {
    "GovernmentBody": "GovernmentAgency",
    "System": "Product/System",
    "SupportMeasure": "FinancialInstrument",
    "Programme": "FinancialInstrument",
}


@dataclass(frozen=True, slots=True)
class Row:
    """A candidate as the model sees it."""

    slots: np.ndarray[Any, Any]
    offset: float
    right: bool
    weight: float


def scorer() -> Any:
    """The scorer of the evaluation set, which knows when a statement gives a gold fact."""
    spec = importlib.util.spec_from_file_location("score", SHARED / "score.py")
    if spec is None or spec.loader is None or not (SHARED / "score.py").is_file():
        raise SystemExit("../shared/eval/score.py is needed to judge candidates, and is not there")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def judge_of(module: Any, gold: dict[str, Any], told: list[dict[str, Any]]) -> Any:
    """The scorer of one report, to which incidents are known by the victims that the gold names."""
    judge = module.Scorer(gold, told)
    victims = [f["s"] for f in gold["facts"] if f["p"] == "victimOf"]
    judge.targets.clear()
    for said in told:
        if said["predicate"] == "targeted" and any(judge.entity(v, said["object"]) for v in victims):
            judge.targets[said["subject"]["id"]].append(said["object"])
    return judge


def answers(judge: Any, fact: dict[str, Any]) -> bool:
    """Whether the statements give a fact; the day that something began is not the day that it was disclosed."""
    return bool(judge.answers(fact, exact=fact["p"] in DAYS))


def reports() -> Iterator[tuple[str, Document, dict[str, Any]]]:
    """Name, document and gold facts of every annotated report."""
    for path in sorted((SHARED / "train").glob("*.txt")):
        header, _, body = path.read_text(encoding="utf-8").partition("\n\n")
        fields = dict(line.split(": ", 1) for line in header.splitlines() if ": " in line)
        day = fields.get("DATE", "")
        published = f"{day[:4]}-{day[4:6]}-{day[6:8]}" if len(day) == 8 else day or None
        gold = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        yield path.stem, Document(body, title=fields.get("TITLE", ""), published_on=published), gold
    for report in read_corpus():
        yield report.name, report.document, as_gold(report.statements)
    for name, document, statements in read_annotations():
        yield name, document, as_gold(statements)


def as_gold(statements: Iterable[Statement]) -> dict[str, Any]:
    """Statements of our corpus in the vocabulary of the scorer."""
    entities: dict[str, dict[str, Any]] = {}
    facts = []
    for s in statements:
        ends = []
        for end in (s.subject, s.object):
            if isinstance(end, Literal):
                ends.append(f"{end.currency} {end.value}" if end.currency else str(end.value))
                continue
            ends.append(end.name)
            kind = _KINDS.get(end.type, end.type)
            entities[end.id] = {"name": end.name, "type": kind, "aliases": list(end.aliases)}
        predicate, swapped = _GOLD.get(s.predicate, (s.predicate, False))
        subject, target = reversed(ends) if swapped else ends
        facts.append({"s": subject, "p": predicate, "o": target, "modality": s.modality.value, "evidence": s.quote})
    return {"entities": list(entities.values()), "facts": facts}


def rows(document: Document, gold: dict[str, Any], module: Any) -> list[Row]:
    """The candidates of one report, each judged by the gold facts."""
    reading = pipeline.read(document)
    found = [(c, f) for c, f in scoring.featurize(reading) if _complete(c)]
    told = [
        {"predicate": c.predicate, "subject": _json(c.subject), "object": _json(c.object), "modality": c.modality.value}
        for c, _ in found
    ]
    judge = judge_of(module, gold, told)
    out = []
    for (candidate, slots), said in zip(found, told, strict=True):
        judge.statements = [said]
        hits = [f for f in gold["facts"] if f["p"] in module.ANSWERS and answers(judge, f)]
        sentence = _words(document.body[candidate.start : candidate.end])
        here = any(len(w & sentence) >= 0.75 * len(w) for w in (_words(f.get("evidence", "")) for f in hits))
        weight = 1.0 if here or not hits else ELSEWHERE
        out.append(Row(np.array(slots, dtype=np.int32), scoring.offset(candidate), bool(hits), weight))
    return out


def _complete(candidate: Candidate) -> bool:
    return isinstance(candidate.subject, Record) and isinstance(candidate.object, Record | Literal)


def _json(end: object) -> dict[str, Any]:
    return end.entity().to_json() if isinstance(end, Record) else end.to_json() if isinstance(end, Literal) else {}


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower()))


def fit(found: list[list[Row]]) -> np.ndarray[Any, Any]:
    """Weights of a logistic model by AdaGrad; features of fewer than RARE reports are left out."""
    reports_with = np.zeros(SLOTS, dtype=np.int32)
    for report in found:
        if report:
            reports_with[np.unique(np.concatenate([r.slots for r in report]))] += 1
    table = [r for report in found for r in report]
    kept = [r.slots[reports_with[r.slots] >= RARE] for r in table]
    right = np.array([r.right for r in table], dtype=np.float32)
    offsets = np.array([r.offset for r in table], dtype=np.float32)
    weight = np.array([r.weight for r in table], dtype=np.float32)
    weights = np.zeros(SLOTS, dtype=np.float32)
    squares = np.full(SLOTS, 1e-6, dtype=np.float32)
    random = np.random.default_rng(SEED)
    for _ in range(EPOCHS):
        order = random.permutation(len(table))
        for start in range(0, len(order), BATCH):
            batch = order[start : start + BATCH]
            slots = np.concatenate([kept[i] for i in batch])
            owner = np.repeat(np.arange(len(batch)), [len(kept[i]) for i in batch])
            logits = offsets[batch] + np.bincount(owner, weights=weights[slots], minlength=len(batch))
            error = (1 / (1 + np.exp(-np.clip(logits, -20, 20))) - right[batch]) * weight[batch]
            touched = np.unique(slots)
            gradient = np.bincount(slots, weights=error[owner], minlength=SLOTS)[touched]
            step = gradient / len(batch) * 16 + DECAY * weights[touched] * len(batch)
            squares[touched] += step**2
            weights[touched] -= RATE * step / np.sqrt(squares[touched])
    return weights


def main() -> None:
    """Fit on all annotated reports and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path(str(scoring.WEIGHTS)))
    parser.add_argument("--halves", type=Path, help="a folder for what each half, and all that is not held out, gives")
    args = parser.parse_args()
    if not (SHARED / "score.py").is_file():
        print("../shared is not there: the scores of candidates stay as they are", file=sys.stderr)
        return
    module = scorer()
    # rules are judged by themselves: neither old scores nor the encoder may colour them
    scoring._weights = lambda: None
    learned.shared_encoder = lambda: None
    found = [(name, rows(document, gold, module)) for name, document, gold in reports()]
    write(args.out, fit([r for _, r in found]))
    print(f"{len(found)} reports, {sum(len(r) for _, r in found)} candidates")
    if args.halves:
        args.halves.mkdir(parents=True, exist_ok=True)
        aside = held_out([name for name, _ in found])
        learned_from = [(name, r) for name, r in found if name not in aside]
        write(args.halves / "scores-all.npz", fit([r for _, r in learned_from]))
        for half in (0, 1):
            write(args.halves / f"scores-{half}.npz", fit([r for name, r in learned_from if half_of(name) == half]))


def write(path: Path, weights: np.ndarray[Any, Any]) -> None:
    """Keep the weights that matter."""
    slots = np.nonzero(np.abs(weights) > SMALL)[0]
    np.savez_compressed(path, slots=slots.astype(np.int32), weights=weights[slots].astype(np.float16))


if __name__ == "__main__":
    main()
