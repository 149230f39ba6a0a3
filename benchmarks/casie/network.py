"""The network: the encoder, and tag layers for triggers, for arguments, and for the arguments of each trigger."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from benchmarks.casie.crf import Crf
from benchmarks.casie.texts import EVENTS, ROLES
from benchmarks.casie.windows import REACH, Asked, Batch, Targets
from training.network import FROZEN, Layer, WordEncoder

HEADS = 6
DROP_INSIDE, DROP_STATES = 0.1, 0.2
WEIGHT = 3.0
"""Times the loss of a word, so that its gradients are about as long as they may be."""


class Network(nn.Module):
    """Windows in; scores of tags out.

    What spaCy says of a word joins its state above the encoder, and one more layer reads them together.

    Arguments are looked for twice: in the window at once, and for each trigger around it, where the words know how far
    it is, of what type, and what it says. The two err differently, and are weighed together when read.
    """

    def __init__(self, folder: Path, features: Sequence[int]) -> None:
        super().__init__()
        self.encoder = WordEncoder(json.loads((folder / "config.json").read_text()), {}, FROZEN)
        self.encoder.load(folder)
        for module in (self.encoder.pieces, self.encoder.positions, self.encoder.norm, *self.encoder.layers[:FROZEN]):
            module.requires_grad_(False)
        self.encoder.kind.requires_grad_(False)
        width = self.encoder.width
        self.features = nn.ModuleList([nn.Embedding(size, width) for size in features])
        self.feature_norm, self.word_layer = nn.LayerNorm(width), Layer(width, 2 * width, HEADS, 1e-12)
        self.trigger_tags, self.argument_tags = (
            nn.Linear(width, 2 * len(EVENTS) + 1),
            nn.Linear(width, 2 * len(ROLES) + 1),
        )
        self.trigger_crf, self.argument_crf, self.role_crf = (
            Crf(2 * len(names) + 1) for names in (EVENTS, ROLES, ROLES)
        )
        self.marks, self.events = nn.Embedding(len(EVENTS) + 1, width), nn.Embedding(len(EVENTS), width)
        self.distances = nn.Embedding(2 * REACH + 1, width)
        for embedding in (*self.features, self.marks, self.events, self.distances):
            assert isinstance(embedding, nn.Embedding)
            nn.init.normal_(embedding.weight, std=0.02)
        self.trigger = nn.Linear(width, width)
        self.norm = nn.LayerNorm(width)
        self.role_layer = Layer(width, 2 * width, HEADS, 1e-12)
        self.role_tags = nn.Linear(width, 2 * len(ROLES) + 1)

    def states(self, batch: Batch) -> Tensor:
        """The state of each word, [windows, words, width]."""
        encoder = self.encoder
        x = encoder.norm(
            encoder.pieces(batch.pieces) + encoder.positions.weight[: batch.pieces.shape[1]] + encoder.kind
        )
        mask = batch.known[:, None, None, :]
        for number, layer in enumerate(encoder.layers):
            if number == FROZEN:
                x = x + encoder.flags(batch.flags)
            x = _through(layer, x, mask, DROP_INSIDE if self.training and number >= FROZEN else 0.0)
        words = torch.gather(x, 1, batch.heads[..., None].expand(-1, -1, x.shape[2]))
        told = torch.stack([of(batch.features[..., i]) for i, of in enumerate(self.features)]).sum(0)
        words = self.feature_norm(words + F.dropout(told, DROP_INSIDE, self.training))
        words = self.word_layer(words, batch.words[:, None, None, :])
        assert isinstance(words, Tensor)
        return words

    def tags(self, states: Tensor) -> tuple[Tensor, Tensor]:
        """The scores of trigger and of argument tags for each word."""
        states = F.dropout(states, DROP_STATES, self.training)
        return self.trigger_tags(states), self.argument_tags(states)

    def roles(self, states: Tensor, asked: Sequence[Asked]) -> tuple[Tensor, Tensor]:
        """The scores of tags around each trigger, and which of the words are: both begin at its `low`."""
        row, first, last, event, low, high = torch.tensor(asked).t()
        places = low[:, None] + torch.arange(int((high - low).max()))
        known = places < high[:, None]
        places = places.clamp(max=states.shape[1] - 1)
        begin, end = first[:, None], last[:, None]
        distance = (places - begin).clamp(max=0) + (places - end).clamp(min=0)
        inside = (places >= begin) & (places <= end)
        said = (states[row, first] + states[row, last]) / 2
        x = states[row[:, None], places] + self.distances(distance.clamp(-REACH, REACH) + REACH)
        x = x + self.marks(torch.where(inside, event[:, None] + 1, 0))
        x = self.norm(x + self.events(event)[:, None] + self.trigger(said)[:, None])
        x = self.role_layer(F.dropout(x, DROP_STATES, self.training), known[:, None, None, :])
        return self.role_tags(F.dropout(x, DROP_STATES, self.training)), known

    def loss(self, batch: Batch, wanted: Targets) -> Tensor:
        """The loss of all three layers on one batch."""
        states = self.states(batch)
        triggers, arguments = self.tags(states)
        loss = self.trigger_crf.loss(triggers, wanted.triggers, batch.words)
        loss = loss + self.argument_crf.loss(arguments, wanted.arguments, batch.words)
        if wanted.asked:
            scores, known = self.roles(states, wanted.asked)
            loss = loss + self.role_crf.loss(scores, wanted.roles, known)
        return loss / batch.words.sum() * WEIGHT


def _through(layer: nn.Module, x: Tensor, mask: Tensor, drop: float) -> Tensor:
    """A layer of the encoder, with dropout behind both of its halves; dropout within attention is slow on a CPU."""
    assert isinstance(layer, Layer)
    batch, length, width = x.shape
    q, k, v = layer.qkv(x).view(batch, length, 3, layer.heads, width // layer.heads).permute(2, 0, 3, 1, 4)
    y = F.scaled_dot_product_attention(q, k, v, attn_mask=mask).transpose(1, 2).reshape(batch, length, width)
    x = layer.norm1(x + F.dropout(layer.out(y), drop, drop > 0))
    y = layer.norm2(x + F.dropout(layer.down(F.gelu(layer.up(x))), drop, drop > 0))
    assert isinstance(y, Tensor)
    return y
