"""Which figures disagree."""

from __future__ import annotations

import pytest

from ontology.statement import Datatype
from store.lookup.figures import _disagree


@pytest.mark.parametrize(
    ("first", "second", "disagree"),
    [
        ("a", "b", True),
        ("a", "a", False),  # a document's two figures are two things
        ("ab", "b", False),
        ("ab", "bc", True),  # b quotes both, but a and c give one each
    ],
)
def test_figures_disagree_where_documents_give_one_each(first: str, second: str, disagree: bool) -> None:
    one, other = (
        {"datatype": Datatype.MONEY, "value": value, "currency": "GBP", "documents": list(documents)}
        for value, documents in ((120, first), (196, second))
    )
    assert _disagree(one, other) is disagree
