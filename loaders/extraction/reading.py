"""What the stages pass on: a document on its way from plain text to statements."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ontology.statement import Document, Entity, Literal, Modality

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, Token

ORGANIZATIONS = frozenset({"Organization", "Company", "Bank", "GovernmentBody", "LawEnforcement"})


@dataclass(slots=True)
class Block:
    """A paragraph, heading or list item; only `prose` gives relations."""

    start: int
    end: int
    kind: str
    text: str


@dataclass(slots=True, eq=False)
class Record:
    """An entity of this text while it is being put together from its mentions."""

    name: str
    kind: str
    id: str
    aliases: dict[str, None] = field(default_factory=dict)
    mentions: list[Mention] = field(default_factory=list)
    generic: bool = False
    known: bool = False

    def entity(self) -> Entity:
        """The entity as statements carry it."""
        return Entity(self.id, self.name, self.kind, tuple(a for a in self.aliases if a != self.name))


@dataclass(slots=True, eq=False)
class Mention:
    """A stretch of the text that stands for something; `source` is name, nominal or pronoun."""

    doc: Doc
    first: int
    last: int
    head: int
    start: int
    end: int
    text: str
    kind: str
    source: str
    sentence: int
    record: Record | None = None
    canonical: str | None = None
    votes: dict[str, float] = field(default_factory=dict)

    @property
    def span(self) -> Span:
        return self.doc[self.first : self.last]


@dataclass(slots=True, eq=False)
class Sentence:
    """A sentence with its place in the body; `incident` is what "the attack" means in it."""

    index: int
    span: Span
    start: int
    end: int
    block: Block
    mentions: list[Mention] = field(default_factory=list)
    quoted: list[tuple[int, int]] = field(default_factory=list)
    incident: Record | None = None
    incidents: list[Record] = field(default_factory=list)
    text: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.text = self.span.text  # which is put together from the words each time it is asked


@dataclass(slots=True, eq=False)
class Candidate:
    """A statement that a stage proposes: the arbiter decides on it. `support` is what the encoder thinks of it."""

    subject: Record | Mention | None
    predicate: str
    object: Record | Mention | Literal | None
    start: int
    end: int
    rule: str
    confidence: float = 0.8
    modality: Modality = Modality.ASSERTED
    speaker: Record | None = None
    role: str | None = None
    subject_mention: Mention | int | None = None
    object_mention: Mention | int | None = None
    anchor: int | None = None
    sentence: Sentence | None = None
    support: float = 0.0


def describe(end: Record | Mention | Literal | None) -> str:
    """A subject or object in a few words, for explanations."""
    if isinstance(end, Record):
        return end.name
    if isinstance(end, Mention):
        return end.text
    return f"{end.value} {end.currency or ''}".strip() if end is not None else "?"


@dataclass(slots=True)
class Reading:
    """One document and all that has been found in it so far; every stage takes it and adds to it."""

    document: Document
    blocks: list[Block] = field(default_factory=list)
    docs: list[tuple[Doc, Block]] = field(default_factory=list)
    sentences: list[Sentence] = field(default_factory=list)
    mentions: list[Mention] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    incidents: list[Record] = field(default_factory=list)
    main: Record | None = None
    candidates: list[Candidate] = field(default_factory=list)
    trace: list[tuple[str, str]] = field(default_factory=list)
    heads: dict[tuple[int, int], Mention] = field(default_factory=dict)
    memo: dict[str, Any] = field(default_factory=dict)

    def explain(self, stage: str, lines: Iterable[str]) -> None:
        """Keep what a stage did, for `extract --explain`."""
        self.trace.extend((stage, line) for line in lines)

    def mention_at(self, token: Token) -> Mention | None:
        """The mention that this word heads or lies in."""
        return self.heads.get((id(token.doc), token.i))
