"""The corpus is well formed, and its checks find what is wrong with a report."""

from __future__ import annotations

from pathlib import Path

import pytest

from ontology.errors import InvalidStatements
from ontology.model import ontology
from ontology.statement import Datatype, Literal
from training.corpus import problems, read_corpus, read_report, shared_runs

TEXT = """TITLE: Mill stops
DATE: 2024-03-04
PUBLISHER: The Ledger

Osier Mills was hit by ransomware on 2 March. The mill lost £2 million.

"We are back", said Ann Poe, who runs the mill.
"""
NOTES = """author: hand-a
checked_by: null
style: uk-press
entities:
  inc: {name: Osier Mills attack 2024, type: Incident, aliases: [ransomware]}
  mill: {name: Osier Mills, type: Company, aliases: [the mill]}
  ann: {name: Ann Poe, type: Person}
statements:
  - {s: inc, p: targeted, o: mill, quote: "Osier Mills was hit"}
  - {s: inc, p: startedOn, o: 2024-03-02, quote: "on 2 March"}
  - {s: mill, p: financialLoss, o: 2000000 GBP, quote: "lost £2 million"}
  - {s: ann, p: said, o: We are back, quote: "\\"We are back\\", said Ann Poe"}
"""


def write(folder: Path, notes: str = NOTES, text: str = TEXT) -> Path:
    path = folder / "900-mill.txt"
    path.write_text(text, encoding="utf-8")
    path.with_suffix(".yaml").write_text(notes, encoding="utf-8")
    return path


def test_every_report_of_the_corpus_is_well_formed() -> None:
    reports = read_corpus()
    assert reports
    assert not [f"{r.name}: {what}" for r in reports for what in problems(r, ontology())]
    assert not list(shared_runs(reports))


def test_statements_have_offsets_and_typed_values(tmp_path: Path) -> None:
    report = read_report(write(tmp_path))
    body = report.document.body
    assert all(body[s.start : s.end] == s.quote for s in report.statements)
    assert report.statements[1].object == Literal("2024-03-02", Datatype.DATE)
    assert report.statements[2].object == Literal(2000000, Datatype.MONEY, "GBP")
    assert not list(problems(report, ontology()))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Osier Mills was hit", "Osier Mills was struck"),
        ("2000000 GBP", "2 million pounds"),
        ("o: 2024-03-02", "o: last Saturday"),
        ("p: targeted", "p: attacked"),
        ("o: mill", "o: mil"),
        ("s: ann", "s: nobody"),
        ("author: hand-a", "writer: hand-a"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(tmp_path: Path, old: str, new: str) -> None:
    with pytest.raises(InvalidStatements, match="900-mill"):
        read_report(write(tmp_path, NOTES.replace(old, new, 1)))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("aliases: [the mill]", "aliases: [the bakery]", "no 'the bakery' in the text"),
        ("type: Company", "type: Malware", "outside its range"),
        ("type: Company", "type: Firm", "no class Firm"),
        ("checked_by: null", "checked_by: hand-a", "checked by the hand that wrote it"),
        ("o: We are back,", "o: We are back, role: manager,", "only with it"),
        ("style: uk-press", "style: limerick", "is not one of"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, old: str, new: str, message: str) -> None:
    report = read_report(write(tmp_path, NOTES.replace(old, new, 1)))
    assert any(message in what for what in problems(report, ontology()))


def test_a_copied_run_of_words_is_found(tmp_path: Path) -> None:
    others = tmp_path / "others"
    others.mkdir()
    (others / "their.txt").write_text("They say osier mills was hit by ransomware on 2 March. The mill lost money")
    report = read_report(write(tmp_path))
    assert any("their.txt" in run for run in shared_runs([report], others))
    assert not list(shared_runs([report], tmp_path / "absent"))
