"""The example reports, read by the extractor, against the facts that the graph should hold of each.

Entities compare by id. An incident compares by its victim and a support measure by its beneficiary, for one report may
know a year that another does not; a date at the coarser grain of the two, and a text by its words.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from loaders import extract, read
from ontology.check import check
from ontology.model import ontology
from ontology.statement import Datatype, Document, Entity, Statement

EXAMPLES = Path(__file__).parents[2] / "examples"
REPORTS = sorted((EXAMPLES / "reports").iterdir())
# What is tolerated of the facts, and of those that are found.
MISSED = 0.3
OVERSTATED = 0.2
KIN = {"claimed": "alleged", "expected": "estimated"}
PARTY = {"targeted", "beneficiary"}

Fact = dict[str, Any]


@cache
def reading(report: Path) -> tuple[Document, list[Statement]]:
    """A report and its statements, read once for all tests."""
    (document,) = read(report)
    assert isinstance(document, Document), document
    return document, extract(document)


def expected(report: Path) -> list[Fact]:
    """The facts that the graph should hold of a report."""
    found: list[Fact] = json.loads((EXAMPLES / "expected" / f"{report.stem}.json").read_text("utf-8"))["facts"]
    return found


def same_event(event: str, facts: list[Fact], statements: list[Statement]) -> set[str]:
    """The ids under which the reading has an incident or a measure of the expected facts."""
    parties = {fact["object"] for fact in facts if fact["subject"] == event and fact["predicate"] in PARTY}
    return {event} | {s.subject.id for s in statements if s.predicate in PARTY and key(s) in parties}


def key(statement: Statement) -> Any:
    """What an object is known by: its id, or its value."""
    target = statement.object
    return target.id if isinstance(target, Entity) else target.value


def answers(fact: Fact, facts: list[Fact], statements: list[Statement]) -> list[Statement]:
    """The statements that give a fact, whatever their modality."""
    subjects = same_event(fact["subject"], facts, statements)
    candidates = [s for s in statements if s.predicate == fact["predicate"] and s.subject.id in subjects]
    if "object" in fact:
        objects = same_event(fact["object"], facts, statements)
        return [s for s in candidates if isinstance(s.object, Entity) and s.object.id in objects]
    return [s for s in candidates if not isinstance(s.object, Entity) and is_value(s, fact)]


def is_value(statement: Statement, fact: Fact) -> bool:
    """Whether the object of a statement is the value of a fact."""
    assert not isinstance(statement.object, Entity)
    value, wanted = statement.object.value, fact["value"]
    if statement.object.datatype is Datatype.TEXT:
        found, words = (set(re.findall(r"\w+", str(text).lower())) for text in (value, wanted))
        return len(found & words) >= len(words) / 2
    if statement.object.datatype is Datatype.DATE:
        return str(value).startswith(wanted) or str(wanted).startswith(str(value))
    return bool(value == wanted) and statement.object.currency == fact.get("currency")


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.name)
def test_expected_facts_are_facts_of_the_ontology(report: Path) -> None:
    facts = expected(report)
    assert facts
    for fact in facts:
        predicate = ontology().predicates[fact["predicate"]]
        assert bool(predicate.range) if "object" in fact else bool(predicate.datatypes), fact
        assert ("currency" in fact) is ("value" in fact and Datatype.MONEY in predicate.datatypes), fact


def test_every_report_has_its_facts_and_every_list_its_report() -> None:
    lists = {path.stem for path in (EXAMPLES / "expected").iterdir()}
    assert lists == {report.stem for report in REPORTS}
    assert len(REPORTS) >= 8
    assert len({report.suffix for report in REPORTS}) == 4


def test_the_pdf_is_made_from_its_source(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(EXAMPLES))
    import make_pdf

    assert make_pdf.TARGET.read_bytes() == make_pdf.pdf(make_pdf.SOURCE.read_text("utf-8"))


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.name)
def test_every_statement_is_allowed_and_stands_in_the_text(report: Path) -> None:
    document, statements = reading(report)
    assert statements
    check(statements, document)


def test_the_main_facts_are_found() -> None:
    """Most of them: this tells of a fall, the quality of the reading is measured on other reports."""
    missed, count = [], 0
    for report in REPORTS:
        _, statements = reading(report)
        facts = expected(report)
        count += len(facts)
        missed += [(report.name, fact) for fact in facts if not answers(fact, facts, statements)]
    assert len(missed) <= count * MISSED, missed


def test_claims_are_kept_apart_from_facts() -> None:
    """Of the facts that are found, few are put more strongly than the report puts them."""
    judged, wrong = 0, []
    for report in REPORTS:
        _, statements = reading(report)
        facts = expected(report)
        for fact in facts:
            found = {KIN.get(s.modality.value, s.modality.value) for s in answers(fact, facts, statements)}
            judged += bool(found)
            if found and KIN.get(fact["modality"], fact["modality"]) not in found:
                wrong.append((report.name, fact, found))
    assert len(wrong) <= judged * OVERSTATED, wrong
