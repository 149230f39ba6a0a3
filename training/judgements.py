"""What careful readers thought of what the program told of articles, as the review learns from it.

Annotated reports say which facts a text gives; they do not show the program's own mistakes on other texts. So careful
readers who saw the text alone judged what the program had told of articles that nobody had annotated: right, wrong or
debatable. The files of `judgements/` have one line a statement, and no words of the articles: which file of the
archive, where the quotation begins, predicate, subject, object, verdict, and whether the modality was right. File,
subject and object stand there by their digests, for their names are made of words of the articles.

What the program no longer proposes, since other weights or rules came, is left out.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from loaders import read_bytes
from loaders.extraction import join, pipeline
from loaders.extraction.arbiter import decide
from loaders.extraction.evidence import Evidence, Group, Row, logit
from loaders.extraction.surroundings import Surroundings
from ontology.statement import Document, Entity, Statement
from training.archives import members

LEARNED = Path(__file__).parent / "judgements" / "learned.tsv"
HELD_OUT = Path(__file__).parent / "judgements" / "held-out.tsv"
"""Up to six statements an article, drawn by chance from all that were given 0.35 or more."""
ARCHIVE = "news-2025.tar.gz"
VERDICTS = {"right": True, "wrong": False}
"""What is learned from; what was debatable is not."""
Key = tuple[int, str, str, str]
"""Where the quotation begins, predicate, digest of the subject, digest of the object."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a reader thought of one statement."""

    file: str
    key: Key
    verdict: str
    is_modality_right: bool | None


@dataclass(frozen=True, slots=True)
class Judged:
    """A judged statement as the review sees it: features, and the log odds that the join gives it."""

    file: str
    row: Row
    before: float
    right: bool


def read_judgements(path: Path) -> dict[str, list[Judgement]]:
    """The judgements by the digest of the file's name."""
    found: dict[str, list[Judgement]] = defaultdict(list)
    for line in path.read_text("utf-8").splitlines()[1:]:
        file, start, predicate, subject, target, verdict, modality = line.split("\t")
        key = (int(start), predicate, subject, target)
        found[file].append(Judgement(file, key, verdict, {"right": True, "wrong": False}.get(modality)))
    return found


def digest(name: str) -> str:
    """What stands for a name: twelve hexadecimal digits."""
    return hashlib.sha256(name.encode()).hexdigest()[:12]


def key_of(statement: Statement) -> Key:
    """By what a statement is known again."""
    target = statement.object
    name = target.id if isinstance(target, Entity) else str(target.value)
    return statement.start, statement.predicate, digest(statement.subject.id), digest(name)


def articles(files: set[str]) -> Iterator[tuple[str, Document]]:
    """The articles of the archive whose names have these digests, each with its own."""
    for name, text in members(ARCHIVE):
        file = digest(Path(name).stem)
        if name.endswith(".md") and file in files:
            yield file, read_bytes(name, text.encode())


def judge(document: Document, judgements: list[Judgement]) -> Iterator[Judged]:
    """The judged statements of one article that the program still proposes."""
    seen: list[tuple[list[Group], Evidence, Row]] = []
    real = join.review
    join.review = lambda *told: seen.append(told)  # the review is what is being fitted
    try:
        reading = pipeline.read(document)
    finally:
        join.review = real
    if not seen:
        return
    found, together, table = seen[0]
    wider = np.hstack([table, Surroundings(together).table(found)])
    named = {id(candidate) for candidate in reading.candidates}
    at: dict[Key, int] = {}
    for number, group in enumerate(found):
        if id(group.best) in named:
            reading.candidates = [group.best]
            for statement in decide(reading, minimum=0.0):
                at.setdefault(key_of(statement), number)
    for judgement in judgements:
        place = at.get(judgement.key)
        if place is not None and judgement.verdict in VERDICTS:
            before = logit(found[place].confidence)
            yield Judged(judgement.file, wider[place], before, VERDICTS[judgement.verdict])
