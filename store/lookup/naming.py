"""Which entity somebody means by a name."""

from __future__ import annotations

from ontology.errors import NotFound
from ontology.statement import slug
from store.base import Store
from store.lookup.entities import summaries
from store.lookup.search import search
from store.lookup.values import EntitySummary
from store.lookup.view import View

_NEAR = 5


def find(store: Store, view: View, name: str) -> EntitySummary:
    """The entity with this id, name, alias or initials; a near miss is named in the error, and never taken."""
    if exact := summaries(store, view, [name]):
        return exact[name]
    found = search(store, view, name, limit=_NEAR).items
    wanted = slug(name)
    for entity in found:
        if wanted in {slug(each) for each in (entity.id, entity.name, *entity.aliases)}:
            return entity
    abbreviated = [entity for entity in found if name == _initials(entity.name)]
    if len(abbreviated) == 1:
        return abbreviated[0]
    near = ", ".join(f"{entity.name} ({entity.id})" for entity in found)
    hint = f"did you mean {near}?" if near else "try a part of the name, or load a report that has it"
    raise NotFound(f"no entity is called {name[:120]!r}", hint=hint)


def _initials(name: str) -> str:
    return "".join(word[0] for word in name.split() if word[0].isupper())
