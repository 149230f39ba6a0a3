"""Words, sentences, windows and rule spans, which training and reading share."""

import time

from hypothesis import given
from hypothesis import strategies as st

from loaders.extraction.encoder import text as texts


def strings(text: str, kind: str) -> list[str]:
    return [text[s.start : s.end] for s in texts.rule_spans(text, "2025-06-10") if s.kind == kind]


def test_hyphens_and_apostrophes_are_words_of_their_own() -> None:
    text = "Harrow's help-desk"
    assert [text[a:b] for a, b in texts.words(text)] == ["Harrow", "'", "s", "help", "-", "desk"]


def test_case_flags() -> None:
    assert [texts.case_flag(w) for w in ("(", "bank", "Bank", "NCA", "iPhone", "7zip")] == [0, 1, 2, 3, 4, 5]


def test_sentences_end_at_full_stops_and_lines_but_not_at_abbreviations() -> None:
    text = "Mr. Osei met the U.S. envoy. Nothing else happened.\nA heading\n\nThe end."
    offsets = texts.words(text)
    found = [text[offsets[a][0] : offsets[b - 1][1]] for a, b in texts.sentences(text, offsets)]
    assert found == ["Mr. Osei met the U.S. envoy.", "Nothing else happened.", "A heading", "The end."]


@given(st.text(max_size=300))
def test_sentences_cover_every_word_once(text: str) -> None:
    offsets = texts.words(text)
    ranges = texts.sentences(text, offsets)
    assert [i for a, b in ranges for i in range(a, b)] == list(range(len(offsets)))


@given(st.lists(st.integers(1, 60), max_size=12), st.integers(8, 40))
def test_windows_cover_every_word_once_within_the_budget(lengths: list[int], budget: int) -> None:
    ranges, at = [], 0
    for length in lengths:
        ranges.append((at, at + length))
        at += length
    found = texts.windows(ranges, [1] * at, budget)
    assert [i for a, b in found for i in range(a, b)] == list(range(at))
    assert all(b - a <= budget for a, b in found)


def test_values_and_names_are_found_by_rule() -> None:
    text = "On 2 March 2025 Harrow Foods paid £1.2 million after CVE-2025-12345 hit 4,100 customers, she said."
    assert strings(text, "Date") == ["2 March 2025"]
    assert strings(text, "Money") == ["£1.2 million"]
    assert strings(text, "Number") == ["4,100"]
    assert strings(text, "Vulnerability") == ["CVE-2025-12345"]
    assert strings(text, "Pronoun") == ["she"]
    assert "Harrow Foods" in strings(text, "Name")


def test_a_first_word_that_only_begins_the_sentence_is_no_name() -> None:
    assert strings("The attack hit Meridian Ports.", "Name") == ["Meridian Ports"]


def test_time_is_linear_in_one_long_line() -> None:
    text = "Meridian Ports lost £3 million in May 2024 and 4,000 records. " * 1600
    started = time.perf_counter()
    offsets = texts.words(text)
    texts.windows(texts.sentences(text, offsets), [1] * len(offsets), 192)
    texts.rule_spans(text, None)
    assert time.perf_counter() - started < 20
