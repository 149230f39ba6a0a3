"""Runs the weights: a text in, proposals of mentions, roles and relations out."""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from itertools import repeat
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from loaders.extraction.encoder import labels
from loaders.extraction.encoder import text as texts
from ontology.errors import IncidentGraphError

Floats = npt.NDArray[np.float32]
BUDGET, TITLE_BUDGET, MOST_SPANS, MOST_PIECES = 192, 28, 40, 8
FLOOR = 0.05
"""Proposals less likely than this are not given at all."""
_LEAST = {"entity": 0.3, "phrase": 0.3, "incident": 0.5}
"""How likely a word must be inside a span of each layer; low where the roles decide later."""


_SLOW = ["SkipLayerNormFusion"]
"""What onnxruntime makes slower: its fused norm takes ten times as long on a CPU as a sum and a norm do."""
_SURROGATE = re.compile("[\ud800-\udfff]")
DOUBT = 0.7
"""How likely a modality must be before a statement is told as anything but asserted."""


class EncoderUnavailable(IncidentGraphError):
    """The weights of the encoder are not installed or cannot be read."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A stretch of the text and the type that the encoder gives it."""

    start: int
    end: int
    type: str
    score: float


class Proposal(NamedTuple):
    """A role of one mention in an incident, or a relation between two; `score` lies in 0..1.

    `kind` is `role` (then `second` is None) or `relation` (from `first` to `second`); `modalities` are the chances of
    each of `labels.MODALITIES`.
    """

    kind: str
    label: str
    first: Mention
    second: Mention | None
    modality: str
    score: float
    modalities: tuple[float, ...]


@dataclass(slots=True)
class Reading:
    """All that the encoder has to say about one text."""

    mentions: list[Mention] = field(default_factory=list)
    proposals: list[Proposal] = field(default_factory=list)


@dataclass(slots=True)
class _Words:
    """A text as word pieces."""

    offsets: list[tuple[int, int]]
    pieces: list[list[int]]
    flags: list[int]


@dataclass(slots=True)
class _Job:
    """One text being read: its words, the title that every window begins with, and the spans given."""

    text: _Words
    prefix: list[int]
    marks: list[int]
    given: list[texts.Span]
    reading: Reading


