"""The encoder trained and scored on CASIE alone, on a document split of TextEE.

    python -m benchmarks.casie.run [--split 1] [--minutes 30]

Needs the `train` extra and `../shared/data/casie.tar.gz`, and says so where that is missing. Scores are exact: a
trigger counts by span and type, an argument by span and role; TextEE asks for the type of its event too. Published
systems of ten to twenty times the size have about 70 for triggers and 61 for arguments.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import time

import torch
from tokenizers import Tokenizer

from loaders.extraction.encoder.reader import spans_of
from training import archives, sets
from training.batches import Encoded, cut, encode, plan, tensors
from training.network import build
from training.train import BATCH_PIECES, default_encoder, losses

LAYERS = sets.AUXILIARY_LAYERS


def split(number: int) -> dict[str, frozenset[str]]:
    """The document numbers of the three parts of a split."""
    parts: dict[str, frozenset[str]] = {}
    for path, text in archives.members("casie.tar.gz"):
        match = re.search(rf"split{number}/(train|dev|test)\.txt$", path)
        if match:
            parts[match[1]] = frozenset(line.removesuffix(".txt") for line in text.split())
    return parts


def gold(wanted: frozenset[str]) -> dict[str, dict[str, set[tuple[int, int, str]]]]:
    """All triggers and arguments of these documents, those that overlap as well."""
    files = dict(archives.members("casie.tar.gz"))
    shifts = json.loads(next(v for k, v in files.items() if k.endswith("offset_shift.json")))
    found: dict[str, dict[str, set[tuple[int, int, str]]]] = {}
    for path, raw in files.items():
        match = re.search(r"annotation/(\d+)\.json$", path)
        if not match or match[1] not in wanted:
            continue
        shift = int(shifts.get(match[1], 0) or 0)
        spans: dict[str, set[tuple[int, int, str]]] = {"trigger": set(), "argument": set()}
        for hopper in json.loads(raw).get("cyberevent", {}).get("hopper", []):
            for event in hopper["events"]:
                nugget = event["nugget"]
                kind = event.get("subtype") or event["type"]
                spans["trigger"].add((nugget["startOffset"] + shift, nugget["endOffset"] + shift, kind))
                for argument in event.get("argument", []):
                    role = argument["role"]["type"]
                    spans["argument"].add((argument["startOffset"] + shift, argument["endOffset"] + shift, role))
        found[f"casie-{match[1]}"] = spans
    return found


class Run:
    """The network, and the documents cut for it."""

    def __init__(self, parts: dict[str, frozenset[str]], seed: int) -> None:
        torch.manual_seed(seed)
        self.generator = random.Random(seed)
        folder = default_encoder()
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        begin, separator, mask, pad = (tokenizer.token_to_id(t) for t in ("[CLS]", "[SEP]", "[MASK]", "[PAD]"))
        self.special = (begin, separator, mask, pad)
        self.reader = build(folder, LAYERS)
        encoded = {e.name.removeprefix("casie-"): encode(e, tokenizer, LAYERS) for e in sets.casie(frozenset())}
        self.parts = {part: [encoded[n] for n in sorted(names) if n in encoded] for part, names in parts.items()}

    def train(self, most: int, minutes: float) -> float:
        """How many epochs there was time for."""
        slow = [p for p in self.reader.words.layers.parameters() if p.requires_grad]
        fast = [*self.reader.words.taggers.parameters(), *self.reader.words.flags.parameters()]
        optimizer = torch.optim.AdamW([{"params": slow}, {"params": fast}], lr=0.0, weight_decay=0.01)
        windows = [[w for e in self.parts["train"] for w in cut(e, self.generator)] for _ in range(most)]
        epochs = [plan(w, BATCH_PIECES, self.generator) for w in windows]
        batches = [batch for epoch in epochs for batch in epoch]
        started = time.time()
        for step, batch in enumerate(batches):
            done = max(step / len(batches), (time.time() - started) / (60 * minutes))
            if done >= 1:
                return step / len(epochs[0])
            for group, times in zip(optimizer.param_groups, (1, 5), strict=True):
                group["lr"] = 2e-4 * times * min((step + 1) / 50, 1 - done)
            optimizer.zero_grad()
            sum(losses(self.reader, tensors(batch, self.special, self.generator)).values(), torch.zeros(())).backward()
            torch.nn.utils.clip_grad_norm_([*slow, *fast], 5.0)
            optimizer.step()
            if step % 50 == 0:
                print(f"step {step} of {len(batches)}, {time.time() - started:.0f} s", flush=True)
        return float(most)

    @torch.no_grad()
    def read(self, encoded: Encoded) -> dict[str, set[tuple[int, int, str]]]:
        """The spans of each layer in one document."""
        told: dict[str, set[tuple[int, int, str]]] = {name: set() for name in LAYERS}
        words = encoded.example.words
        for window in cut(encoded, None):
            data = tensors([window], self.special, None)
            _, tags = self.reader.words(data["ids"], data["flags"], data["mask"], data["heads"])
            for name, names in LAYERS.items():
                chances = tags[name][0, : window.last - window.first].softmax(-1).numpy()
                for first, last, kind, _ in spans_of(chances, names, 0.5):
                    told[name].add((words[window.first + first][0], words[window.first + last][1], kind))
        return told


def main() -> None:
    """Train on the split's training part, and print F1 on its test part."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--split", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    if not (archives.SHARED / "data" / "casie.tar.gz").is_file():
        sys.exit("skipped: ../shared/data/casie.tar.gz is not there")
    torch.set_num_threads(1)
    parts = split(arguments.split)
    run = Run(parts, arguments.seed)
    print(f"trained {run.train(arguments.epochs, arguments.minutes):.2f} epochs")
    run.reader.eval()
    wanted = gold(parts["test"])
    told = {e.example.name: run.read(e) for e in run.parts["test"]}
    for name in LAYERS:
        right = sum(len(told[d][name] & wanted[d][name]) for d in told)
        precision = right / max(1, sum(len(told[d][name]) for d in told))
        recall = right / max(1, sum(len(wanted[d][name]) for d in told))
        f1 = 2 * precision * recall / max(1e-9, precision + recall)
        print(f"{name}: precision {precision:.3f} recall {recall:.3f} F1 {f1:.3f}")


if __name__ == "__main__":
    main()
