"""Money, counts and dates at the grain that a text gives."""

from __future__ import annotations

import pytest

from loaders.extraction.values import counts, dates, money


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("a bill of £1.9bn", [(1_900_000_000, "GBP")]),
        ("between $3 million and $4.5 million", [(3_000_000, "USD"), (4_500_000, "USD")]),
        ("$3-4.5 million", [(4_500_000, "USD")]),
        ("paid 75 bitcoin (US$4.4 million)", [(4_400_000, "USD"), (75, "BTC")]),
        ("a record $16,6 billion", [(16_600_000_000, "USD")]),
        ("€1,500, later €1,5 million", [(1_500, "EUR"), (1_500_000, "EUR")]),
        ("HK$1.9 million and €250k", [(1_900_000, "HKD"), (250_000, "EUR")]),
        ("1.7 billion won", [(1_700_000_000, "KRW")]),
        ("version 4.5 of the tool", []),
    ],
)
def test_money(text: str, amounts: list[tuple[float, str]]) -> None:
    assert [(v.literal.value, v.literal.currency) for v in money(text)] == amounts


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("on 31 August 2025", ["2025-08-31"]),
        ("on Monday, 6 October", ["2025-10-06"]),
        ("since May", ["2025-05"]),
        ("in late 2024", ["2024"]),
        ("yesterday", ["2025-10-07"]),
        ("last month", ["2025-09"]),
        ("two weeks ago", ["2025-09"]),
        ("on Tuesday", ["2025-10-07"]),
        ("we may 5 or 6", []),
    ],
)
def test_dates_count_from_publication(text: str, days: list[str]) -> None:
    assert [v.literal.value for v in dates(text, "2025-10-08")] == days


def test_without_a_day_of_publication_only_what_is_written_out() -> None:
    assert [v.literal.value for v in dates("last month, on 6 October and in May 2023", None)] == ["2023-05"]


def test_counts_know_magnitudes() -> None:
    assert [v.literal.value for v in counts("6.6 million people and 15,000 employees, up 3%")] == [6_600_000, 15_000]