class Encoder:
    """The encoder with its weights; one is enough for a process, and it keeps no state between texts."""

    def __init__(self, folder: Path, *, threads: int = 1) -> None:
        # Imported here, for a program that reads no text can do without.
        import onnxruntime  # noqa: PLC0415
        from tokenizers import Tokenizer  # noqa: PLC0415

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3

        def session(name: str) -> onnxruntime.InferenceSession:
            return onnxruntime.InferenceSession(
                str(folder / name), options, providers=["CPUExecutionProvider"], disabled_optimizers=_SLOW
            )

        try:
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
            self._words, self._spans = session("words.onnx"), session("spans.onnx")
            meta: dict[str, Any] = json.loads((folder / "labels.json").read_text("utf-8"))
        except Exception as error:
            raise EncoderUnavailable(
                f"cannot read the weights in {folder}: {error}", hint="python -m training.train makes them"
            ) from error
        if tuple(meta["roles"]) != labels.ROLES or tuple(meta["relations"]) != labels.RELATIONS:
            raise EncoderUnavailable(
                f"the weights in {folder} have other labels", hint="python -m training.train makes new ones"
            )
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._begin, self._separator, self._pad, self._unknown = (
            int(self._tokenizer.token_to_id(t) or 0) for t in ("[CLS]", "[SEP]", "[PAD]", "[UNK]")
        )

    @classmethod
    def load(cls, folder: Path | None = None, *, threads: int = 1) -> Encoder:
        """The encoder with the weights in `folder`, else with those that the package has."""
        return cls(folder or Path(str(resources.files(__package__) / "weights")), threads=threads)

    def read(
        self, body: str, title: str = "", published: str | None = None, spans: Sequence[texts.Span] = ()
    ) -> Reading:
        """What the encoder proposes for a text; `spans` are further candidates, such as names known from elsewhere."""
        text = self._tokenise(body)
        reading = Reading()
        if not text.offsets:
            return reading
        heading = self._tokenise(title)
        prefix = [p for pieces in heading.pieces for p in pieces]
        marks = [f + texts.CASE_FLAGS for f, pieces in zip(heading.flags, heading.pieces, strict=True) for _ in pieces]
        given = sorted([*spans, *texts.rule_spans(body, published)], key=lambda s: s.start)
        job = _Job(text, prefix[:TITLE_BUDGET], marks[:TITLE_BUDGET], given, reading)
        counts = [len(p) for p in text.pieces]
        cut = texts.windows(texts.sentences(body, text.offsets), counts, BUDGET)
        for low, high in cut:
            self._read_window(job, low, high)
        reading.mentions.sort(key=lambda m: (m.start, m.end, m.type))
        return reading

    def _tokenise(self, text: str) -> _Words:
        text = _SURROGATE.sub("\ufffd", text)  # which the tokeniser refuses
        offsets = texts.words(text)
        strings = [text[a:b] for a, b in offsets]
        encoding = self._tokenizer.encode(strings, is_pretokenized=True, add_special_tokens=False)
        pieces: list[list[int]] = [[] for _ in strings]
        for piece, word in zip(encoding.ids, encoding.word_ids, strict=True):
            if word is not None:
                pieces[word].append(piece)
        return _Words(
            offsets, [p[:MOST_PIECES] or [self._unknown] for p in pieces], [texts.case_flag(s) for s in strings]
        )

    def _read_window(self, job: _Job, low: int, high: int) -> None:
        # One window a run: several would be padded to the longest, and what they make does not stay in the cache.
        text, reading = job.text, job.reading
        line, marked, heads = [self._begin, *job.prefix, self._separator], [0, *job.marks, 0], []
        for word in range(low, high):
            heads.append(len(line))
            line += text.pieces[word]
            marked += [text.flags[word]] * len(text.pieces[word])
        line.append(self._separator)
        marked.append(0)
        inputs = {"ids": _row(line), "flags": _row(marked), "mask": np.ones((1, len(line)), bool), "heads": _row(heads)}
        states, *tagged = self._words.run(None, inputs)
        found = self._mentions({name: scores[0] for name, scores in zip(labels.LAYERS, tagged, strict=True)}, text, low)
        reading.mentions += [m for _, _, m in found]
        spans = _candidates(found, job.given, text, low, high)
        if not spans:
            return
        ends = {"first": _row([a for a, _, _ in spans]), "last": _row([b for _, b, _ in spans])}
        roles, modality, relations = self._spans.run(None, {"states": states, **ends})
        reading.proposals += self._proposals([m for _, _, m in spans], roles[0], modality[0], relations[0])

    def _mentions(self, layers: dict[str, Floats], text: _Words, low: int) -> list[tuple[int, int, Mention]]:
        found = []
        for name, scores in layers.items():
            for first, last, kind, score in spans_of(_softmax(scores), labels.LAYERS[name], _LEAST[name]):
                if not any(text.flags[low + first : low + last + 1]):
                    continue  # nothing but signs
                start, end = text.offsets[low + first][0], text.offsets[low + last][1]
                found.append((first, last, Mention(start, end, kind, round(score, 4))))
        return found

    def _proposals(
        self, mentions: list[Mention], roles: Floats, modality: Floats, relations: Floats
    ) -> Iterator[Proposal]:
        likely = _softmax(modality)
        doubted = likely.argmax(-1) * (likely.max(-1) >= DOUBT)  # 0 is asserted
        best = [labels.MODALITIES[i] for i in doubted]
        all_ = [tuple(row) for row in likely.round(3).tolist()]
        # Plain numbers and no loop: thousands of proposals are made a text.
        chances, pairs = _sigmoid(roles), _sigmoid(relations)
        np.einsum("iil->il", pairs)[:] = 0  # nothing is related to itself
        for kind, names, scores in (("role", labels.ROLES, chances), ("relation", labels.RELATIONS, pairs)):
            places = np.nonzero(scores > FLOOR)
            found = scores[places].astype(np.float64).round(4).tolist()
            first, *second, label = (place.tolist() for place in places)
            told = second[0] if second else first  # the modality is that of the end that the statement is about
            yield from map(
                Proposal._make,
                zip(
                    repeat(kind),
                    map(names.__getitem__, label),
                    map(mentions.__getitem__, first),
                    map(mentions.__getitem__, second[0]) if second else repeat(None),
                    map(best.__getitem__, told),
                    found,
                    map(all_.__getitem__, told),
                    strict=False,
                ),
            )


