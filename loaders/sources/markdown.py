"""Markdown: YAML front matter read as metadata, and the text made plain: no links, emphasis, images or tags."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from loaders.sources import metadata
from loaders.sources.html import text_of_fragment
from loaders.sources.rawfile import RawFile
from ontology.errors import UnreadableDocument
from ontology.statement import Document

if TYPE_CHECKING:
    from markdown_it.token import Token

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_FRONT_MATTER_LENGTH = 20_000
_SIGNS = re.compile(r"^#{1,6} \S|^```|\[[^\]\n]{1,200}\]\((?:https?:|/|#)[^)\s]*\)|^!\[", re.MULTILINE)
# The parser's time grows with the square of the marks within one block.
_BLOCK_LENGTH = 10_000
_BLOCK_MARKS = 1_000
_MARKS = re.compile(r"[\[\]<*_`!|~&]")


def recognises(file: RawFile) -> bool:
    """By front matter or name; by headings, links or images unless the name says plain text, which may hold a link."""
    head = file.text[:_FRONT_MATTER_LENGTH]
    return (
        file.suffix in (".md", ".markdown", ".mdown")
        or bool(_FRONT_MATTER.match(head))
        or (file.suffix not in (".txt", ".text") and bool(_SIGNS.search(head)))
    )


def read(file: RawFile) -> Document:
    """A Markdown report as plain paragraphs, a blank line between them; its title is the first line of the body."""
    found, source = _front_matter(file)
    if not source.strip():
        raise UnreadableDocument(f"{file.name}: front matter and no text after it", hint="write the report below it")
    header, end = metadata.header(source, file.name)
    found = found.or_else(header)
    blocks = list(_blocks(source[end:]))
    title = found.title or next((text for kind, text in blocks if kind == "h1"), "")
    paragraphs = [text for _, text in blocks]
    return metadata.document(found, title, paragraphs, file.name)


def _front_matter(file: RawFile) -> tuple[metadata.Metadata, str]:
    match = _FRONT_MATTER.match(file.text[:_FRONT_MATTER_LENGTH])
    if not match:
        return metadata.Metadata(), file.text
    import yaml  # noqa: PLC0415 - few reports have front matter

    try:
        # The base loader makes strings of all scalars and obeys no tags: nothing is built from hostile YAML.
        values = yaml.load(match[1], Loader=yaml.BaseLoader)  # noqa: S506
    except (yaml.YAMLError, RecursionError) as error:
        reason = metadata.one_line(str(error))[:120]
        raise UnreadableDocument(f"{file.name}: its front matter is no YAML: {reason}", hint="mend it") from error
    pairs = {str(key): value for key, value in values.items()} if isinstance(values, dict) else {}
    return metadata.from_pairs(pairs, file.name), file.text[match.end() :]


def _blocks(source: str) -> Iterator[tuple[str, str]]:
    """The blocks of a text that say something, each with its kind (`h1`, `p`…) and made plain.

    A text with a block of thousands of marks, which only a machine writes, is left as it is.
    """
    from markdown_it import MarkdownIt  # noqa: PLC0415 - not needed for other formats

    kind = "p"
    row: list[str] = []
    source = _without_comments(source)
    if any(len(block) > _BLOCK_LENGTH and len(_MARKS.findall(block)) > _BLOCK_MARKS for block in source.split("\n\n")):
        yield from (("p", block) for block in source.split("\n\n") if block.strip())
        return
    for token in MarkdownIt("commonmark", {"maxNesting": 20}).enable("table").parse(source):
        text = ""
        if token.type in ("heading_open", "paragraph_open"):
            kind = token.tag
        elif token.type == "tr_open":
            row = []
        elif token.type in ("th_open", "td_open"):
            kind = "cell"
        elif token.type == "inline" and kind == "cell":
            row.append(_plain(token.children or []))
        elif token.type == "tr_close":
            text, kind = " | ".join(cell for cell in row if cell), "p"
        elif token.type == "inline":
            text = _plain(token.children or [])
        elif token.type in ("fence", "code_block"):
            text = token.content.strip("\n")
        elif token.type == "html_block":
            text = text_of_fragment(token.content)
        if text:
            yield kind, text


def _without_comments(source: str) -> str:
    """The text without its HTML comments, and without the openings of such as never end."""
    parts = source.split("<!--")
    kept = [parts[0]]
    for part in parts[1:]:
        _, end, rest = part.partition("-->")
        kept.append(rest if end else part)
    return "".join(kept)


def _plain(children: list[Token]) -> str:
    parts = []
    for token in children:
        if token.type in ("text", "code_inline"):
            parts.append(token.content)
        elif token.type == "softbreak":
            parts.append(" ")
        elif token.type == "hardbreak":
            parts.append("\n")
    return "".join(parts).strip()
