"""The encoder trained and scored on CASIE alone, on a document split of TextEE.

    python -m benchmarks.casie.run [--split 1] [--epochs 5] [--seed 1]

Needs the `train` extra and `../shared/data/casie.tar.gz`, and says so where that is missing. It learns from the
training part, chooses how likely a span must be on the development part, and is scored once on the test part. Scores
are exact: a trigger counts by span and type, an argument by span and role, and once more with the type of its event,
as TextEE counts it. All of each text is read, what follows the last annotated event as well.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import Tensor

from benchmarks.casie.features import Features
from benchmarks.casie.network import Network
from benchmarks.casie.reading import LAYERS, read, score
from benchmarks.casie.texts import ARCHIVE, Text, read_texts, split
from benchmarks.casie.windows import BUDGET, Batcher, cut, plan, targets
from training import archives
from training.train import default_encoder

PIECES = 2048
"""Word pieces in a batch."""
RATE, FASTER, DECAY = 2e-4, 5, 0.01
"""The highest rate of the encoder's layers, how many times that the new layers have, and the decay of weights."""
WARM, LONGEST_GRADIENT, HIDDEN = 0.08, 5.0, 0.08
"""The share of steps in which the rate rises, the norm at which gradients are cut, the share of words hidden."""
AVERAGE = 0.995
"""How much of the running average of the weights stays at each step."""
CHANCES = [n / 50 for n in range(5, 26)]
"""How likely a span must be: what is tried on the development part."""


class Averaged:
    """Parameters and the running average of what they were."""

    def __init__(self, parameters: Sequence[torch.nn.Parameter]) -> None:
        self._parameters = parameters
        self._mean = [p.detach().clone() for p in parameters]
        self._steps = 0

    def step(self) -> None:
        """Take the parameters as they are now into the average."""
        self._steps += 1
        stays = min(AVERAGE, (1 + self._steps) / (10 + self._steps))
        for mean, now in zip(self._mean, self._parameters, strict=True):
            mean.lerp_(now.detach(), 1 - stays)

    def settle(self) -> None:
        """Make the parameters what they were on the average."""
        for mean, now in zip(self._mean, self._parameters, strict=True):
            now.data.copy_(mean)


def train(network: Network, texts: Sequence[Text], batcher: Batcher, epochs: int, generator: random.Random) -> None:
    """Learn from the texts, cut anew in each epoch."""
    slow = [p for p in network.encoder.layers.parameters() if p.requires_grad]
    apart = {id(p) for p in slow}
    fast = [p for p in network.parameters() if p.requires_grad and id(p) not in apart]
    optimizer = torch.optim.AdamW([{"params": slow}, {"params": fast}], lr=0.0, weight_decay=DECAY)
    averaged = Averaged([*slow, *fast])
    batches = []
    for _ in range(epochs):
        windows = [w for t in texts for w in cut(t, generator.randint(BUDGET // 4, BUDGET), t.annotated)]
        batches += plan(windows, PIECES, generator)
    network.train()
    started, losses = time.time(), list[float]()
    for step, windows in enumerate(batches):
        rate = RATE * min((step + 1) / (WARM * len(batches)), 1 - step / len(batches))
        for group, times in zip(optimizer.param_groups, (1, FASTER), strict=True):
            group["lr"] = rate * times
        batch = batcher.batch(windows, learning=True)
        loss: Tensor = network.loss(batch, targets(batch))
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_([*slow, *fast], LONGEST_GRADIENT)
        optimizer.step()
        averaged.step()
        losses.append(float(loss.detach()))
        if step % 50 == 49:
            mean = sum(losses[-50:]) / 50
            print(f"step {step + 1} of {len(batches)}, {time.time() - started:.0f} s, loss {mean:.3f}", flush=True)
    averaged.settle()


def main() -> None:
    """Train on the split's training part, choose on its development part, and print the scores on its test part."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--split", type=int, default=1)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--seed", type=int, nargs="+", default=[1], help="several train as many networks, and average")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--texts", type=int, help="learn from so many texts alone")
    parser.add_argument("--weights", type=Path, help="a folder for the weights of each seed, read where they are there")
    arguments = parser.parse_args()
    if not (archives.SHARED / "data" / ARCHIVE).is_file():
        sys.exit(f"skipped: ../shared/data/{ARCHIVE} is not there")
    torch.set_num_threads(arguments.threads)
    folder = default_encoder()
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    features = Features()
    known = read_texts(tokenizer, features)
    parts = {part: [known[n] for n in names if n in known] for part, names in split(arguments.split).items()}
    networks = []
    for seed in arguments.seed:
        torch.manual_seed(seed)
        generator = random.Random(seed)
        batcher = Batcher(tokenizer, HIDDEN, generator)
        network = Network(folder, features.sizes)
        kept = arguments.weights / f"casie-{arguments.split}-{seed}.pt" if arguments.weights else None
        if kept and kept.is_file():
            network.load_state_dict(torch.load(kept))
        else:
            train(network, parts["train"][: arguments.texts], batcher, arguments.epochs, generator)
            if kept:
                kept.parent.mkdir(parents=True, exist_ok=True)
                torch.save(network.state_dict(), kept)
        networks.append(network)
    least = {}
    readings = read(networks, batcher, parts["dev"])
    for layer in LAYERS:
        tried = {chance: score(parts["dev"], readings, layer, chance).f1 for chance in CHANCES}
        least[layer] = max(tried, key=lambda chance: tried[chance])
        print(f"dev {layer}: F1 {tried[least[layer]]:.3f} with chances from {least[layer]}")
    readings = read(networks, batcher, parts["test"])
    for layer in LAYERS:
        found = score(parts["test"], readings, layer, least[layer])
        overlap = found.touching / max(1, found.told)
        print(
            f"test {layer}: precision {found.precision:.3f} recall {found.recall:.3f} F1 {found.f1:.3f}, "
            f"precision by overlap {overlap:.3f}"
        )


if __name__ == "__main__":
    main()
