"""Query parameters that routes share, each refused when it is not known: a typing error must not go unnoticed."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Path
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from api.formats import GraphFormat, TableFormat
from ontology.model import ontology
from ontology.statement import Modality
from store.lookup import EdgeFilter, check_predicates, check_types

PREDICATES = sorted(ontology().predicates)
CLASSES = [cls.name for cls in ontology().entity_classes]
_MONTHS = r"(0[13578]|1[02])(-(0[1-9]|[12]\d|3[01]))?|(0[469]|11)(-(0[1-9]|[12]\d|30))?|02(-(0[1-9]|[12]\d))?"
AS_OF = rf"^\d{{4}}(-({_MONTHS}))?$"
"""A year, a month or a day; 29 February is let through in every year, as a pattern cannot tell which are leap years."""


def _sound(text: str) -> str:
    """Text that a store can take: no unpaired surrogates, and none of the NUL characters that end strings early."""
    if "\x00" in text or any("\ud800" <= char <= "\udfff" for char in text):
        raise ValueError("has a character that no name has")
    return text


Sound = Annotated[str, AfterValidator(_sound)]
Text = Annotated[str, Field(pattern=r"^[^\x00]*$"), AfterValidator(_sound)]
"""Text whose schema tells what of this a schema can: NUL."""
EntityId = Annotated[
    Text, Path(min_length=1, max_length=200, description="Readable id.", examples=["jaguar-land-rover"])
]
Predicates = Annotated[
    list[Annotated[str, Field(json_schema_extra={"enum": PREDICATES})]],
    Field(default_factory=list, max_length=50, description="Predicates of the ontology to keep to."),
]
Types = Annotated[
    list[Annotated[str, Field(json_schema_extra={"enum": CLASSES})]],
    Field(default_factory=list, max_length=20, description="Classes to keep to, with all below them."),
]
Modalities = Annotated[
    list[Modality], Field(default_factory=list, max_length=6, description="Ways of putting it to keep to.")
]
Direction = Annotated[
    Literal["out", "in", "both"],
    Field(description="`out`: the entity is the subject; `in`: it is the object."),
]

AsOf = Annotated[
    str | None,
    Field(pattern=AS_OF, description="Show what was known then: a year, a month or a day.", examples=["2025-09"]),
]


Confidence = Annotated[
    float,
    Field(ge=0, le=1, description="Least confidence of a statement that the text says so, 0 to 1."),
]


class Query(BaseModel):
    """Base of all sets of query parameters."""

    model_config = ConfigDict(extra="forbid")


class Nothing(Query):
    """No parameter at all: what a route without any takes."""


FORMAT = "Format of the answer; without it the Accept header decides."


class AsTable(Query):
    """An answer that can be had as a table."""

    format: TableFormat | None = Field(default=None, description=FORMAT)


class AsGraph(Query):
    """An answer that can be had as a graph."""

    format: GraphFormat | None = Field(default=None, description=FORMAT)


class OnePage(AsTable):
    """A list that comes in pages."""

    limit: int = Field(default=50, ge=1, le=200, description="Most items of a page.")
    cursor: str | None = Field(
        default=None,
        max_length=500,
        pattern="^[A-Za-z0-9_-]+$",
        description="The cursor that the page before gave.",
    )


class Edges(AsGraph):
    """Which edges are asked for."""

    predicate: Predicates
    type: Types
    modality: Modalities
    direction: Direction = "both"
    min_confidence: Confidence = 0.0
    as_of: AsOf = None

    def edge_filter(self) -> EdgeFilter:
        """As the look-ups take it; a predicate or class that the ontology does not have raises `InvalidQuery`."""
        return EdgeFilter(
            predicates=tuple(check_predicates(self.predicate)),
            types=tuple(check_types(self.type)),
            modalities=tuple(self.modality),
            direction=None if self.direction == "both" else self.direction,
            confidence=self.min_confidence,
        )
