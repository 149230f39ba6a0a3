"""Annotation of texts that are not ours: it holds, and little of the texts stands in it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ontology.errors import InvalidStatements
from ontology.statement import Literal
from training.annotations import FOLDER, copied, main, read_annotation
from training.archives import SHARED
from training.corpus import SHARED_RUN

# The articles belong to their publishers and are no part of the repository; without them only the files are checked.
needs_texts = pytest.mark.skipif(
    not (SHARED / "data").is_dir(),
    reason="the articles are third-party texts, and ../shared/data is not there",
)


def test_no_file_holds_a_long_stretch_of_its_article() -> None:
    assert [
        part
        for path in FOLDER.glob("*.txt")
        for part in copied(path)
        if len(re.findall(r"[\w$£€]+", part)) >= SHARED_RUN
    ] == []


@needs_texts
def test_every_annotation_fits_its_article(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check"]) == 0, capsys.readouterr().out


@needs_texts
def test_a_long_stretch_is_found_by_its_ends() -> None:
    found = [
        (statement, line)
        for path in sorted(FOLDER.glob("*.txt"))[:150]
        if " ... " in (text := path.read_text("utf-8"))
        for statement in read_annotation(path)[1]
        if isinstance(statement.object, Literal)
        for line in text.splitlines()
        if " ... " in line and str(statement.object.value).startswith(line.split(maxsplit=3)[3].split(" ... ")[0])
    ]
    assert found
    assert all(" ... " not in str(statement.object.value) for statement, _ in found)
    assert all(str(statement.object.value) in statement.quote for statement, _ in found)


@needs_texts
@pytest.mark.parametrize(
    ("line", "told"),
    [("1 i targeted nobody", "nobody"), ("999 i targeted c", "IndexError"), ("1 i frobs c", "frobs")],
)
def test_what_does_not_hold_is_told_with_its_line(tmp_path: Path, line: str, told: str) -> None:
    path = tmp_path / "10006.txt"
    head = (FOLDER / "10006.txt").read_text("utf-8").splitlines()[0] if (FOLDER / "10006.txt").is_file() else ""
    path.write_text(f"{head or 'text 10006 11'}\nE i Incident Breach\nE c Company Cathay Pacific Airways\n{line}\n")
    with pytest.raises(InvalidStatements, match=told):
        read_annotation(path)
