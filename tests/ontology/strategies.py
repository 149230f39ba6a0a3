"""Documents and well-formed statements about them, for any predicate of the ontology."""

from __future__ import annotations

import hashlib
from datetime import date

from hypothesis import strategies as st

from ontology.model import Predicate, ontology
from ontology.statement import Datatype, Document, Entity, Literal, Marking, Modality, Statement, slug

AWKWARD = st.sampled_from(
    ["\x00", "\r", "\x0b", "\u202e", "\ud800", "\udfff", '"""', "\\u0041", "\ufeff", "\u2028", "😀"]
)
TEXT = st.lists(AWKWARD | st.text(max_size=12), max_size=4).map("".join)
FILLED = st.tuples(st.sampled_from(["aZ", "é¶"]), TEXT).map("".join)
DATES = st.one_of(
    st.integers(1000, 9999).map(str),
    st.dates(date(1000, 1, 1)).map(lambda day: day.isoformat()[:7]),
    st.dates(date(1000, 1, 1)).map(lambda day: day.isoformat()),
)
MONEY = st.one_of(st.integers(0, 10**13), st.floats(0, 1e15))
VALUES = {
    Datatype.DATE: DATES,
    Datatype.INTEGER: st.integers(0, 10**12),
    Datatype.MONEY: MONEY,
    Datatype.TEXT: FILLED,
}


def literals(datatypes: tuple[Datatype, ...]) -> st.SearchStrategy[Literal]:
    """Values of the datatypes that a predicate takes."""
    return st.one_of(
        st.builds(
            Literal,
            VALUES[datatype],
            st.just(datatype),
            st.sampled_from(["GBP", "USD", "JPY"]) if datatype is Datatype.MONEY else st.none(),
        )
        for datatype in datatypes
    )


def entities(classes: tuple[str, ...]) -> st.SearchStrategy[Entity]:
    """Entities of a class or of one below it; an id tells name, class and aliases, as it does within one document."""
    model = ontology()
    allowed = [cls.name for cls in model.entity_classes if model.is_any(cls.name, classes)]
    return st.builds(_entity, FILLED, st.sampled_from(allowed))


def _entity(name: str, kind: str) -> Entity:
    digest = hashlib.sha256(f"{name} {kind}".encode("utf-8", "surrogatepass")).hexdigest()
    return Entity(f"{slug(name)}-{digest[:8]}", name, kind, (f"{name} plc", kind) if len(name) % 2 else ())


def objects(predicate: Predicate) -> st.SearchStrategy[Entity | Literal]:
    """What a predicate takes as its object."""
    choices: list[st.SearchStrategy[Entity | Literal]] = []
    if predicate.range:
        choices.append(entities(predicate.range))
    if predicate.datatypes:
        choices.append(literals(predicate.datatypes))
    return st.one_of(choices)


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Documents with every field there is, in texts that are hard to write down."""
    return Document(
        body=draw(FILLED),
        title=draw(TEXT),
        url=draw(st.none() | TEXT),
        publisher=draw(st.none() | TEXT),
        published_on=draw(st.none() | DATES),
        language=draw(st.sampled_from(["en", "de", "ja"])),
        marking=draw(st.sampled_from(Marking)),
        source=draw(TEXT),
    )


@st.composite
def statements(draw: st.DrawFn, document: Document) -> Statement:
    """A statement that the ontology allows, quoting the document."""
    predicate = draw(st.sampled_from(list(ontology().predicates.values())))
    filled = [at for at, character in enumerate(document.body) if not character.isspace()]
    inside = draw(st.sampled_from(filled))
    start, end = draw(st.integers(0, inside)), draw(st.integers(inside + 1, len(document.body)))
    return Statement(
        subject=draw(entities(predicate.domain)),
        predicate=predicate.name,
        object=draw(objects(predicate)),
        document=document.id,
        quote=document.body[start:end],
        start=start,
        end=end,
        rule=draw(FILLED),
        modality=draw(st.sampled_from(Modality)),
        confidence=draw(st.floats(0, 1)),
        speaker=draw(st.none() | entities(("Person", "Organization"))),
        role=draw(st.none() | FILLED),
    )


@st.composite
def readings(draw: st.DrawFn) -> tuple[Document, list[Statement]]:
    """A document with what was read from it, in the order of the words."""
    document = draw(documents())
    found = draw(st.lists(statements(document), max_size=4, unique_by=lambda statement: statement.id))
    return document, sorted(found, key=lambda statement: (statement.start, statement.end, statement.id))
