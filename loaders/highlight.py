"""A report as an HTML page with its statements highlighted, for `incidentgraph extract --html`.

Whatever stands in the text is escaped: the page runs nothing and loads nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from ontology.statement import Document, Entity, Statement

_STYLE = (
    "body{font:16px/1.6 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#1b1f24}"
    "pre{white-space:pre-wrap;font:inherit}mark{background:#fff3bf;border-radius:2px}"
    "mark.claimed,mark.alleged{background:#ffe3e3}mark.estimated,mark.expected{background:#e5dbff}"
    "mark.denied{background:#e9ecef}table{border-collapse:collapse;font-size:14px;margin-top:2rem}"
    "td,th{border-bottom:1px solid #dee2e6;padding:.25rem .5rem;text-align:left;vertical-align:top}"
)


def to_html(document: Document, statements: Sequence[Statement]) -> str:
    """The whole page."""
    title = escape(document.title or document.source or document.id)
    rows = "".join(_row(number, s) for number, s in enumerate(statements, 1))
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{title}</title><style>{_STYLE}</style></head><body><h1>{title}</h1>"
        f"<pre>{''.join(_marked(document.body, statements))}</pre>"
        "<table><thead><tr><th>#<th>subject<th>predicate<th>object<th>modality<th>confidence<th>rule</tr></thead>"
        f"<tbody>{rows}</tbody></table></body></html>\n"
    )


def _marked(body: str, statements: Sequence[Statement]) -> Iterator[str]:
    """The body cut at every edge of a quote; each piece knows the statements that lie over it."""
    opened: dict[int, list[int]] = {}
    closed: dict[int, list[int]] = {}
    for number, statement in enumerate(statements, 1):
        opened.setdefault(statement.start, []).append(number)
        closed.setdefault(statement.end, []).append(number)
    edges = sorted({0, len(body), *opened, *closed})
    over: list[int] = []
    for start, end in zip(edges, [*edges[1:], len(body)], strict=True):
        over = [n for n in over if n not in closed.get(start, ())] + opened.get(start, [])
        piece = escape(body[start:end])
        if not over or not piece:
            yield piece
            continue
        tip = escape("\n".join(_line(n, statements[n - 1]) for n in over), quote=True)
        weakest = max((statements[n - 1].modality for n in over), key=lambda m: m.rank)
        yield f'<mark class="{weakest.value}" title="{tip}">{piece}</mark>'


def _object(statement: Statement) -> str:
    target = statement.object
    return target.name if isinstance(target, Entity) else f"{target.value} {target.currency or ''}".strip()


def _line(number: int, statement: Statement) -> str:
    return f"{number}. {statement.subject.name} {statement.predicate} {_object(statement)}"


def _row(number: int, statement: Statement) -> str:
    speaker = f" ({statement.speaker.name})" if statement.speaker else ""
    cells = (
        str(number),
        statement.subject.name,
        statement.predicate,
        _object(statement),
        statement.modality.value + speaker,
        f"{statement.confidence:.2f}",
        statement.rule,
    )
    return "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"
