"""The property graph as a file: of the whole store, or of the documents alone that somebody may see."""

from __future__ import annotations

import pytest

from store import Store
from store.export import PROPERTY_GRAPHS, export
from tests.store.samples import ALL, FIRST


@pytest.mark.parametrize("format", PROPERTY_GRAPHS)
def test_what_documents_make_is_what_the_store_has_made_of_them(store: Store, format: str) -> None:
    list(store.load_many(ALL))
    whole = "".join(export(store, format))
    assert "night-owls" in whole
    assert sorted("".join(export(store, format, is_partial=True)).splitlines()) == sorted(whole.splitlines())
    store.retract(FIRST.id)
    assert "acme-holding" not in "".join(export(store, format, is_partial=True))
