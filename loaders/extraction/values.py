"""Values as reports write them: money, counts and dates, each with the grain and the words that qualify it."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass

from ontology.statement import Datatype, Literal, Modality

_MAGNITUDE = {
    "k": 1e3,
    "thousand": 1e3,
    "m": 1e6,
    "mn": 1e6,
    "mln": 1e6,
    "million": 1e6,
    "b": 1e9,
    "bn": 1e9,
    "billion": 1e9,
    "tn": 1e12,
    "trillion": 1e12,
    "crore": 1e7,
    "lakh": 1e5,
}
_SYMBOLS = {
    "us$": "USD",
    "hk$": "HKD",
    "a$": "AUD",
    "au$": "AUD",
    "c$": "CAD",
    "ca$": "CAD",
    "nz$": "NZD",
    "s$": "SGD",
    "sg$": "SGD",
    "$": "USD",
    "£": "GBP",
    "€": "EUR",
    "¥": "JPY",
    "₩": "KRW",
    "₹": "INR",
    "₽": "RUB",
    "r$": "BRL",
    "usd": "USD",
    "gbp": "GBP",
    "eur": "EUR",
    "jpy": "JPY",
    "krw": "KRW",
    "inr": "INR",
    "aud": "AUD",
    "cad": "CAD",
    "chf": "CHF",
    "cny": "CNY",
    "rmb": "CNY",
    "hkd": "HKD",
    "sgd": "SGD",
    "rs": "INR",
    "rs.": "INR",
}
_UNITS = {
    "dollars": "USD",
    "us dollars": "USD",
    "u.s. dollars": "USD",
    "american dollars": "USD",
    "pounds": "GBP",
    "pounds sterling": "GBP",
    "euros": "EUR",
    "euro": "EUR",
    "yen": "JPY",
    "won": "KRW",
    "yuan": "CNY",
    "rupees": "INR",
    "rubles": "RUB",
    "roubles": "RUB",
    "hryvnia": "UAH",
    "francs": "CHF",
    "bitcoin": "BTC",
    "bitcoins": "BTC",
    "btc": "BTC",
    "ether": "ETH",
    "eth": "ETH",
    "monero": "XMR",
    "kronor": "SEK",
    "zloty": "PLN",
    "australian dollars": "AUD",
    "canadian dollars": "CAD",
    "hong kong dollars": "HKD",
    "usd": "USD",
    "gbp": "GBP",
    "eur": "EUR",
    "pesos": "MXN",
}
# "16,6 billion": a comma before one or two digits and a magnitude is a decimal one, as in much of Europe
_NUMBER = (
    r"\d+,\d{1,2}(?=[\s-]?(?:thousand|million|billion|trillion|mn|bn|m)\b)"
    r"|\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
)
_SCALE = r"(?:k|m|mn|mln|bn|b|tn|thousand|million|billion|trillion|crore|lakh)"
_MONEY = re.compile(
    rf"(?<![\w$£€])(?P<symbol>US\$|HK\$|AU?\$|CA?\$|NZ\$|SG?\$|R\$|[$£€¥₩₹₽]|(?:USD|GBP|EUR|JPY|KRW|INR|AUD|CAD|CHF|"
    rf"CNY|RMB|HKD|SGD|Rs\.?) )\s?"
    rf"(?P<number>{_NUMBER})(?:\s?(?:-|–|to|and)\s?(?:US\$|HK\$|"
    rf"[$£€])?(?P<upper>{_NUMBER}))?[\s-]?(?P<scale>{_SCALE})?\b",
    re.IGNORECASE,
)
_UNIT = "|".join(sorted(_UNITS, key=len, reverse=True))
_MONEY_UNIT = re.compile(
    rf"(?<![\w.,])(?P<number>{_NUMBER})[\s-]?(?P<scale>{_SCALE})?\s(?P<unit>{_UNIT})\b",
    re.IGNORECASE,
)
_WORDS = {
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "eleven": 11,
    "twelve": 12,
    "dozen": 12,
    "hundred": 100,
}
_COUNT = re.compile(
    rf"(?<![\w.,$£€-])(?P<number>{_NUMBER})(?:[\s-]?(?P<scale>thousand|million|billion|m|k))?\b(?![.,]?\d|%)",
    re.IGNORECASE,
)
_ESTIMATE = re.compile(
    r"\b(?:estimat\w+|projected|could (?:cost|reach|exceed|amount)|may (?:cost|have cost)|potential\w*|"
    r"believed to)\b",
    re.IGNORECASE,
)
_EXPECT = re.compile(r"\b(?:expect\w*|forecast\w*|predict\w*|anticipat\w*|will (?:cost|be)|set to)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Value:
    """A literal and where it stands in its text."""

    start: int
    end: int
    literal: Literal
    modality: Modality | None = None


def _plain(number: float) -> int | float:
    number = round(number, 4)
    return int(number) if number.is_integer() else number


def _number(written: str) -> float:
    decimal = re.fullmatch(r"\d+,\d{1,2}", written)
    return float(written.replace(",", "." if decimal else ""))


def money(text: str) -> Iterator[Value]:
    """Amounts with a currency; of a range, the upper end ("up to")."""
    for match in _MONEY.finditer(text):
        number = _number(match["upper"] or match["number"])
        currency = _SYMBOLS[match["symbol"].lower().strip()]
        yield Value(
            *match.span(),
            Literal(_plain(number * _MAGNITUDE.get((match["scale"] or "").lower(), 1)), Datatype.MONEY, currency),
        )
    for match in _MONEY_UNIT.finditer(text):
        number = _number(match["number"]) * _MAGNITUDE.get((match["scale"] or "").lower(), 1)
        yield Value(*match.span(), Literal(_plain(number), Datatype.MONEY, _UNITS[match["unit"].lower()]))


def counts(text: str) -> Iterator[Value]:
    """Whole numbers, with "million" and "thousand"."""
    for match in _COUNT.finditer(text):
        number = _number(match["number"]) * _MAGNITUDE.get((match["scale"] or "").lower(), 1)
        if number == int(number) and number >= 1:
            yield Value(*match.span(), Literal(int(number), Datatype.INTEGER))


def qualified(text: str) -> Modality | None:
    """Whether the words around a value make it an estimate or an expectation."""
    if _ESTIMATE.search(text):
        return Modality.ESTIMATED
    return Modality.EXPECTED if _EXPECT.search(text) else None


_MONTHS = {name.lower(): i for i, name in enumerate(calendar.month_name) if name}
_MONTHS |= {name.lower(): i for i, name in enumerate(calendar.month_abbr) if name} | {"sept": 9}
_MONTH = "(?:" + "|".join(sorted((m for m in _MONTHS), key=len, reverse=True)) + r")\b\.?"
_DAYS = {name.lower(): i for i, name in enumerate(calendar.day_name)}
_DAYS |= {"mon": 0, "tues": 1, "wed": 2, "thurs": 3, "fri": 4}
_DAY = "(?:" + "|".join(calendar.day_name) + ")"
_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern, re.IGNORECASE))
    for name, pattern in (
        ("iso", r"\b(?P<y>(?:19|20)\d\d)-(?P<m>\d\d)(?:-(?P<d>\d\d))?\b"),
        ("dmy", rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<m>{_MONTH}),? (?P<y>(?:19|20)\d\d)\b"),
        (
            "mdy",
            rf"\b(?P<m>{_MONTH}) (?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?: ?(?:-|–|to|and|through) ?(?:\d{{1,2}}|"
            rf"(?:{_MONTH}) \d{{1,2}})(?:st|nd|rd|th)?)?,? (?P<y>(?:19|20)\d\d)\b",
        ),
        ("my", rf"\b(?P<m>{_MONTH}),? (?:of )?(?P<y>(?:19|20)\d\d)\b"),
        ("dm", rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<m>{_MONTH})(?! \d)"),
        ("md", rf"\b(?P<m>{_MONTH}) (?P<d>\d{{1,2}})(?:st|nd|rd|th)?\b(?!,? (?:19|20)\d\d| ?(?:million|percent|%))"),
        ("weekday", rf"\b(?P<last>last |this past |past )?(?P<day>{_DAY})\b"),
        (
            "relative",
            r"\b(?P<word>today|yesterday|tonight|this morning|this week|last week|this month|last month|this year|"
            r"last year|earlier this year|earlier this month|earlier this week|late last year|late last month|"
            r"earlier today)\b",
        ),
        (
            "ago",
            r"\b(?P<n>\d+|a|an|one|two|three|four|five|six|seven|eight|nine|ten|several|a few) (?P<unit>day|week|"
            r"month|year)s? (?:ago|earlier|before)\b",
        ),
        (
            "lastmonth",
            rf"\b(?:last|this|in|since|by|from|early|late|mid-?|during|until|between|a|an|the|of|around|before|"
            rf"after|and|in early|in late|back in|through|to)[ -](?P<m>{_MONTH})(?! \d)(?! ?(?:Day|Bank))",
        ),
        (
            "year",
            r"\b(?:in|since|during|early|late|mid-?|of|from|by|until|between|and|the|a|to|back in)[ -](?P<y>(?:19|"
            r"20)\d\d)\b(?! ?(?:people|users|customers|records|employees|servers|devices))",
        ),
    )
)


def dates(text: str, published: str | None, *, exact: bool = True) -> list[Value]:
    """Dates at the grain given; what is relative counts from the day of publication.

    With `exact` false the day is a guess, good enough for the year of "6 October" but not for "last month".
    """
    today = _published(published)
    found: list[Value] = []
    taken: list[tuple[int, int]] = []
    for name, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            if any(match.start() < end and start < match.end() for start, end in taken):
                continue
            if (
                match.groupdict().get("m")
                and match["m"].lower() in ("may", "mar", "march")
                and not match["m"][0].isupper()
            ):
                continue
            value = _resolve(name, match, today if exact or name in ("dm", "md") else None)
            if value:
                taken.append(match.span())
                found.append(Value(*match.span(), Literal(value, Datatype.DATE)))
    found.sort(key=lambda v: v.start)
    # of "Monday, 6 October" the second part says it all
    return [
        v
        for i, v in enumerate(found)
        if not (_weekday(text, v) and i + 1 < len(found) and found[i + 1].start - v.end <= 3)
    ]


def _weekday(text: str, value: Value) -> bool:
    return bool(re.match(rf"(?:last |this past |past )?{_DAY}", text[value.start : value.end], re.IGNORECASE))


def _published(published: str | None) -> dt.date | None:
    try:
        parts = [int(p) for p in (published or "")[:10].split("-")]
        return dt.date(*[*parts, 1, 1][:3]) if len(parts) >= 1 and published else None
    except ValueError:
        return None


def _resolve(name: str, match: re.Match[str], today: dt.date | None) -> str | None:  # noqa: PLR0911
    groups = match.groupdict()
    month = _MONTHS.get((groups.get("m") or "").lower().rstrip(".")) if name != "iso" else int(groups["m"])
    day = int(groups["d"]) if groups.get("d") else None
    if day is not None and not 1 <= day <= 31:
        return None
    year = int(groups["y"]) if groups.get("y") else None
    if year and month and 1 <= month <= 12:
        return f"{year}-{month:02}-{day:02}" if day else f"{year}-{month:02}"
    if year:
        return str(year)
    if today is None:
        return None
    if month:
        guess = today.year if (month, day or 0) <= (today.month, today.day) else today.year - 1
        return f"{guess}-{month:02}-{day:02}" if day else f"{guess}-{month:02}"
    if name == "weekday":
        back = (today.weekday() - _DAYS[groups["day"].lower()]) % 7
        return (today - dt.timedelta(days=back or (7 if groups["last"] else 0))).isoformat()
    if name == "relative":
        return _relative(groups["word"].lower(), today)
    if name == "ago":
        return _ago(groups["n"].lower(), groups["unit"].lower(), today)
    return None


def _relative(word: str, today: dt.date) -> str:  # noqa: PLR0911
    if word in ("today", "tonight", "this morning", "earlier today"):
        return today.isoformat()
    if word == "yesterday":
        return (today - dt.timedelta(days=1)).isoformat()
    if word.endswith("last week"):
        return (today - dt.timedelta(days=7)).isoformat()[:7]
    if word.endswith("last month"):
        return (today.replace(day=1) - dt.timedelta(days=1)).isoformat()[:7]
    if word.endswith("last year"):
        return str(today.year - 1)
    if word.endswith("year"):
        return str(today.year)
    return today.isoformat()[:7]


def _ago(amount: str, unit: str, today: dt.date) -> str | None:
    number = int(amount) if amount.isdigit() else _WORDS.get(amount, 1 if amount in ("a", "an") else 0)
    if not 0 < number < 2000:
        return None
    if unit == "year":
        return str(today.year - number)
    if unit == "month":
        index = today.year * 12 + today.month - 1 - number
        return f"{index // 12}-{index % 12 + 1:02}"
    day = today - dt.timedelta(days=number * (7 if unit == "week" else 1))
    return day.isoformat() if unit == "day" else day.isoformat()[:7]
