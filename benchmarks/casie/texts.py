"""CASIE's texts with their events as runs of words, and the document splits of TextEE."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tokenizers import Tokenizer

from benchmarks.casie.features import Features
from loaders.extraction.encoder import text as texts
from training import archives, sets

EVENTS, ROLES = sets.CASIE_EVENTS, sets.CASIE_ROLES
ARCHIVE = "casie.tar.gz"
MOST_PIECES = 8
TAIL = 300
"""What lies further behind the last event than so many characters may simply not have been annotated."""


class Trigger(NamedTuple):
    """The words that tell of an event; `event` counts in `EVENTS`."""

    first: int
    last: int
    event: int


class Argument(NamedTuple):
    """The words that play a role in the event of a trigger of the same text; `role` counts in `ROLES`."""

    first: int
    last: int
    role: int
    trigger: int


@dataclass(slots=True)
class Text:
    """One article: its words as pieces, case flags and features, its events, and the spans that a reader must find.

    `annotated` is the number of words up to where annotators surely read; nothing is learned from the rest, but all is
    read when scored.
    """

    name: str
    words: list[tuple[int, int]]
    sentences: list[tuple[int, int]]
    pieces: list[list[int]]
    flags: list[int]
    features: list[tuple[int, ...]]
    annotated: int = 0
    triggers: list[Trigger] = field(default_factory=list)
    arguments: list[Argument] = field(default_factory=list)
    gold: dict[str, set[tuple[int, int, str]]] = field(default_factory=dict)


def split(number: int) -> dict[str, list[str]]:
    """The document numbers of the three parts of a split of TextEE."""
    parts: dict[str, list[str]] = {}
    for path, text in archives.members(ARCHIVE):
        match = re.search(rf"split{number}/(train|dev|test)\.txt$", path)
        if match:
            parts[match[1]] = [line.removesuffix(".txt") for line in text.split()]
    return parts


def read_texts(tokenizer: Tokenizer, features: Features) -> dict[str, Text]:
    """All texts by number."""
    files = dict(archives.members(ARCHIVE))
    shifts: dict[str, int] = json.loads(next(v for k, v in files.items() if k.endswith("offset_shift.json")))
    found: dict[str, Text] = {}
    for path, raw in sorted(files.items()):
        match = re.search(r"annotation/(\d+)\.json$", path)
        if match:
            found[match[1]] = _text(match[1], json.loads(raw), shifts.get(f"{match[1]}.json", 0), tokenizer, features)
    return found


def _text(name: str, data: dict[str, Any], shift: int, tokenizer: Tokenizer, features: Features) -> Text:
    body = data["content"]
    words = texts.words(body)
    strings = [body[a:b] for a, b in words]
    encoding = tokenizer.encode(strings, is_pretokenized=True, add_special_tokens=False)
    pieces: list[list[int]] = [[] for _ in words]
    for piece, word in zip(encoding.ids, encoding.word_ids, strict=True):
        if word is not None:
            pieces[word].append(piece)
    unknown = tokenizer.token_to_id("[UNK]") or 0
    pieces = [p[:MOST_PIECES] or [unknown] for p in pieces]
    flags = [texts.case_flag(s) for s in strings]
    text = Text(name, words, texts.sentences(body, words), pieces, flags, features.of(body, words))
    text.gold = {"trigger": set(), "argument": set(), "argument with event": set()}
    end = 0
    for hopper in data.get("cyberevent", {}).get("hopper", []):
        for event in hopper["events"]:
            kind = event.get("subtype") or event["type"]
            nugget = event["nugget"]
            start, end_here = nugget["startOffset"] + shift, nugget["endOffset"] + shift
            end = max(end, end_here)
            text.gold["trigger"].add((start, end_here, kind))
            place = _inside(words, start, end_here)
            if place:
                text.triggers.append(Trigger(*place, EVENTS.index(kind)))
            for argument in event.get("argument", []):
                start, end_here = argument["startOffset"] + shift, argument["endOffset"] + shift
                role = argument["role"]["type"]
                text.gold["argument"].add((start, end_here, role))
                text.gold["argument with event"].add((start, end_here, f"{kind} {role}"))
                inside = _inside(words, start, end_here)
                if place and inside:
                    text.arguments.append(Argument(*inside, ROLES.index(role), len(text.triggers) - 1))
    text.annotated = next((i for i, (a, _) in enumerate(words) if a > end + TAIL), len(words))
    return text


def _inside(words: list[tuple[int, int]], start: int, end: int) -> tuple[int, int] | None:
    """The first and last of the words that a stretch touches."""
    touched = [i for i, (a, b) in enumerate(words) if a < end and start < b]
    return (touched[0], touched[-1]) if touched else None
