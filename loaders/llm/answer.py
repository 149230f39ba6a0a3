"""What a language model answers, read one statement at a time: one that is malformed spoils no other."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from itertools import islice
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StrictInt, StrictStr, ValidationError

from ontology.statement import Modality

MOST_CLAIMS = 500
"""More than the densest part of a report holds; what comes after is not looked at."""
MOST_LISTS = 50
_DECODER = json.JSONDecoder()
_LIST = re.compile(r'"statements"\s*:\s*\[|\[(?=\s*(?:\{|\]))')
_OBJECT = re.compile(r"\s*,?\s*(?=\{)")

Name = Annotated[StrictStr, Field(min_length=1, max_length=1_000)]


class End(BaseModel):
    """A subject, an object or a speaker; the type of an object may be that of a value."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    type: Name
    name: Name


class Claim(BaseModel):
    """A statement as a model makes it, before it is held to the text."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    predicate: Name
    subject: End
    object: End
    quote: Annotated[StrictStr, Field(min_length=1, max_length=4_000)]
    modality: Modality = Modality.ASSERTED
    speaker: End | None = None
    role: Annotated[StrictStr, Field(max_length=200)] | None = None
    sentence: StrictInt | None = None


@dataclass(slots=True)
class Answer:
    """The statements of one answer, and what was wrong with the rest of it."""

    claims: list[Claim] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    is_cut: bool = False


def read_answer(content: str, *, is_cut: bool = False) -> Answer | None:
    """The statements of an answer, or None where it holds no list of them.

    What stands around the list, such as a fence or an account of the thinking, is passed over; of a list that breaks
    off the whole statements count.
    """
    # The list under its name first; among a million brackets, only the first few are tried.
    starts = sorted(islice(_LIST.finditer(content), MOST_LISTS), key=lambda match: match[0].startswith("["))
    for start in starts:
        items, whole = _items(content, start.end())
        if items or whole:
            answer = Answer(is_cut=is_cut or not whole)
            for number, item in enumerate(items[:MOST_CLAIMS], 1):
                try:
                    answer.claims.append(Claim.model_validate(item))
                except ValidationError as error:
                    first = error.errors()[0]
                    place = ".".join(map(str, first["loc"]))
                    answer.faults.append(f"statement {number} is malformed: {place}: {first['msg']}")
            if len(items) > MOST_CLAIMS:
                answer.faults.append(f"{len(items) - MOST_CLAIMS} statements over {MOST_CLAIMS} are left out")
            return answer
    return None


def _items(content: str, position: int) -> tuple[list[Any], bool]:
    """The objects of the list that opens before a position, and whether it closes."""
    items: list[Any] = []
    while gap := _OBJECT.match(content, position):
        try:
            item, position = _DECODER.raw_decode(content, gap.end())
        except (ValueError, RecursionError):
            return items, False
        items.append(item)
    return items, content[position:].lstrip().startswith("]")
