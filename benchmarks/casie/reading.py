"""Texts read by the network: the chance of each span, what is chosen of them, and how much of it is right."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import torch

from benchmarks.casie.network import Network
from benchmarks.casie.texts import EVENTS, ROLES, Text
from benchmarks.casie.windows import BUDGET, Asked, Batcher, ask, cut, plan

CUTS = (None, BUDGET // 3, 2 * BUDGET // 3)
"""Where the first window ends: each text is read with three cuts, so that no word lies at a border in all."""
PIECES, LEAST_TRIGGER = 6000, 0.15
OWN = 0.6
"""What the arguments found for each trigger weigh, beside those found in the window at once."""
LAYERS = ("trigger", "argument", "argument with event")

Chances = dict[tuple[int, int, int], float]


@dataclass(slots=True)
class Reading:
    """The chance of each span of words, by label; of arguments the events that they belong to as well."""

    triggers: Chances = field(default_factory=lambda: defaultdict(float))
    arguments: Chances = field(default_factory=lambda: defaultdict(float))
    events: dict[tuple[int, int, int], dict[int, float]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(float))
    )


class Score(NamedTuple):
    """How many spans were right, told and wanted, and how many of those told overlap one wanted of the same label."""

    right: int
    told: int
    wanted: int
    touching: int

    @property
    def precision(self) -> float:
        """The share of what was told that is right."""
        return self.right / max(1, self.told)

    @property
    def recall(self) -> float:
        """The share of what was wanted that was told."""
        return self.right / max(1, self.wanted)

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        return 2 * self.right / max(1, self.told + self.wanted)


def read(networks: Sequence[Network], batcher: Batcher, texts: Sequence[Text]) -> dict[str, Reading]:
    """What the networks, on the average, say about each text."""
    found = {text.name: Reading() for text in texts}
    share = 1 / (len(CUTS) * len(networks))
    with torch.no_grad():
        for network in networks:
            network.eval()
            for first in CUTS:
                for windows in plan([w for text in texts for w in cut(text, first)], PIECES):
                    batch = batcher.batch(windows, learning=False)
                    states = network.states(batch)
                    triggers, arguments = network.tags(states)
                    asked: list[Asked] = []
                    likely: list[float] = []
                    said = network.trigger_crf.spans(triggers, batch.words)
                    played = network.argument_crf.spans(arguments, batch.words)
                    for row, window in enumerate(windows):
                        reading, low = found[window.text.name], window.first
                        for one in said[row]:
                            reading.triggers[one.first + low, one.last + low, one.label] += one.chance * share
                            if one.chance > LEAST_TRIGGER:
                                asked.append(ask(row, one.first, one.last, one.label, window.words))
                                likely.append(one.chance)
                        for one in played[row]:
                            key = one.first + low, one.last + low, one.label
                            reading.arguments[key] += one.chance * share * (1 - OWN)
                    if not asked:
                        continue
                    scores, known = network.roles(states, asked)
                    for about, odds, own in zip(asked, likely, network.role_crf.spans(scores, known), strict=True):
                        window = windows[about.row]
                        reading, low = found[window.text.name], window.first + about.low
                        for one in own:
                            key = one.first + low, one.last + low, one.label
                            reading.arguments[key] += one.chance * odds * share * OWN
                            reading.events[key][about.event] += one.chance * odds
    return found


def choose(chances: Mapping[tuple[int, int, int], float], least: float) -> list[tuple[int, int, int]]:
    """The likeliest spans that do not overlap."""
    chosen: list[tuple[int, int, int]] = []
    for span, chance in sorted(chances.items(), key=lambda item: -item[1]):
        if chance < least:
            break
        if not any(span[0] <= last and first <= span[1] for first, last, _ in chosen):
            chosen.append(span)
    return chosen


def told(text: Text, reading: Reading, layer: str, least: float) -> set[tuple[int, int, str]]:
    """The spans of one layer, by characters."""
    if layer == "trigger":
        names = {span: EVENTS[span[2]] for span in choose(reading.triggers, least)}
    else:
        names = {span: ROLES[span[2]] for span in choose(reading.arguments, least)}
    if layer == "argument with event":
        names = {span: f"{EVENTS[_event(reading, span)]} {name}" for span, name in names.items()}
    return {(text.words[a][0], text.words[b][1], name) for (a, b, _), name in names.items()}


def _event(reading: Reading, span: tuple[int, int, int]) -> int:
    """The event that an argument belongs to: what its triggers say, else that of the likeliest trigger near it."""
    if span in reading.events:
        return max(reading.events[span].items(), key=lambda item: item[1])[0]
    near = {t: c / (1 + abs(t[0] - span[0])) for t, c in reading.triggers.items()}
    return max(near, key=lambda t: near[t])[2] if near else 0


def score(texts: Iterable[Text], readings: Mapping[str, Reading], layer: str, least: float) -> Score:
    """How much of one layer is right when spans less likely than `least` are not told."""
    right = count = wanted = touching = 0
    for text in texts:
        mine, gold = told(text, readings[text.name], layer, least), text.gold[layer]
        right, count, wanted = right + len(mine & gold), count + len(mine), wanted + len(gold)
        touching += sum(any(a < y and x < b and name == other for x, y, other in gold) for a, b, name in mine)
    return Score(right, count, wanted, touching)
