"""A linear-chain CRF over BIO tags, with the chance of every span."""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

LONGEST = 14
FLOOR = 0.03
NEVER = -1e4


class Found(NamedTuple):
    """A span of words, the number of its label, and how likely it is."""

    first: int
    last: int
    label: int
    chance: float


class _LogPartition(torch.autograd.Function):
    """The log of the sum over all tag sequences; its gradient is the chance of each tag, found by going forth and back.

    Written by hand, as plain autograd would keep and pass back hundreds of small tensors for each batch.
    """

    @staticmethod
    def forward(ctx: Any, scores: Tensor, start: Tensor, moves: Tensor, mask: Tensor) -> Tensor:
        across = moves.exp()
        back_across = across.t().contiguous()
        top = scores.amax(-1, keepdim=True)
        local = (scores - top).exp().transpose(0, 1).contiguous()
        steps = local.shape[0]
        forth, scale = torch.empty_like(local), torch.empty(local.shape[:2])
        row = local[0] * start.exp()
        for t in range(steps):
            if t:
                row = (forth[t - 1] @ across) * local[t]
            scale[t] = row.sum(-1).clamp_min(1e-37)
            torch.div(row, scale[t][:, None], out=forth[t])
        known = mask.t().float()
        total = ((scale.log() + top[..., 0].t()) * known).sum(0)
        chances, after = torch.empty_like(local), torch.zeros_like(local)
        back = torch.ones_like(local[0])
        for t in range(steps - 1, -1, -1):
            if t < steps - 1:
                row = local[t + 1] * back / scale[t + 1][:, None]
                inside = known[t + 1][:, None]
                after[t] = row * inside
                back = (row @ back_across) * inside + (1 - inside)
            torch.mul(forth[t], back, out=chances[t])
        ctx.save_for_backward(chances * known[..., None], forth, after, across)
        return total

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        chances, forth, after, across = ctx.saved_tensors
        each = gradients[0][None, :, None]
        scores = chances * each
        count = across.shape[0]
        moves = across * (forth.reshape(-1, count).t() @ (after * each).reshape(-1, count))
        return scores.transpose(0, 1), scores[0].sum(0), moves, None


class Crf(nn.Module):
    """Scores of tags that follow each other; tag 0 is outside, 2k + 1 begins label k and 2k + 2 goes on with it."""

    def __init__(self, tags: int) -> None:
        super().__init__()
        self.moves = nn.Parameter(torch.zeros(tags, tags))
        self.start = nn.Parameter(torch.zeros(tags))
        barred, barred_start = torch.zeros(tags, tags), torch.zeros(tags)
        barred[:, 2::2], barred_start[2::2] = NEVER, NEVER
        for inside in range(2, tags, 2):
            barred[inside, inside] = barred[inside - 1, inside] = 0.0
        self.barred: Tensor
        self.barred_start: Tensor
        self.register_buffer("barred", barred)
        self.register_buffer("barred_start", barred_start)

    def loss(self, scores: Tensor, tags: Tensor, mask: Tensor) -> Tensor:
        """Minus the log chance of the tags, summed; `scores` is [batch, words, tags], `mask` says which words are."""
        moves, start = self.moves + self.barred, self.start + self.barred_start
        total: Tensor = _LogPartition.apply(scores, start, moves, mask)
        own = (scores.gather(2, tags[..., None])[..., 0] * mask).sum(1)
        between = (moves[tags[:, :-1], tags[:, 1:]] * mask[:, 1:]).sum(1)
        return (total - own - between - start[tags[:, 0]]).sum()

    def spans(self, scores: Tensor, mask: Tensor) -> list[list[Found]]:
        """Every span of each sequence, [batch, words, tags], that is likelier than `FLOOR`."""
        scores, moves = scores.double(), (self.moves + self.barred).double()
        sizes = mask.sum(1)
        forth = self._forth(scores, moves)
        after_begin, after_inside = _after(scores, moves, mask)
        total = forth[torch.arange(len(scores)), sizes - 1].logsumexp(-1)
        label = torch.arange(moves.shape[0] // 2)
        begin, inside = 2 * label + 1, 2 * label + 2
        running = forth[..., 1::2]
        found: list[list[Found]] = [[] for _ in scores]
        for more in range(min(LONGEST, scores.shape[1])):
            after = after_inside if more else after_begin
            chances = (running + after[:, more:] - total[:, None, None]).exp() * mask[:, more:, None]
            for row, first, kind in (chances > FLOOR).nonzero().tolist():
                found[row].append(Found(first, first + more, kind, float(chances[row, first, kind])))
            step = moves[inside if more else begin, inside]
            running = running[:, :-1] + step + scores[:, more + 1 :, 2::2]
        return found

    def _forth(self, scores: Tensor, moves: Tensor) -> Tensor:
        """The log mass of all that can come before and at each word, by tag."""
        across = moves.exp()
        rows = [scores[:, 0] + self.start.double() + self.barred_start.double()]
        for t in range(1, scores.shape[1]):
            rows.append(_log_product(rows[-1], across) + scores[:, t])
        return torch.stack(rows, 1)


def _after(scores: Tensor, moves: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    """The log mass of all that can follow a span that ends at each word, of one word or of more."""
    across = moves.exp().t().contiguous()
    label = torch.arange(len(moves) // 2)
    ended = across.clone()
    ended[2 * label + 2, 2 * label + 1] = ended[2 * label + 2, 2 * label + 2] = 0.0
    back = torch.zeros_like(scores[:, 0])
    found = scores.new_zeros(*scores.shape[:2], 2 * len(label))
    for t in range(scores.shape[1] - 2, -1, -1):
        following, more = scores[:, t + 1] + back, mask[:, t + 1, None]
        found[:, t] = torch.where(more, _log_product(following, ended[:, 1:]), 0.0)
        back = torch.where(more, _log_product(following, across), 0.0)
    return found[..., ::2], found[..., 1::2]


def _log_product(logs: Tensor, matrix: Tensor) -> Tensor:
    """The log of a product of what `logs` are the logs of."""
    top = logs.amax(-1, keepdim=True)
    return ((logs - top).exp() @ matrix).clamp_min(1e-300).log() + top
