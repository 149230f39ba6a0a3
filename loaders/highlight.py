"""A report as an HTML page with its statements highlighted, for `incidentgraph extract --html`.

Whatever stands in the text is escaped: the page runs nothing and loads nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from ontology.statement import Document, Entity, Modality, Statement

_COLOURS = {
    Modality.ASSERTED: "#fff3bf",
    Modality.CLAIMED: "#ffd8a8",
    Modality.ALLEGED: "#ffc9c9",
    Modality.ESTIMATED: "#d0ebff",
    Modality.EXPECTED: "#e5dbff",
    Modality.DENIED: "#dee2e6",
}
_STYLE = (
    "body{font:16px/1.6 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem;color:#1b1f24}"
    "pre{white-space:pre-wrap;overflow-wrap:anywhere;font:inherit;max-width:46rem}.about{color:#57606a}"
    "mark{border-radius:2px;color:inherit}.key mark{padding:0 .4em;margin-right:.4em}a{color:#0b57d0}"
    "sup{line-height:0;font-size:11px;user-select:none}sup a{text-decoration:none;padding:0 1px}"
    "table{border-collapse:collapse;font-size:14px;margin-top:2rem}td{overflow-wrap:anywhere}"
    "td,th{border-bottom:1px solid #d0d7de;padding:.25rem .6rem;text-align:left;vertical-align:top}"
    ":target{outline:2px solid #0b57d0}"
) + "".join(f"mark.{modality.value}{{background:{colour}}}" for modality, colour in _COLOURS.items())


def to_html(document: Document, statements: Sequence[Statement]) -> str:
    """The whole page: the text with a mark over each quotation, then the statements; numbers link the two."""
    title = escape(document.title or document.source or document.id)
    rows = "".join(_row(number, s) for number, s in enumerate(statements, 1))
    shown = dict.fromkeys(s.modality for s in sorted(statements, key=lambda s: s.modality.rank))
    key = "".join(f'<mark class="{modality.value}">{modality.value}</mark>' for modality in shown)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{title}</title><style>{_STYLE}</style></head><body><h1>{title}</h1>"
        f'<p class="about">{_about(document, statements)}</p><p class="key">{key}</p>'
        f"<pre>{''.join(_marked(document.body, statements))}</pre>"
        "<table><thead><tr><th>#<th>subject<th>predicate<th>object<th>modality<th>confidence<th>rule</tr></thead>"
        f"<tbody>{rows}</tbody></table></body></html>\n"
    )


def _about(document: Document, statements: Sequence[Statement]) -> str:
    count = f"{len(statements)} statement{'' if len(statements) == 1 else 's'}"
    parts = (document.publisher, document.published_on, document.url, document.marking.value, count)
    return " · ".join(escape(part) for part in parts if part)


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
        ending = [n for n in over if n in closed.get(end, ())]
        if ending:
            links = " ".join(f'<a id="q{n}" href="#s{n}">{n}</a>' for n in ending)
            yield f"<sup>{links}</sup>"


def _object(statement: Statement) -> str:
    target = statement.object
    name = target.name if isinstance(target, Entity) else target.text
    return f"{name} ({statement.role})" if statement.role else name


def _modality(statement: Statement) -> str:
    return statement.modality.value + (f" by {statement.speaker.name}" if statement.speaker else "")


def _line(number: int, statement: Statement) -> str:
    doubt = "" if statement.modality is Modality.ASSERTED else f" ({_modality(statement)})"
    return f"{number}. {statement.subject.name} {statement.predicate} {_object(statement)}{doubt}"


def _row(number: int, statement: Statement) -> str:
    subject, target = statement.subject, statement.object
    kinds = (subject.type, target.type if isinstance(target, Entity) else target.datatype.value)
    cells = (
        (subject.name, kinds[0]),
        (statement.predicate, ""),
        (_object(statement), kinds[1]),
        (_modality(statement), ""),
        (f"{statement.confidence:.2f}", ""),
        (statement.rule, ""),
    )
    columns = "".join(
        f'<td title="{escape(kind, quote=True)}">{escape(text)}</td>' if kind else f"<td>{escape(text)}</td>"
        for text, kind in cells
    )
    return f'<tr id="s{number}"><td><a href="#q{number}">{number}</a></td>{columns}</tr>'