def spans_of(chances: Floats, names: Sequence[str], least: float) -> list[tuple[int, int, str, float]]:
    """The spans (first word, last word, type, likelihood) that a row of tag chances makes.

    A word is inside where all tags but O have `least` together. Borders are drawn before types are chosen, so that a
    span whose words lean to different types stays whole.
    """
    begin = chances[:, 1::2]
    inside = chances[:, 2::2]
    within = begin.sum(1) + inside.sum(1)
    starts = begin.sum(1) > inside.sum(1)
    found: list[tuple[int, int, str, float]] = []
    first = -1
    for i in range(len(chances) + 1):
        ends = i == len(chances) or within[i] < least or starts[i]
        if first >= 0 and ends:
            kind = int((begin[first:i] + inside[first:i]).sum(0).argmax())
            found.append((first, i - 1, names[1 + 2 * kind][2:], float(within[first:i].mean())))
            first = -1
        if first < 0 and i < len(chances) and within[i] >= least:
            first = i
    return found


def _candidates(
    found: list[tuple[int, int, Mention]], given: list[texts.Span], text: _Words, low: int, high: int
) -> list[tuple[int, int, Mention]]:
    """The spans of a window whose roles are asked for: those tagged, then those given, each once."""
    left, right = text.offsets[low][0], text.offsets[high - 1][1]
    chosen = {(a, b): (a, b, m) for a, b, m in found if m.type != "Incident"}
    starts = {text.offsets[i][0]: i - low for i in range(low, high)}
    ends = {text.offsets[i][1]: i - low for i in range(low, high)}
    tagged = [(m.start, m.end) for _, _, m in chosen.values()]
    for span in given[bisect_left(given, left, key=lambda s: s.start) :]:
        if span.start >= right:
            break
        if span.end > right:
            continue
        first, last = starts.get(span.start), ends.get(span.end)
        if first is None or last is None or (first, last) in chosen:
            continue
        if span.kind == "Name" and any(span.start < b and a < span.end for a, b in tagged):
            continue
        chosen[first, last] = (first, last, Mention(span.start, span.end, span.kind, 1.0))
    ranked = sorted(chosen.values(), key=lambda c: (c[2].type in ("Pronoun", "Name", "Number"), c[0], c[1]))
    return sorted(ranked[:MOST_SPANS], key=lambda c: (c[0], c[1]))


def _row(numbers: Sequence[int]) -> npt.NDArray[np.int64]:
    return np.array([numbers], np.int64)


def _sigmoid(scores: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-scores)), np.float32)


def _softmax(scores: Floats) -> Floats:
    shifted = np.exp(scores - scores.max(-1, keepdims=True))
    return np.asarray(shifted / shifted.sum(-1, keepdims=True), np.float32)


@cache
def shared_encoder() -> Encoder | None:
    """The encoder of this process; None where its weights are not installed, and reading goes on without it."""
    try:
        return Encoder.load()
    except EncoderUnavailable:
        return None
