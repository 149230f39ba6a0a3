"""The timeline part of a picture: a dot for a day, a bar for a month or a year that is all a source gives."""

from __future__ import annotations

from calendar import month_abbr, month_name, monthrange
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import groupby

from ontology.statement import Modality
from store.drawing.canvas import ACCENT, INK, LINE, PAPER, QUIET, cut, element, text, width_of
from store.drawing.graph import MARGIN, Part
from store.lookup.values import Event, Timeline

SIZE = 11.5
LANE = 22.0
MOST = 24
"""Dates of a picture; more would not be readable."""
MOST_LETTERS = 72


def axis(timeline: Timeline, width: float) -> Part | None:
    """The events with a date, those of a day and an entity together; None when there are fewer than two dates."""
    events = sorted(
        (event for event in timeline.events if event.subject), key=lambda e: (e.date, e.subject.id if e.subject else "")
    )
    groups = [list(group) for _, group in groupby(events, lambda e: (e.date, e.subject.id if e.subject else ""))]
    groups.sort(key=lambda group: (group[0].subject.id != timeline.entity.id, -len(group)) if group[0].subject else ())
    groups = sorted(groups[:MOST], key=lambda group: group[0].date)
    if len({group[0].date for group in groups}) < 2:
        return None
    spans = [span(group[0].date) for group in groups]
    first, last = min(start for start, _ in spans), max(end for _, end in spans)
    scale = (width - 2 * MARGIN) / (last - first).days

    def x(day: date) -> float:
        return MARGIN + (day - first).days * scale

    ends: list[float] = []
    marks: list[tuple[list[Event], float, float, float, int]] = []
    for group, (start, end) in zip(groups, spans, strict=True):
        exact = len(group[0].date) == 10
        at = x(start) if exact else (x(start) + x(end)) / 2
        begin = max(MARGIN, min(at, width - MARGIN - width_of(_label(group, timeline), SIZE)))
        lane = next((n for n, taken in enumerate(ends) if begin > taken), len(ends))
        ends[lane:lane + 1] = [begin + width_of(_label(group, timeline), SIZE) + 12]  # fmt: skip
        marks.append((group, at, begin, x(end), lane))
    base = len(ends) * LANE + 14
    parts = [element("line", x1=MARGIN, x2=width - MARGIN, y1=base, y2=base, stroke=LINE, stroke_width=2)]
    for _, at, _, _, lane in marks:  # before all labels, whose halo keeps them readable over what stands higher
        parts.append(element("line", x1=at, x2=at, y1=base, y2=base - 12 - lane * LANE, stroke=LINE, stroke_width=0.75))
    parts += [text(_label(group, timeline), begin, base - 16 - lane * LANE, SIZE) for group, _, begin, _, lane in marks]
    for (group, at, _, end_x, _), (start, _end) in zip(marks, spans, strict=True):
        sure = any(event.modality is Modality.ASSERTED for event in group)
        look = {"fill": ACCENT if sure else PAPER, "stroke": ACCENT, "stroke_width": 1.5}
        if len(group[0].date) == 10:
            parts.append(element("circle", cx=at, cy=base, r=5, **look))
        else:
            bar = {"x": x(start), "y": base - 4, "width": max(8.0, end_x - x(start)), "height": 8, "rx": 4}
            parts.append(element("rect", **bar, **(look | {"fill_opacity": 0.3})))
    parts += [part for day in _ticks(first, last) for part in _tick(day, x(day), base)]
    return Part(parts, width, base + 30)


def span(iso: str) -> tuple[date, date]:
    """The first day of a date at its own grain, and the day after its last."""
    year, month, day = [*map(int, iso.split("-")), 0, 0][:3]
    if day:
        start = date(year, month, day)
        return start, start + timedelta(1)
    if month:
        return date(year, month, 1), date(year, month, monthrange(year, month)[1]) + timedelta(1)
    return date(year, 1, 1), date(year, 12, 31) + timedelta(1)


def in_words(iso: str) -> str:
    """A date as a reader expects it, at its own grain.

    >>> in_words("2025-08-31"), in_words("2025-08"), in_words("2025")
    ('31 August 2025', 'August 2025', '2025')
    """
    year, month, day = [*iso.split("-"), "", ""][:3]
    return " ".join(part for part in (day.lstrip("0"), month_name[int(month)] if month else "", year) if part)


def _label(group: Sequence[Event], timeline: Timeline) -> str:
    subject = group[0].subject
    who = "" if subject is None or subject.id == timeline.entity.id else cut(subject.name, MOST_LETTERS // 2) + " "
    what = ", ".join(dict.fromkeys(event.label.removesuffix(" on") for event in group))
    return cut(f"{in_words(group[0].date)}: {who}{what}", MOST_LETTERS)


def _ticks(first: date, last: date) -> list[date]:
    """Firsts of years, or of months where there are few."""
    months = [
        date(n // 12, n % 12 + 1, 1) for n in range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    ]
    step = 1 if len(months) <= 14 else 12 if len(months) <= 240 else 120
    return [day for day in months if first <= day <= last and (day.year * 12 + day.month - 1) % step == 0]


def _tick(day: date, at: float, base: float) -> list[str]:
    name = str(day.year) if day.month == 1 else month_abbr[day.month]
    return [
        element("line", x1=at, x2=at, y1=base + 4, y2=base + 10, stroke=INK),
        text(name, at, base + 22, 11.0, anchor="middle", fill=QUIET),
    ]
