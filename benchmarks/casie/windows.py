"""CASIE's texts cut into windows and made into tensors."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from tokenizers import Tokenizer
from torch import Tensor

from benchmarks.casie.texts import Text
from loaders.extraction.encoder import text as texts

BUDGET = 192
"""Word pieces in a window."""
REACH = 40
"""How many words before and after a trigger may play a role in its event: of the arguments 99 in 100 are nearer."""


@dataclass(frozen=True, slots=True)
class Window:
    """A run of words of one text."""

    text: Text
    first: int
    last: int

    @property
    def words(self) -> int:
        """How many words it has."""
        return self.last - self.first

    @property
    def size(self) -> int:
        """How many word pieces it has, those that begin and end it among them."""
        return sum(map(len, self.text.pieces[self.first : self.last])) + 2


class Asked(NamedTuple):
    """A trigger in a row of a batch, its event, and the words, `low` to before `high`, that may play a role in it."""

    row: int
    first: int
    last: int
    event: int
    low: int
    high: int


def ask(row: int, first: int, last: int, event: int, words: int) -> Asked:
    """What there is to ask about a trigger in a window of so many words."""
    return Asked(row, first, last, event, max(0, first - REACH), min(words, last + REACH + 1))


@dataclass(frozen=True, slots=True)
class Batch:
    """Windows as tensors: `pieces`, `flags` and `known` by piece, `heads` (first piece), `features` and `words`
    by word."""

    windows: Sequence[Window]
    pieces: Tensor
    flags: Tensor
    known: Tensor
    heads: Tensor
    features: Tensor
    words: Tensor


@dataclass(frozen=True, slots=True)
class Targets:
    """The tags to learn: of triggers, of the arguments of all events, and those of the event of each trigger."""

    triggers: Tensor
    arguments: Tensor
    asked: list[Asked]
    roles: Tensor


def cut(text: Text, first: int | None = None, words: int | None = None) -> Iterator[Window]:
    """The windows of the first `words` of a text; `first` is the budget of the first, which moves all borders."""
    end = len(text.words) if words is None else words
    sentences = [(a, min(b, end)) for a, b in text.sentences if a < end]
    for low, high in texts.windows(sentences, [len(p) for p in text.pieces], BUDGET, first):
        yield Window(text, low, high)


def plan(windows: Sequence[Window], pieces: int, generator: random.Random | None = None) -> list[list[Window]]:
    """Batches of windows of like length; with a generator, in random order."""
    noise = generator.random if generator else float
    ordered = sorted(windows, key=lambda w: w.size + noise() * 20)
    found: list[list[Window]] = [[]]
    for window in ordered:
        if found[-1] and (len(found[-1]) + 1) * window.size > pieces:
            found.append([])
        found[-1].append(window)
    if generator:
        generator.shuffle(found)
    return found


class Batcher:
    """Makes tensors of windows."""

    def __init__(self, tokenizer: Tokenizer, hidden: float, generator: random.Random) -> None:
        begin, end, mask, _ = (tokenizer.token_to_id(t) or 0 for t in ("[CLS]", "[SEP]", "[MASK]", "[PAD]"))
        self._begin, self._end, self._mask = begin, end, mask
        self._hidden, self._generator = hidden, generator

    def batch(self, windows: Sequence[Window], *, learning: bool) -> Batch:
        """The windows as tensors; while learning, some words are hidden, lest they be learned by heart."""
        length, width = max(w.size for w in windows), max(w.words for w in windows)
        pieces = torch.zeros(len(windows), length, dtype=torch.long)
        flags, known = torch.zeros_like(pieces), torch.zeros(len(windows), length, dtype=torch.bool)
        heads = torch.zeros(len(windows), width, dtype=torch.long)
        words = torch.zeros(len(windows), width, dtype=torch.bool)
        features = torch.zeros(len(windows), width, len(windows[0].text.features[0]), dtype=torch.long)
        for row, window in enumerate(windows):
            features[row, : window.words] = torch.tensor(window.text.features[window.first : window.last])
            line, marks, starts = [self._begin], [0], []
            for word in range(window.first, window.last):
                own = window.text.pieces[word]
                starts.append(len(line))
                hide = learning and self._generator.random() < self._hidden
                line += [self._mask] * len(own) if hide else own
                marks += [window.text.flags[word]] * len(own)
            line.append(self._end)
            marks.append(0)
            pieces[row, : len(line)], flags[row, : len(line)] = torch.tensor(line), torch.tensor(marks)
            heads[row, : len(starts)] = torch.tensor(starts)
            known[row, : len(line)] = words[row, : len(starts)] = True
        return Batch(windows, pieces, flags, known, heads, features, words)


def targets(batch: Batch) -> Targets:
    """The tags of a batch; a span that leaves its window is not in them."""
    triggers, arguments = (torch.zeros_like(batch.heads) for _ in range(2))
    asked: list[Asked] = []
    played: list[list[tuple[int, int, int]]] = []
    for row, window in enumerate(batch.windows):
        text, low = window.text, window.first
        for number, (first, last, event) in enumerate(text.triggers):
            if low <= first and last < window.last:
                _tag(triggers[row], first - low, last - low, event)
                asked.append(ask(row, first - low, last - low, event, window.words))
                own = [a for a in text.arguments if a.trigger == number]
                played.append([(a.first - low, a.last - low, a.role) for a in own])
        for first, last, role, _ in text.arguments:
            if low <= first and last < window.last:
                _tag(arguments[row], first - low, last - low, role)
    roles = torch.zeros(len(asked), max((a.high - a.low for a in asked), default=0), dtype=torch.long)
    for row, (about, spans) in enumerate(zip(asked, played, strict=True)):
        for first, last, role in spans:
            if about.low <= first and last < about.high:
                _tag(roles[row], first - about.low, last - about.low, role)
    return Targets(triggers, arguments, asked, roles)


def _tag(tags: Tensor, first: int, last: int, label: int) -> None:
    tags[first : last + 1] = 2 * label + 2
    tags[first] = 2 * label + 1
