"""One sheet: whose picture it is, the graph around it, its timeline, and what it rests on."""

from __future__ import annotations

from ontology.model import ontology
from store.drawing.axis import axis, in_words
from store.drawing.canvas import QUIET, drawing, element, lines_of, text
from store.drawing.graph import MARGIN, Part, graph
from store.lookup.values import EntityDetail, Evidence, Related, Timeline

LEAST_WIDTH = 900.0
MOST_SOURCES = 10
SOURCE, LEADING = 11.5, 17.0


def picture(entity: EntityDetail, related: Related, timeline: Timeline) -> str:
    """The whole picture as SVG."""
    around = graph(related)
    width = max(LEAST_WIDTH, around.width)
    title = " ".join(lines_of(entity.name, most=70, lines=2))
    rests = f"{_counted(entity.statements, 'statement')} in {_counted(entity.documents, 'document')}"
    head = Part(
        [
            text(title, MARGIN, 40, 24.0, font_weight="600"),
            text(f"{ontology().classes[entity.type].label} · {rests}", MARGIN, 62, 13.0, fill=QUIET),
        ],
        width,
        76,
    )
    parts, y = [*head.svg], head.height
    parts.append(element("g", *around.svg, transform=f"translate({(width - around.width) / 2:.1f} {y:.1f})"))
    y += around.height + 12
    times = axis(timeline, width)
    if times:
        parts.append(text("Timeline", MARGIN, y + 16, 15.0, font_weight="600"))
        parts.append(element("g", *times.svg, transform=f"translate(0 {y + 26:.1f})"))
        y += times.height + 34
    sources = _sources(related, timeline)
    if sources:
        parts.append(text("Sources", MARGIN, y + 16, 15.0, font_weight="600"))
        parts += [text(line, MARGIN, y + 36 + n * LEADING, SOURCE) for n, line in enumerate(sources)]
        y += 36 + len(sources) * LEADING
    notes = "; ".join(note for note in (related.note, timeline.note) if note)
    if notes:
        parts.append(text(notes, MARGIN, y + 8, 10.0, fill=QUIET))
        y += 16
    return drawing(parts, width, y + MARGIN / 2)


def _sources(related: Related, timeline: Timeline) -> list[str]:
    """The documents that the best sentences for what is drawn stand in, a line each, the earliest first."""
    cited = [edge.evidence for edge in related.edges]
    cited += [event.evidence for event in timeline.events if event.evidence]
    documents = {each.document: each for each in cited}.values()
    lines = [_source(each) for each in sorted(documents, key=lambda e: (e.published_on or "", e.title, e.document))]
    if len(lines) <= MOST_SOURCES:
        return lines
    return [*lines[: MOST_SOURCES - 1], f"and {len(lines) - MOST_SOURCES + 1} more"]


def _source(evidence: Evidence) -> str:
    title = " ".join(lines_of(evidence.title or "a document without a title", most=90, lines=1))
    when = in_words(evidence.published_on) if evidence.published_on else ""
    return ", ".join(part for part in ((evidence.publisher or "")[:60], f"“{title}”", when) if part)


def _counted(number: int, one: str) -> str:
    return f"{number:,} {one}{'' if number == 1 else 's'}"
