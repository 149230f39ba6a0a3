"""HTML: the article that a page holds, without its menus, scripts and adverts; nothing on it is run or fetched."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Any

from loaders.sources import metadata
from loaders.sources.rawfile import RawFile
from ontology.errors import UnreadableDocument
from ontology.statement import Document

if TYPE_CHECKING:
    from lxml.html import HtmlElement

# What opens a page, after white space, comments and declarations.
_OPENING = re.compile(r"<(?:!doctype\s+html|html|head|body|article|main|div|title|meta)\b", re.IGNORECASE)
_BEFORE_IT = (("<!--", "-->"), ("<?xml", "?>"))
# The time that an article takes to find grows with the square of these.
_ELEMENTS = 20_000
_HIDDEN = ("style", "svg", "noscript", "template", "iframe", "object", "canvas")
_BLOCKS = "//h1|//h2|//h3|//p|//li|//blockquote|//td|//pre"


def recognises(file: RawFile) -> bool:
    """By the element or the declaration that opens it."""
    rest = file.text[:20_000].lstrip()
    while pair := next((pair for pair in _BEFORE_IT if rest.startswith(pair[0])), None):
        rest = rest.partition(pair[1])[2].lstrip()
    return bool(_OPENING.match(rest))


def read(file: RawFile) -> Document:
    """The article on a page, its title as the first line of the body and a blank line between its paragraphs."""
    tree = _tree(file)
    article = _article(tree)
    found = _metadata(article, tree, file.name)
    text = (article and article.text) or _plain(tree)
    lines = [metadata.one_line(line).removeprefix("- ") for line in text.splitlines()]
    paragraphs = [line for line in lines if line]
    title = found.title or next((metadata.one_line(each.text_content()) for each in tree.iter("h1", "title")), "")
    return metadata.document(found, title, paragraphs, file.name)


def _tree(file: RawFile) -> HtmlElement:
    from lxml import etree, html  # noqa: PLC0415 - slow to import, and not needed for other formats

    # The parser refuses text that declares its encoding, for it is decoded already.
    source = re.sub(r"\A\s*<\?xml[^>]*\?>", "", file.text)
    parser = html.HTMLParser(huge_tree=True)  # which else leaves out, silently, what lies below 256 levels
    try:
        tree: HtmlElement = html.document_fromstring(source, parser=parser)
    except (etree.ParserError, ValueError) as error:
        raise UnreadableDocument(f"{file.name}: a page without text", hint="save the page again") from error
    if any(error.type_name == "ERR_RESOURCE_LIMIT" for error in parser.error_log):
        raise UnreadableDocument(f"{file.name}: too deep a page", hint="save the article alone")
    etree.strip_elements(tree, *_HIDDEN, with_tail=False)
    for script in list(tree.iter("script")):
        # Publishers state date and title as JSON-LD, which is read and never run.
        if script.get("type") != "application/ld+json":
            script.drop_tree()
    if sum(1 for _ in tree.iter()) > _ELEMENTS:
        raise UnreadableDocument(
            f"{file.name}: too big a page, over {_ELEMENTS:,} elements", hint="save the article alone"
        )
    return tree


def text_of_fragment(source: str) -> str:
    """The words in a piece of a page, on one line."""
    from lxml import etree, html  # noqa: PLC0415 - as below

    try:
        tree = html.document_fromstring(source)
    except (etree.ParserError, ValueError):
        return ""
    etree.strip_elements(tree, "script", *_HIDDEN, with_tail=False)
    return metadata.one_line(tree.text_content())


def _article(tree: HtmlElement) -> Any:
    # The library warns of every page that it finds no article on.
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    logging.getLogger("htmldate").setLevel(logging.CRITICAL)
    import trafilatura  # noqa: PLC0415 - slow to import, and not needed for other formats

    return trafilatura.bare_extraction(
        tree,
        with_metadata=True,
        include_comments=False,
        include_tables=True,
        date_extraction_params={"original_date": True, "extensive_search": False},
    )


def _metadata(article: Any, tree: HtmlElement, name: str) -> metadata.Metadata:
    pairs = {
        (meta.get("name") or meta.get("property") or "").removeprefix("og:"): meta.get("content") or ""
        for meta in tree.iter("meta")
    }
    stated = metadata.from_pairs({key: value for key, value in pairs.items() if key != "site_name"}, name)
    if article is None:
        return stated
    read = metadata.Metadata(
        title=metadata.one_line(article.title or ""),
        published_on=metadata.iso_date(article.date or ""),
        publisher=metadata.one_line(article.sitename or "") or None,
        url=metadata.web_address(article.url or ""),
    )
    return read.or_else(stated)


def _plain(tree: HtmlElement) -> str:
    """The text of all blocks, for pages too short or too odd to have an article found on them."""
    blocks = [block.text_content() for block in tree.xpath(_BLOCKS)]
    return "\n".join(metadata.one_line(block) for block in blocks) or tree.text_content()
