"""Write the weights that ship: two int8 ONNX files, the tokeniser, the labels. `python -m training.export FOLDER`."""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn

from loaders.extraction.encoder import labels
from training import sets
from training.network import Reader
from training.train import default_encoder

WEIGHTS = Path(__file__).resolve().parents[1] / "loaders/extraction/encoder/weights"


class _Words(nn.Module):
    def __init__(self, reader: Reader) -> None:
        super().__init__()
        self.words = reader.words
        self.words.plain = True

    def forward(self, ids: Tensor, flags: Tensor, mask: Tensor, heads: Tensor) -> tuple[Tensor, ...]:
        states, tags = self.words(ids, flags, mask, heads)
        return (states, *(tags[name] for name in labels.LAYERS))


def load(checkpoint: Path, encoder: Path) -> Reader:
    """The trained network."""
    reader = Reader(json.loads((encoder / "config.json").read_text()), sets.AUXILIARY_LAYERS)
    reader.load_state_dict(torch.load(checkpoint, map_location="cpu")["state"])
    return reader.eval()


def export(reader: Reader, encoder: Path, target: Path) -> None:
    """Write everything that `loaders.extraction.encoder` needs into `target`."""
    target.mkdir(parents=True, exist_ok=True)
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
