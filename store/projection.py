"""What the graph shows of the statements: the rules by which many statements become one edge, property or name.

Pure functions over rows, so that a graph that grew by loads and retractions equals one loaded afresh.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ontology.model import Ontology, entity_iri, ontology
from ontology.statement import Datatype, Modality
from store.names import is_proper, search_text

_SEP = "\x1f"


@dataclass(frozen=True, slots=True)
class Support:
    """One statement as a reason for an edge or a property."""

    statement: str
    document: str
    modality: str
    confidence: float
    value: str | int | float | None = None
    role: str | None = None
    published_on: str | None = None

    @property
    def rank(self) -> int:
        """0 for the strongest modality."""
        return Modality(self.modality).rank


@dataclass(frozen=True, slots=True)
class Mention:
    """How one document names an entity, and what it takes it for."""

    name: str
    type: str
    aliases: tuple[str, ...] = ()


def fact(*parts: str) -> str:
    """Key of what statements may say alike: (subject, predicate, object), or (subject, predicate) of a literal."""
    return hashlib.sha256(_SEP.join(parts).encode("utf-8", "replace")).hexdigest()[:24]


def edge(supports: Sequence[Support]) -> dict[str, Any]:
    """Properties of a relationship from all statements that say it."""
    dates = sorted(s.published_on for s in supports if s.published_on)
    best = min(supports, key=lambda s: (s.rank, -s.confidence, s.published_on is None, s.published_on, s.statement))
    roles = sorted((s.rank, -s.confidence, s.role) for s in supports if s.role)
    properties = {
        "modality": best.modality,
        "modalities": sorted({s.modality for s in supports}, key=lambda modality: Modality(modality).rank),
        "confidence": max(s.confidence for s in supports),
        "statements": len(supports),
        "evidence": best.statement,
        "sources": sorted({s.document for s in supports}),
        "first_reported": dates[0] if dates else None,
        "last_reported": dates[-1] if dates else None,
        "role": roles[0][2] if roles else None,
    }
    return {key: value for key, value in properties.items() if value is not None}


def literal(datatype: Datatype, supports: Sequence[Support]) -> str | int | float | list[str] | None:
    """The best supported value, or for texts all of them, the best supported first; what is denied does not count.

    The strongest modality decides, then the number of documents, then the confidence. A date that another one only
    makes finer speaks for the finer one too.
    """
    grouped: dict[str | int | float, list[Support]] = defaultdict(list)
    for support in supports:
        if support.value is not None and support.modality != Modality.DENIED:
            grouped[support.value].append(support)
    if not grouped:
        return None
    if datatype is Datatype.DATE:
        grouped = {
            value: [s for other in grouped if _is_grain_of(other, value) for s in grouped[other]] for value in grouped
        }
    ordered = sorted(grouped, key=lambda value: _preference(value, grouped[value]))
    if datatype is Datatype.TEXT:
        return [str(value) for value in ordered]
    return ordered[0]


def _is_grain_of(coarse: object, fine: object) -> bool:
    return coarse == fine or str(fine).startswith(f"{coarse}-")


def _preference(value: object, supports: Sequence[Support]) -> tuple[int, int, float, int, str]:
    return (
        min(s.rank for s in supports),
        -len({s.document for s in supports}),
        -max(s.confidence for s in supports),
        -len(str(value)),
        str(value),
    )


def merged(mentions: Iterable[Mention] | Mapping[Mention, int]) -> Mention:
    """One name, one class and all aliases from several mentions of an entity (or from their numbers), in any order.

    The commonest name wins, of equals the longest; the class with the most mentions of itself and its superclasses,
    of equals the most specific.
    """
    seen = Counter(mentions)
    names: Counter[str] = Counter()
    types: Counter[str] = Counter()
    for mention, number in seen.items():
        names[mention.name] += number
        types[mention.type] += number
    name = min(names, key=lambda n: (-names[n], -len(n), n))
    aliases = {alias for mention in seen for alias in (mention.name, *mention.aliases)} - {name}
    return Mention(name, _class_of(types), tuple(sorted(aliases)))


def named(mentions: Iterable[Mention] | Mapping[Mention, int]) -> Mention:
    """The same, as the graph shows it: of the aliases only names, since "the company" means another one elsewhere.

    What a document takes for the entity's name is one, however it is spelt.
    """
    seen = Counter(mentions)
    whole, names = merged(seen), {mention.name for mention in seen}
    return replace(whole, aliases=tuple(alias for alias in whole.aliases if alias in names or is_proper(alias)))


def _class_of(votes: Mapping[str, int], model: Ontology | None = None) -> str:
    classes = (model or ontology()).classes

    def preference(name: str) -> tuple[int, int, str]:
        labels = classes[name].labels
        return -sum(votes.get(label, 0) for label in labels), -len(labels), name

    return min(votes, key=preference)


def entity(entity_id: str, mention: Mention) -> dict[str, Any]:
    """Properties of an entity's node that its mentions decide; `search` is what the full-text index reads."""
    return {
        "id": entity_id,
        "iri": entity_iri(entity_id),
        "name": mention.name,
        "aliases": list(mention.aliases),
        "search": search_text((mention.name, *mention.aliases)),
    }


def labels(class_name: str) -> tuple[str, ...]:
    """The labels of a node of that class, in the ontology's order."""
    return ontology().classes[class_name].labels
