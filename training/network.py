"""The network: a BERT-like encoder with a case flag for each word, tag layers over words, and heads over spans."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from loaders.extraction.encoder import labels
from loaders.extraction.encoder.text import CASE_FLAGS

FROZEN = 2
"""Lowest layers that are left as they are: a fifth less to compute, and the words keep what they meant."""
SPAN_WIDTH, PAIR_WIDTH, BETWEEN_WIDTH = 256, 192, 96
DISTANCES = (0, 1, 2, 3, 5, 8, 12, 20, 32, 50, 80)
"""Lower bounds of the buckets of distance, in words, between two spans."""


class Layer(nn.Module):
    """One transformer layer, with the parameter names of BERT mapped in `load`."""

    def __init__(self, width: int, inner: int, heads: int, epsilon: float) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.up = nn.Linear(width, inner)
        self.down = nn.Linear(inner, width)
        self.norm1 = nn.LayerNorm(width, epsilon)
        self.norm2 = nn.LayerNorm(width, epsilon)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        batch, length, width = x.shape
        q, k, v = self.qkv(x).view(batch, length, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        if mask.dtype is torch.bool:
            y = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        else:
            scores = q @ k.transpose(-1, -2) * (width // self.heads) ** -0.5
            y = torch.softmax(scores + mask, -1) @ v
        x = self.norm1(x + self.out(y.transpose(1, 2).reshape(batch, length, width)))
        return self.norm2(x + self.down(F.gelu(self.up(x))))


class WordEncoder(nn.Module):
    """Word pieces and flags in; states of words out, and the tag scores of each layer."""

    def __init__(self, config: dict[str, object], layers: dict[str, tuple[str, ...]], frozen: int) -> None:
        super().__init__()
        self.frozen = frozen
        self.plain = False
        """Whether attention is spelled out, which exports to a fifth less work than the fused form does."""
        width, depth = int(str(config["hidden_size"])), int(str(config["num_hidden_layers"]))
        epsilon = float(str(config.get("layer_norm_eps", 1e-12)))
        self.pieces = nn.Embedding(int(str(config["vocab_size"])), width)
        self.positions = nn.Embedding(int(str(config["max_position_embeddings"])), width)
        self.kind = nn.Parameter(torch.zeros(width))
        self.flags = nn.Embedding(2 * CASE_FLAGS, width)
        self.norm = nn.LayerNorm(width, epsilon)
        inner, heads = int(str(config["intermediate_size"])), int(str(config["num_attention_heads"]))
        self.layers = nn.ModuleList([Layer(width, inner, heads, epsilon) for _ in range(depth)])
        self.drop = nn.Dropout(0.1)
        self.taggers = nn.ModuleDict({name: nn.Linear(width, len(tags)) for name, tags in layers.items()})
        self.width = width
        nn.init.zeros_(self.flags.weight)

    def forward(self, ids: Tensor, flags: Tensor, mask: Tensor, heads: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """`ids`, `flags`, `mask` are [batch, pieces]; `heads` is [batch, words], the first piece of each word."""
        places = torch.arange(ids.shape[1], device=ids.device)
        x = self.norm(self.pieces(ids) + self.positions(places) + self.kind)
        attention = mask[:, None, None, :]
        if self.plain:
            attention = (1.0 - attention.to(x.dtype)) * -1e4
        for number, layer in enumerate(self.layers):
            # flags come in above the frozen layers, so that nothing need be propagated through those
            x = layer(x + self.flags(flags) if number == self.frozen else x, attention)
        states = torch.gather(x, 1, heads[:, :, None].expand(-1, -1, self.width))
        topic = x[:, :1]
        states = self.drop(states)
        tags = {name: tagger(states) for name, tagger in self.taggers.items()}
        return torch.cat([topic, states], 1), tags

    def load(self, folder: Path) -> None:
        """Take the weights of a BERT-like `model.safetensors`."""
        source = load_file(str(folder / "model.safetensors"))
        source = {key.removeprefix("bert."): value for key, value in source.items()}
        with torch.no_grad():
            self.pieces.weight.copy_(source["embeddings.word_embeddings.weight"])
            self.positions.weight.copy_(source["embeddings.position_embeddings.weight"])
            self.kind.copy_(source["embeddings.token_type_embeddings.weight"][0])
            _copy(self.norm, source, "embeddings.LayerNorm")
            for i, layer in enumerate(self.layers):
                at = f"encoder.layer.{i}"
                for part in ("weight", "bias"):
                    three = [source[f"{at}.attention.self.{n}.{part}"] for n in ("query", "key", "value")]
                    getattr(layer.qkv, part).copy_(torch.cat(three))
                _copy(layer.out, source, f"{at}.attention.output.dense")
                _copy(layer.norm1, source, f"{at}.attention.output.LayerNorm")
                _copy(layer.up, source, f"{at}.intermediate.dense")
                _copy(layer.down, source, f"{at}.output.dense")
                _copy(layer.norm2, source, f"{at}.output.LayerNorm")


def _copy(module: nn.Module, source: dict[str, Tensor], name: str) -> None:
    module.weight.copy_(source[f"{name}.weight"])
    module.bias.copy_(source[f"{name}.bias"])


class SpanHeads(nn.Module):
    """Word states and spans in; roles and modality of each span, and relations of each ordered pair out."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.span = nn.Linear(4 * width, SPAN_WIDTH)
        self.drop = nn.Dropout(0.2)
        self.roles = nn.Linear(SPAN_WIDTH, len(labels.ROLES))
        self.modality = nn.Linear(SPAN_WIDTH, len(labels.MODALITIES))
        self.first = nn.Linear(SPAN_WIDTH, PAIR_WIDTH)
        self.second = nn.Linear(SPAN_WIDTH, PAIR_WIDTH)
        self.narrow = nn.Linear(width, BETWEEN_WIDTH)
        self.between = nn.Linear(BETWEEN_WIDTH, PAIR_WIDTH)
        self.distance = nn.Embedding(2 * len(DISTANCES) + 2, PAIR_WIDTH)
        self.left, self.right = nn.Linear(SPAN_WIDTH, 64), nn.Linear(SPAN_WIDTH, 64)
        self.relations = nn.Linear(PAIR_WIDTH + 64, len(labels.RELATIONS))
        self.register_buffer("bounds", torch.tensor(DISTANCES))
        nn.init.constant_(self.roles.bias, -3.0)
        nn.init.constant_(self.relations.bias, -4.0)

    def forward(self, states: Tensor, first: Tensor, last: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """`states` is [batch, 1 + words, width], the topic first; `first`, `last` are the words of each span."""
        topic, words = states[:, :1], states[:, 1:]
        batch, count = first.shape
        width = words.shape[2]
        sums = F.pad(words.cumsum(1), (0, 0, 1, 0))

        def at(source: Tensor, index: Tensor) -> Tensor:
            return torch.gather(source, 1, index[:, :, None].expand(-1, -1, source.shape[2]))

        length = (last - first + 1)[:, :, None].to(words.dtype)
        mean = (at(sums, last + 1) - at(sums, first)) / length
        joined = torch.cat([at(words, first), at(words, last), mean, topic.expand(batch, count, width)], 2)
        spans = self.drop(F.gelu(self.span(joined)))

        narrow = F.pad(self.narrow(words).cumsum(1), (0, 0, 1, 0))
        before = first[:, :, None] < first[:, None, :]
        low = torch.where(before, last[:, :, None] + 1, last[:, None, :] + 1)
        high = torch.where(before, first[:, None, :], first[:, :, None])
        gap = (high - low).clamp(min=0)
        high = low + gap
        flat = (batch, count * count)
        held = at(narrow, high.reshape(flat)) - at(narrow, low.reshape(flat))
        held = held.view(batch, count, count, BETWEEN_WIDTH) / gap.clamp(min=1)[..., None].to(words.dtype)
        bucket = (gap[..., None] >= self.bounds).sum(-1) * 2 + before.long()
        pairs = F.gelu(
            self.first(spans)[:, :, None] + self.second(spans)[:, None, :] + self.between(held) + self.distance(bucket)
        )
        product = self.left(spans)[:, :, None] * self.right(spans)[:, None, :]
        relations = self.relations(torch.cat([pairs, product], 3))
        return self.roles(spans), self.modality(spans), relations


class Reader(nn.Module):
    """The whole network."""

    def __init__(self, config: dict[str, object], auxiliary: dict[str, tuple[str, ...]], frozen: int = FROZEN) -> None:
        super().__init__()
        self.words = WordEncoder(config, labels.LAYERS | auxiliary, frozen)
        self.heads = SpanHeads(self.words.width)
        words = self.words
        for module in (words.pieces, words.positions, words.norm, *list(words.layers)[:frozen]):
            module.requires_grad_(False)
        words.kind.requires_grad_(False)


def build(folder: Path, auxiliary: dict[str, tuple[str, ...]]) -> Reader:
    """A network on the pre-trained weights in `folder` (`config.json`, `model.safetensors`, `tokenizer.json`)."""
    reader = Reader(json.loads((folder / "config.json").read_text()), auxiliary)
    reader.words.load(folder)
    return reader
