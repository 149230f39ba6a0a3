"""Document and Statement: the only values that cross from one room to the next."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ontology.errors import InvalidStatements


class Modality(StrEnum):
    """How a text puts a statement, strongest first."""

    ASSERTED = "asserted"
    CLAIMED = "claimed"
    ALLEGED = "alleged"
    ESTIMATED = "estimated"
    EXPECTED = "expected"
    DENIED = "denied"

    @property
    def rank(self) -> int:
        """Position in the order of strength: 0 is the strongest."""
        return list(Modality).index(self)


class Datatype(StrEnum):
    """The kinds of literal that a statement can have as its object."""

    DATE = "date"
    INTEGER = "integer"
    MONEY = "money"
    TEXT = "text"


class Marking(StrEnum):
    """Traffic Light Protocol 2.0 markings, most open first."""

    CLEAR = "TLP:CLEAR"
    GREEN = "TLP:GREEN"
    AMBER = "TLP:AMBER"
    AMBER_STRICT = "TLP:AMBER+STRICT"
    RED = "TLP:RED"

    @property
    def rank(self) -> int:
        """Position in the order of secrecy: 0 may be shown to anybody."""
        return list(Marking).index(self)


_SCALES = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"))


def slug(name: str) -> str:
    """The readable id of a name: lower case, ASCII, words joined by hyphens.

    >>> slug("Marks & Spencer"), slug("Lapsus$"), slug("Crédit Agricole S.A.")
    ('marks-and-spencer', 'lapsus', 'credit-agricole-s-a')
    """
    text = unicodedata.normalize("NFKD", name.replace("&", " and ").replace("’", "'").replace("'", ""))
    ascii_only = text.encode("ascii", "ignore").decode().lower()
    joined = re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")[:120].rstrip("-")
    return joined or "x-" + hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Entity:
    """A thing in the graph as one statement refers to it; `type` is a class of the ontology.

    `aliases` are a set, kept in order so that two readings of the same set are equal.
    """

    id: str
    name: str
    type: str
    aliases: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "aliases", tuple(sorted(set(self.aliases))))

    def to_json(self) -> dict[str, Any]:
        return {"id": self.id, "name": self.name, "type": self.type, "aliases": list(self.aliases)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Entity:
        return cls(str(data["id"]), str(data["name"]), str(data["type"]), tuple(data.get("aliases") or ()))


@dataclass(frozen=True, slots=True)
class Literal:
    """A value: a date as ISO 8601 at the text's own grain, money in whole units of `currency` (ISO 4217)."""

    value: str | int | float
    datatype: Datatype
    currency: str | None = None

    def __post_init__(self) -> None:
        if (self.currency is not None) != (self.datatype is Datatype.MONEY):
            raise InvalidStatements(
                f"the {self.datatype} literal {self.value!r} has currency {self.currency!r}",
                hint="money has a currency such as GBP, and nothing else has one",
            )

    @property
    def text(self) -> str:
        """The value as it is read aloud.

        >>> Literal(1_500_000_000, Datatype.MONEY, "GBP").text, Literal(30_000, Datatype.INTEGER).text
        ('GBP 1.5 billion', '30,000')
        """
        if isinstance(self.value, str):
            return self.value
        scale, word = next(((s, w) for s, w in _SCALES if self.value >= s), (1, ""))
        number = f"{self.value:,}" if scale == 1 else f"{self.value / scale:,.6g}"
        return " ".join(part for part in (self.currency, number, word) if part)

    def to_json(self) -> dict[str, Any]:
        data: dict[str, Any] = {"value": self.value, "datatype": self.datatype.value}
        return data | {"currency": self.currency} if self.currency else data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Literal:
        return cls(data["value"], Datatype(data["datatype"]), data.get("currency"))


@dataclass(frozen=True, slots=True)
class Statement:
    """One triple with its evidence: `quote` is `document.body[start:end]`, and `rule` names what found it.

    `document` is the id of the document; `confidence` lies in 0..1; `role` is the job title of a `holdsRole` statement.
    """

    subject: Entity
    predicate: str
    object: Entity | Literal
    document: str
    quote: str
    start: int
    end: int
    rule: str
    modality: Modality = Modality.ASSERTED
    confidence: float = 1.0
    speaker: Entity | None = None
    role: str | None = None

    @property
    def id(self) -> str:
        """Hash of what is said and where, so that loading the same text twice changes nothing."""
        target = self.object
        what = (
            f"entity:{target.id}"
            if isinstance(target, Entity)
            else f"{target.datatype}:{target.value}:{target.currency or ''}"
        )
        speaker = self.speaker.id if self.speaker else ""
        parts = (
            self.document,
            str(self.start),
            str(self.end),
            self.subject.id,
            self.predicate,
            what,
            self.modality.value,
            speaker,
            self.role or "",
        )
        return "st-" + hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:24]

    def to_json(self) -> dict[str, Any]:
        """The line format that `incidentgraph extract` prints."""
        data: dict[str, Any] = {
            "id": self.id,
            "document": self.document,
            "predicate": self.predicate,
            "modality": self.modality.value,
            "confidence": round(self.confidence, 3),
            "subject": self.subject.to_json(),
            "object": self.object.to_json(),
            "speaker": self.speaker.to_json() if self.speaker else None,
            "quote": self.quote,
            "start": self.start,
            "end": self.end,
            "rule": self.rule,
        }
        return data | {"role": self.role} if self.role else data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Statement:
        """Read one line of that format; a missing or ill-typed field raises `InvalidStatements`."""
        try:
            target = data["object"]
            return cls(
                subject=Entity.from_json(data["subject"]),
                predicate=str(data["predicate"]),
                object=Literal.from_json(target) if "datatype" in target else Entity.from_json(target),
                document=str(data["document"]),
                quote=str(data["quote"]),
                start=int(data["start"]),
                end=int(data["end"]),
                rule=str(data.get("rule") or "imported"),
                modality=Modality(data.get("modality") or "asserted"),
                confidence=float(data.get("confidence", 1.0)),
                speaker=Entity.from_json(data["speaker"]) if data.get("speaker") else None,
                role=data.get("role"),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise InvalidStatements(
                f"cannot read a statement: {error!r}", hint="docs/statements.md describes the line format"
            ) from error


@dataclass(frozen=True, slots=True)
class Document:
    """A report as it was read: `body` is what every offset points into.

    `published_on` is ISO 8601 at the grain known; `language` is ISO 639-1; `source` is the file or address that it was
    read from, for messages only.
    """

    body: str
    title: str = ""
    url: str | None = None
    publisher: str | None = None
    published_on: str | None = None
    language: str = "en"
    marking: Marking = Marking.CLEAR
    source: str = ""

    @property
    def id(self) -> str:
        """Hash of the content."""
        return "doc-" + hashlib.sha256(self.body.encode("utf-8", "surrogatepass")).hexdigest()[:24]
