"""Write the weights that ship: two ONNX files, the tokeniser, the labels. `python -m training.export FOLDER`.

Numbers of eight bits for a whole matrix of activations lose much: a few channels are twenty times as large as the
others. So each channel is first divided by its size, and its weights multiplied by it (Xiao et al., *SmoothQuant*,
ICML 2023): tags then agree with those of floats on 92 words in 100 instead of 87, in the same time. The heads over
spans, which are small, stay floats.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from tokenizers import Tokenizer
from torch import Tensor, nn

from loaders.extraction.encoder import labels
from training import sets
from training.batches import cut, encode, plan, tensors
from training.network import Reader
from training.train import BATCH_PIECES, LAYERS, default_encoder, special_pieces

WEIGHTS = Path(__file__).resolve().parents[1] / "loaders/extraction/encoder/weights"
SAMPLE = 24
"""Reports of our own that show how large each channel is."""
SHARE = 0.7
"""How much of the unevenness the weights take over."""
EVEN = ("qkv", "up", "down")


class _Words(nn.Module):
    def __init__(self, reader: Reader) -> None:
        super().__init__()
        self.words = reader.words
        self.words.plain = True

    def forward(self, ids: Tensor, flags: Tensor, mask: Tensor, heads: Tensor) -> tuple[Tensor, ...]:
        states, tags = self.words(ids, flags, mask, heads)
        return (states, *(tags[name] for name in labels.LAYERS))


class _Even(nn.Module):
    """A linear layer whose input is divided, channel by channel, before it is multiplied."""

    def __init__(self, linear: nn.Linear, sizes: Tensor) -> None:
        super().__init__()
        self.linear = linear
        self.shrink = nn.Parameter(1 / sizes)
        with torch.no_grad():
            linear.weight.mul_(sizes)

    def forward(self, x: Tensor) -> Tensor:
        product: Tensor = self.linear(x * self.shrink)
        return product


def even_out(reader: Reader, inputs: Sequence[dict[str, Tensor]]) -> None:
    """Make the channels of what is multiplied alike in size, by the largest values that these inputs give."""
    largest: dict[nn.Module, Tensor] = {}

    def watch(module: nn.Module, given: tuple[Tensor, ...]) -> None:
        seen = given[0].abs().amax((0, 1))
        largest[module] = torch.maximum(largest.get(module, seen), seen)

    places = [(layer, name) for layer in reader.words.layers for name in EVEN]
    hooks = [getattr(layer, name).register_forward_pre_hook(watch) for layer, name in places]
    with torch.no_grad():
        for data in inputs:
            reader.words(data["ids"], data["flags"], data["mask"], data["heads"])
    for hook in hooks:
        hook.remove()
    for layer, name in places:
        linear = getattr(layer, name)
        own = linear.weight.detach().abs().amax(0).clamp(min=1e-5)
        sizes = largest[linear].clamp(min=1e-5) ** SHARE / own ** (1 - SHARE)
        setattr(layer, name, _Even(linear, sizes / sizes.mean()))


def sample(encoder: Path) -> list[dict[str, Tensor]]:
    """Windows of our own reports, as the network takes them."""
    tokenizer = Tokenizer.from_file(str(encoder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    encoded = [encode(example, tokenizer, LAYERS) for example, _, _ in list(sets.own())[:SAMPLE]]
    batches = plan([window for e in encoded for window in cut(e, None)], BATCH_PIECES, random.Random(0))
    return [tensors(batch, special_pieces(tokenizer), None) for batch in batches]


def load(checkpoint: Path, encoder: Path) -> Reader:
    """The trained network."""
    reader = Reader(json.loads((encoder / "config.json").read_text()), sets.AUXILIARY_LAYERS)
    reader.load_state_dict(torch.load(checkpoint, map_location="cpu")["state"])
    return reader.eval()


def export(reader: Reader, encoder: Path, target: Path) -> None:
    """Write everything that `loaders.extraction.encoder` needs into `target`."""
    target.mkdir(parents=True, exist_ok=True)
    even_out(reader, sample(encoder))
    batch, pieces, words, spans = (torch.export.Dim(n, min=1, max=4096) for n in ("batch", "pieces", "words", "spans"))
    ids = torch.randint(5, 900, (3, 40))
    states = torch.randn(3, 21, reader.words.width)
    first = torch.randint(0, 10, (3, 7))
    jobs = {
        "words": (
            _Words(reader),
            (ids, torch.zeros_like(ids), torch.ones_like(ids, dtype=torch.bool), torch.randint(0, 39, (3, 20))),
            ["ids", "flags", "mask", "heads"],
            ["states", *labels.LAYERS],
            {
                "ids": {0: batch, 1: pieces},
                "flags": {0: batch, 1: pieces},
                "mask": {0: batch, 1: pieces},
                "heads": {0: batch, 1: words},
            },
        ),
        "spans": (
            reader.heads,
            (states, first, first + 2),
            ["states", "first", "last"],
            ["roles", "modality", "relations"],
            {"states": {0: batch, 1: words}, "first": {0: batch, 1: spans}, "last": {0: batch, 1: spans}},
        ),
    }
    with TemporaryDirectory() as folder:
        for name, (module, inputs, names, outputs, shapes) in jobs.items():
            raw = Path(folder) / f"{name}.onnx"
            torch.onnx.export(
                module,
                inputs,
                str(raw),
                input_names=names,
                output_names=outputs,
                dynamic_shapes=shapes,
                opset_version=20,
                dynamo=True,
                external_data=False,
            )
            onnx.checker.check_model(str(raw))
            if name == "spans":
                shutil.copy(raw, target / f"{name}.onnx")
                continue
            quantize_dynamic(raw, target / f"{name}.onnx", weight_type=QuantType.QInt8, per_channel=True)
    shutil.copy(encoder / "tokenizer.json", target / "tokenizer.json")
    known = {
        "roles": labels.ROLES,
        "relations": labels.RELATIONS,
        "layers": labels.LAYERS,
        "modalities": labels.MODALITIES,
    }
    (target / "labels.json").write_text(json.dumps(known, indent=1) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, help="where training left reader.pt")
    parser.add_argument("--to", type=Path, default=WEIGHTS)
    arguments = parser.parse_args()
    export(load(arguments.folder / "reader.pt", default_encoder()), default_encoder(), arguments.to)


if __name__ == "__main__":
    main()
