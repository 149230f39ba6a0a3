"""Entities by what people type: a name, an alias, an acronym, a fragment, with or without typing errors.

The full-text index proposes, and the names that the reader may know dispose: what is hidden cannot be found by its
name, even where the index has it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from store.base import ENTITY_INDEX, Store
from store.lookup import cursors
from store.lookup.cursors import Page
from store.lookup.entities import summaries
from store.lookup.values import EntitySummary
from store.lookup.view import View
from store.names import acronyms, folded

CANDIDATES = 300
"""How many entities the index proposes; a search cannot be paged beyond them."""
WORDS = 8
SMALL_WORDS = frozenset({"a", "an", "and", "of", "or", "the"})
GOOD_ENOUGH = 0.6
"""The least score of an answer, 1.0 being a name letter by letter."""


@dataclass(frozen=True, slots=True)
class _Scored:
    score: float
    entity: EntitySummary

    @property
    def key(self) -> tuple[float, str]:
        return self.score, self.entity.id


def search(
    store: Store,
    view: View,
    text: str = "",
    *,
    types: Sequence[str] = (),
    limit: int = 20,
    cursor: str | None = None,
) -> Page[EntitySummary]:
    """The entities whose names fit `text`, the best first; without a text all of them, in the order of their ids.

    `types` are classes with their subclasses already named (see `terms.check_types`).
    """
    words = _words(text)
    if text.strip() and not words:
        return Page([], None)  # signs alone, which are in no name
    if not words:
        return _listed(store, view, types, limit=limit, cursor=cursor)
    question = ("search", words, tuple(types), view.as_of)
    after = cursors.decode(question, cursor, (float, str))
    ranked = _ranked(store, view, words, _proposed(store, view, words, types))
    if len(words) > 1 and max(map(len, words)) <= 2:  # "M&S" is an acronym, and found as "ms"
        joined = ("".join(words),)
        ranked = _merged(ranked, _ranked(store, view, joined, _proposed(store, view, joined, types)))
    if not ranked:  # a fragment from the middle of a word, which no index has
        ranked = _ranked(store, view, words, _containing(store, view, words, types))
    if after is not None:
        ranked = [s for s in ranked if _order(s) > (-float(after[0]), len(str(after[1])), str(after[1]))]
    more = cursors.encode(question, ranked[limit - 1].key) if len(ranked) > limit else None
    return Page([s.entity for s in ranked[:limit]], more)


def _ranked(store: Store, view: View, words: Sequence[str], ids: Sequence[str]) -> list[_Scored]:
    """The entities with these ids whose names, as the reader may know them, fit well enough, the best first."""
    text = " ".join(words)
    scored = (_Scored(_score(text, entity), entity) for entity in summaries(store, view, ids).values())
    return sorted((each for each in scored if each.score >= GOOD_ENOUGH), key=_order)


def _merged(*rankings: Sequence[_Scored]) -> list[_Scored]:
    """Several rankings as one, each entity at its best."""
    best: dict[str, _Scored] = {}
    for each in sorted((each for ranking in rankings for each in ranking), key=_order):
        best.setdefault(each.entity.id, each)
    return list(best.values())


def _order(scored: _Scored) -> tuple[float, int, str]:
    return -scored.score, len(scored.entity.id), scored.entity.id


def _listed(store: Store, view: View, types: Sequence[str], *, limit: int, cursor: str | None) -> Page[EntitySummary]:
    question = ("entities", tuple(types), view.as_of)
    after = cursors.decode(question, cursor, (str,))
    rows = store.read(
        f"""
        MATCH (e:Entity)
        WHERE e.id > $after{_allowed(view, types)}
        RETURN e.id AS id ORDER BY e.id LIMIT $limit
        """,
        view.parameters(after=after[0] if after else "", types=list(types), limit=limit + 1),
    )
    found = [row["id"] for row in rows]
    more = cursors.encode(question, (found[limit - 1],)) if len(found) > limit else None
    known = summaries(store, view, found[:limit])
    return Page([known[id_] for id_ in found[:limit] if id_ in known], more)


def _proposed(store: Store, view: View, words: Sequence[str], types: Sequence[str]) -> list[str]:
    rows = store.read(
        f"""
        CALL db.index.fulltext.queryNodes($index, $query) YIELD node, score
        WITH node AS e, score
        WHERE e.id IS NOT NULL{_allowed(view, types)}
        RETURN e.id AS id, score ORDER BY score DESC, id LIMIT $limit
        """,
        view.parameters(index=ENTITY_INDEX, query=_lucene(words), types=list(types), limit=CANDIDATES),
    )
    return [row["id"] for row in rows]


def _containing(store: Store, view: View, words: Sequence[str], types: Sequence[str]) -> list[str]:
    rows = store.read(
        f"MATCH (e:Entity) WHERE e.search CONTAINS $text{_allowed(view, types)} RETURN e.id AS id LIMIT $limit",
        view.parameters(text=" ".join(words), types=list(types), limit=CANDIDATES),
    )
    return [row["id"] for row in rows]


def _allowed(view: View, types: Sequence[str]) -> str:
    """Cypher conditions to add: that the entity `e` may be known, and is of one of the `$types` if any are given."""
    if view.is_full:
        return " AND any(label IN labels(e) WHERE label IN $types)" if types else ""
    typed = " AND m.type IN $types" if types else ""
    return f" AND EXISTS {{ MATCH (v:Document)-[m:MENTIONS]->(e) WHERE {view.visible('v')}{typed} }}"


def _lucene(words: Sequence[str]) -> str:
    """Each word as it is, as the beginning of a longer one, and with one or two letters wrong."""
    return " ".join(" ".join(_variants(word)) for word in words)


def _variants(word: str) -> Iterable[str]:
    yield f"{word}^4"
    if len(word) >= 2:
        yield f"{word}*"
    if len(word) >= 4:
        yield f"{word}~{1 if len(word) < 6 else 2}"


def _score(text: str, entity: EntitySummary) -> float:
    """How well the best of an entity's names fits, 1.0 being letter by letter."""
    names = [folded(name) for name in (entity.name, *entity.aliases)]
    best = max((_fit(text, name) for name in names if name), default=0.0)
    if text in acronyms(entity.name):
        best = max(best, 0.95)
    return round(max(best, 0.99 if text == folded(entity.id) else 0.0), 4)


def _fit(text: str, name: str) -> float:
    if text == name:
        return 1.0
    if name.startswith(text):
        return 0.9 + 0.05 * len(text) / len(name)
    if f" {text}" in name:
        return 0.85 + 0.05 * len(text) / len(name)
    if len(text) >= 3 and text in name:
        return 0.75 + 0.05 * len(text) / len(name)
    parts = name.split()
    by_word = [max(fuzz.ratio(word, part[: len(word) + 2]) for part in parts) for word in text.split()]
    return 0.88 * max(sum(by_word) / len(by_word), fuzz.ratio(text, name)) / 100


def _words(text: str) -> tuple[str, ...]:
    """The words of a text that are looked for; small ones only where there is no other."""
    words = tuple(word[:40] for word in folded(text).split()[:WORDS])
    return tuple(word for word in words if word not in SMALL_WORDS) or words
