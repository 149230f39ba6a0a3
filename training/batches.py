"""Examples cut into windows and made into tensors."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor

from loaders.extraction.encoder import labels
from loaders.extraction.encoder import text as texts
from training.examples import RELATION, ROLE, Example

BUDGET, TITLE_BUDGET, MOST_SPANS = 192, 28, 40
MODALITY = {name: i for i, name in enumerate(labels.MODALITIES)}


@dataclass(slots=True)
class Encoded:
    """An example with the word pieces and flags of each word of its body and title."""

    example: Example
    pieces: list[list[int]]
    flags: list[int]
    title: list[int]
    title_flags: list[int]
    counts: list[int] = field(default_factory=list)
    tags: dict[str, np.ndarray] = field(default_factory=dict)
    word_spans: list[tuple[int, int]] = field(default_factory=list)


@dataclass(slots=True)
class Window:
    """A run of words of one example."""

    source: Encoded
    first: int
    last: int
    size: int


def encode(example: Example, tokenizer: Tokenizer, layers: Mapping[str, tuple[str, ...]]) -> Encoded:
    """Tokenise once; windows are cut from it each epoch anew."""
    pieces, flags = _pieces(example.body, example.words, tokenizer)
    title_words = texts.words(example.title)
    title_pieces, title_flags = _pieces(example.title, title_words, tokenizer)
    title, marks = [], []
    for row, flag in zip(title_pieces, title_flags, strict=True):
        title += row
        marks += [flag + texts.CASE_FLAGS] * len(row)
    encoded = Encoded(example, pieces, flags, title[:TITLE_BUDGET], marks[:TITLE_BUDGET], [len(p) for p in pieces])
    starts = {a: i for i, (a, _) in enumerate(example.words)}
    ends = {b: i for i, (_, b) in enumerate(example.words)}
    for name, tags in layers.items():
        known = name in example.complete_layers
        partial = not known and any(t.layer == name for t in example.tags)
        if not known and not partial:
            continue
        allowed = np.zeros((len(example.words), len(tags)), bool)
        if known:
            allowed[:, 0] = True
        else:
            allowed[:] = True
        for tag in example.tags:
            low, high = _word(tag.start, starts, example.words), _word(tag.end, ends, example.words)
            if tag.layer != name or low is None or high is None or low > high:
                continue
            allowed[low : high + 1] = False
            for kind in tag.types:
                allowed[low, tags.index(f"B-{kind}")] = True
                allowed[low + 1 : high + 1, tags.index(f"I-{kind}")] = True
        encoded.tags[name] = allowed
    for span in example.spans:
        low, high = _word(span.start, starts, example.words), _word(span.end, ends, example.words)
        encoded.word_spans.append((low, high) if low is not None and high is not None and low <= high else (-1, -1))
    return encoded


def _word(offset: int, exact: Mapping[int, int], words: Sequence[tuple[int, int]]) -> int | None:
    if offset in exact:
        return exact[offset]
    return next((i for i, (a, b) in enumerate(words) if a <= offset <= b), None)


def _pieces(text: str, offsets: Sequence[tuple[int, int]], tokenizer: Tokenizer) -> tuple[list[list[int]], list[int]]:
    strings = [text[a:b] for a, b in offsets]
    encoding = tokenizer.encode(strings, is_pretokenized=True, add_special_tokens=False)
    pieces: list[list[int]] = [[] for _ in strings]
    for piece, word in zip(encoding.ids, encoding.word_ids, strict=True):
        pieces[word].append(piece)
    unknown = tokenizer.token_to_id("[UNK]")
    return [p[:8] or [unknown] for p in pieces], [texts.case_flag(s) for s in strings]


def cut(encoded: Encoded, generator: random.Random | None) -> Iterator[Window]:
    """The windows of one text; with a generator, their borders move from epoch to epoch."""
    first = generator.randint(BUDGET // 4, BUDGET) if generator else None
    for low, high in texts.windows(encoded.example.sentences, encoded.counts, BUDGET, first):
        yield Window(encoded, low, high, sum(encoded.counts[low:high]) + len(encoded.title) + 3)


def plan(windows: list[Window], pieces: int, generator: random.Random) -> list[list[Window]]:
    """Batches of windows of like length, in random order."""
    windows = sorted(windows, key=lambda w: w.size + generator.random() * 20)
    found: list[list[Window]] = [[]]
    for window in windows:
        if found[-1] and (len(found[-1]) + 1) * max(window.size, found[-1][-1].size) > pieces:
            found.append([])
        found[-1].append(window)
    generator.shuffle(found)
    return found


def tensors(
    batch: Sequence[Window], special: tuple[int, int, int, int], generator: random.Random | None
) -> dict[str, Tensor]:
    """All inputs and targets of a batch; with a generator, some names are masked, lest they be learned by heart."""
    begin, separator, mask, pad = special
    length = max(w.size for w in batch)
    width = max(w.last - w.first for w in batch)
    chosen = [_spans(w, generator) for w in batch]
    count = max(1, *(len(c) for c in chosen)) if len(chosen) > 1 else max(1, len(chosen[0]))
    size = len(batch)
    ids = np.full((size, length), pad)
    flags = np.zeros((size, length), int)
    known = np.zeros((size, length), bool)
    heads = np.zeros((size, width), int)
    targets = {
        "first": np.zeros((size, count), int),
        "last": np.zeros((size, count), int),
        "roles": np.full((size, count, len(labels.ROLES)), -1, np.float32),
        "relations": np.full((size, count, count, len(labels.RELATIONS)), -1, np.float32),
        "modality": np.full((size, count), -1),
    }
    tags: dict[str, np.ndarray] = {}
    for row, window in enumerate(batch):
        source = window.source
        line, marks = [begin, *source.title, separator], [0, *source.title_flags, 0]
        for number, word in enumerate(range(window.first, window.last)):
            heads[row, number] = len(line)
            hidden = generator is not None and source.flags[word] in (2, 3, 4) and generator.random() < 0.08
            line += [mask] * len(source.pieces[word]) if hidden else source.pieces[word]
            marks += [source.flags[word]] * len(source.pieces[word])
        line.append(separator)
        marks.append(0)
        ids[row, : len(line)], flags[row, : len(line)], known[row, : len(line)] = line, marks, True
        for name, allowed in source.tags.items():
            target = tags.setdefault(name, np.ones((size, width, allowed.shape[1]), bool))
            target[row, : window.last - window.first] = allowed[window.first : window.last]
        _targets(window, chosen[row], {name: table[row] for name, table in targets.items()})
    found = {"ids": ids, "flags": flags, "mask": known, "heads": heads} | targets
    found |= {f"tags:{name}": value for name, value in tags.items()}
    return {name: torch.from_numpy(value) for name, value in found.items()}


def _spans(window: Window, generator: random.Random | None) -> list[int]:
    places = window.source.word_spans
    inside = [i for i, (a, b) in enumerate(places) if window.first <= a and b < window.last and a >= 0]
    if len(inside) > MOST_SPANS:
        used = [i for i in inside if window.source.example.roles.get(i)]
        rest = [i for i in inside if not window.source.example.roles.get(i)]
        if generator:
            generator.shuffle(rest)
        inside = sorted((used + rest)[:MOST_SPANS])
    return inside


def _targets(window: Window, chosen: list[int], targets: Mapping[str, np.ndarray]) -> None:
    example = window.source.example
    roles, relations = targets["roles"], targets["relations"]
    for k, i in enumerate(chosen):
        low, high = window.source.word_spans[i]
        targets["first"][k], targets["last"][k] = low - window.first, high - window.first
        for name in example.known_roles:
            roles[k, ROLE[name]] = 0
        for name in example.unknown_roles.get(i, ()):
            roles[k, ROLE[name]] = -1
        for name in example.roles.get(i, ()):
            roles[k, ROLE[name]] = 1
        if i in example.modality:
            targets["modality"][k] = MODALITY[example.modality[i]]
        for m, j in enumerate(chosen):
            if i == j:
                continue
            for name in example.known_relations:
                relations[k, m, RELATION[name]] = 0
            for name in example.unknown_relations.get((i, j), ()):
                relations[k, m, RELATION[name]] = -1
            for name in example.relations.get((i, j), ()):
                relations[k, m, RELATION[name]] = 1
