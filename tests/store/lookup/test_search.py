"""Search forgives typing errors, pages stably, and finds nothing by a name that is hidden."""

from __future__ import annotations

import pytest

from ontology.errors import InvalidQuery
from ontology.statement import Marking
from store import Store
from store.lookup import View, check_types, search
from tests.store.lookup import cases

ALL = View()
OPEN = View(Marking.CLEAR)


def ids(store: Store, text: str, view: View = ALL, **options: object) -> list[str]:
    return [entity.id for entity in search(store, view, text, **options).items]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Jaguar Land Rover", "jaguar-land-rover"),
        ("JLR", "jaguar-land-rover"),
        ("jlr", "jaguar-land-rover"),
        ("jagaur", "jaguar-land-rover"),
        ("land rover", "jaguar-land-rover"),
        ("aguar", "jaguar-land-rover"),
        ("M&S", "marks-and-spencer"),
        ("J&LR", "jaguar-land-rover"),
        ("rover and the", "jaguar-land-rover"),
        ("marks and spencer", "marks-and-spencer"),
        ("spencr", "marks-and-spencer"),
        ("ncsc", "national-cyber-security-centre"),
        ("SLH", "scattered-lapsus-hunters"),
        ("lapsus$", "scattered-lapsus-hunters"),
        ("UKEF", "uk-export-finance"),
        ("hsbc", "hsbc"),
        ("solihul", "solihull-plant"),
    ],
)
def test_what_people_type_finds_what_they_mean(world: Store, text: str, first: str) -> None:
    assert ids(world, text)[0] == first


@pytest.mark.parametrize("text", ['"', '+-&&||!(){}[]^"~*?:\\/', "a" * 200, "NOT", "AND OR", "*", "~", "xqzjv", "𝕵"])
def test_nothing_that_is_typed_breaks_it(world: Store, text: str) -> None:
    search(world, ALL, text)


def test_types_include_those_below(world: Store) -> None:
    companies = ids(world, "", types=check_types(["Company"]), limit=50)
    assert {"hsbc", "jaguar-land-rover"} <= set(companies)
    assert "national-cyber-security-centre" not in companies
    assert ids(world, "jlr", types=check_types(["Incident"])) != ["jaguar-land-rover"]


def test_an_unknown_class_is_told(world: Store) -> None:
    with pytest.raises(InvalidQuery, match="no class 'Companny'"):
        check_types(["Companny"])


@pytest.mark.parametrize("text", ["", "jaguar", "national", "s"])
def test_pages_are_the_whole_in_pieces(world: Store, text: str) -> None:
    whole = ids(world, text, limit=200)
    pieces: list[str] = []
    cursor = None
    while True:
        page = search(world, ALL, text, limit=2, cursor=cursor)
        pieces += [entity.id for entity in page.items]
        cursor = page.cursor
        if cursor is None:
            break
    assert pieces == whole
    assert len(set(pieces)) == len(pieces)


@pytest.mark.parametrize("cursor", ["", "abc", "WzFd", "W10", "e30", "é", "A" * 2_000])
def test_a_cursor_of_somebody_elses_is_refused(world: Store, cursor: str) -> None:
    if not cursor:
        search(world, ALL, "jaguar", cursor=cursor)
        return
    with pytest.raises(InvalidQuery, match="cursor"):
        search(world, ALL, "jaguar", cursor=cursor)


def test_a_cursor_belongs_to_its_question(world: Store) -> None:
    cursor = search(world, ALL, "", limit=2).cursor
    with pytest.raises(InvalidQuery, match="another question"):
        search(world, ALL, "jaguar", cursor=cursor)


@pytest.mark.parametrize(
    "text", ["Project Heron", "heron", "The Insider", "Agent Nightjar", "nightjar", "NCA", "crime"]
)
def test_what_is_hidden_is_not_found(world: Store, text: str) -> None:
    assert ids(world, text)
    assert not {"jaguar-land-rover", "the-insider", "national-crime-agency"} & set(ids(world, text, OPEN))


def test_the_list_of_all_has_no_hidden_ones(world: Store) -> None:
    everything, visible = ids(world, "", limit=200), ids(world, "", OPEN, limit=200)
    assert set(everything) - set(visible) == {cases.MOLE.id, cases.COURT_AGENCY.id}
