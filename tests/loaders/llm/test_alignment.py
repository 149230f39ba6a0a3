"""Where words stand in a text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders.llm.alignment import Aligner

TEXT = "The firm said:\n“It’s  down — all of it,” and\u00a0left. Café Größe ﬁled a re\u00adport.\nIt’s down."


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("it's down - all of it", "It’s  down — all of it"),
        ("\"IT'S DOWN", "“It’s  down"),
        ("and left.", "and\u00a0left."),
        ("Cafe Grösse filed a report", "Café Größe ﬁled a re\u00adport"),
        ("… all of it …", "all of it"),
        ("'all of it,'", "all of it"),
        ("said: \"It's down", "said:\n“It’s  down"),
        ("all of  them", None),
        ("", None),
        ("…", None),
    ],
)
def test_white_space_quotes_dashes_and_capitals_do_not_matter(words: str, found: str | None) -> None:
    at = Aligner(TEXT).find(words)
    assert (TEXT[slice(*at)] if at else None) == found


def test_a_place_can_be_named() -> None:
    last = TEXT.rindex("It’s")
    assert Aligner(TEXT).find("it's down", (last, len(TEXT))) == (last, len(TEXT) - 1)
    assert Aligner(TEXT).find("left", (last, len(TEXT))) is None


def test_whole_words_only_where_asked() -> None:
    aligner = Aligner("The cathode of Cat Ltd")
    assert aligner.find("cat") == (4, 7)
    assert aligner.find("cat", whole=True) == (15, 18)


@given(st.text(max_size=200), st.integers(0, 200), st.integers(1, 50))
def test_any_piece_of_a_text_is_found_in_it(text: str, start: int, length: int) -> None:
    piece = text[start : start + length]
    at = Aligner(text).find(piece)
    if at is not None:
        assert 0 <= at[0] < at[1] <= len(text)
    elif any(c.isascii() and c.isalnum() for c in piece):
        pytest.fail(f"{piece!r} is not found")
