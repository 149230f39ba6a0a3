"""The corpus of our own: `training/reports/` read into documents and statements with offsets, and its checks.

`python -m training.corpus` checks every report and prints how often each predicate, modality and style occurs.
`training/FORMAT.md` describes the files.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ontology.errors import InvalidStatements
from ontology.model import Ontology, Predicate, ontology
from ontology.statement import Datatype, Document, Entity, Literal, Modality, Statement, slug

REPORTS = Path(__file__).parent / "reports"
THIRD_PARTY = Path(__file__).resolve().parents[2] / "shared" / "eval"
"""Texts of other publishers, beside the project where someone has them; no sentence of theirs may stand here."""

SHARED_RUN = 12
"""Words in a row that two texts share only when one copies the other."""

STYLES = frozenset(
    {
        "uk-press",
        "us-trade",
        "us-press",
        "eu-press",
        "eu-regulator",
        "asia-press",
        "australia-press",
        "africa-press",
        "latam-press",
        "regulator-notice",
        "company-statement",
        "market-filing",
        "court-case",
        "police-notice",
        "roundup",
        "breaking",
        "follow-up",
        "feature",
        "research-note",
        "interview",
        "no-incident",
    }
)

_DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
_MONEY = re.compile(r"(\d+(?:\.\d+)?) ([A-Z]{3})")
_WORD = re.compile(r"[\w$£€]+")
_HEADERS = {"TITLE", "DATE", "PUBLISHER"}


@dataclass(frozen=True, slots=True)
class Report:
    """One report of the corpus: the text, every entity that it mentions, and every statement that it makes."""

    name: str
    document: Document
    entities: tuple[Entity, ...]
    statements: tuple[Statement, ...]
    author: str
    checked_by: str | None
    style: str


def read_corpus(folder: Path = REPORTS) -> list[Report]:
    """All reports of `folder` by name; the first that is malformed raises `InvalidStatements`."""
    return [read_report(path) for path in sorted(folder.glob("*.txt"))]


def read_report(path: Path) -> Report:
    """The report whose text is at `path`, with the statements of the YAML file beside it."""
    document = _read_document(path)
    notes_path = path.with_suffix(".yaml")
    try:
        notes = yaml.safe_load(notes_path.read_text(encoding="utf-8"))
        entities = {str(key): _entity(value) for key, value in notes["entities"].items()}
        statements = tuple(_statement(row, entities, document) for row in notes["statements"])
        author, style = str(notes["author"]), str(notes["style"])
    except InvalidStatements as error:
        raise InvalidStatements(f"{path.stem}: {error.message}", hint=error.hint) from error
    except (OSError, yaml.YAMLError, KeyError, TypeError, AttributeError, ValueError) as error:
        raise InvalidStatements(
            f"{notes_path.name}: {error!r}", hint="training/FORMAT.md describes the file"
        ) from error
    return Report(path.stem, document, tuple(entities.values()), statements, author, notes.get("checked_by"), style)


def problems(report: Report, model: Ontology) -> Iterator[str]:
    """What is wrong with a report that could be read, one message each."""
    if report.style not in STYLES:
        yield f"style {report.style!r} is not one of FORMAT.md"
    if report.checked_by == report.author:
        yield "checked by the hand that wrote it"
    yield from _entity_problems(report, model)
    seen = Counter((s.subject.id, s.predicate, s.object, s.start, s.role) for s in report.statements)
    yield from (f"the same statement twice: {key[0]} {key[1]}" for key, count in seen.items() if count > 1)
    for statement in report.statements:
        where = f"{statement.subject.name} {statement.predicate} at {statement.start}"
        yield from (f"{where}: {what}" for what in _statement_problems(statement, model))


def shared_runs(reports: Iterable[Report], folder: Path = THIRD_PARTY) -> Iterator[str]:
    """Runs of twelve words that a report shares with a text under `folder`; nothing where that folder is not there."""
    ours = {run: report.name for report in reports for run in _runs(report.document.body)}
    for path in sorted(folder.rglob("*.txt")):
        for run in _runs(path.read_text(encoding="utf-8", errors="replace")):
            if run in ours:
                yield f"{ours[run]} shares with {path.name}: {' '.join(run)}"


def _read_document(path: Path) -> Document:
    head, _, body = path.read_text(encoding="utf-8").partition("\n\n")
    headers = dict(line.partition(": ")[::2] for line in head.splitlines())
    if set(headers) != _HEADERS or not _DATE.fullmatch(headers["DATE"]) or not body.strip():
        raise InvalidStatements(
            f"{path.name}: its headers are {sorted(headers)}",
            hint="TITLE, DATE (ISO 8601) and PUBLISHER, a blank line, the body",
        )
    return Document(
        body=body.strip("\n"),
        title=headers["TITLE"],
        publisher=headers["PUBLISHER"],
        published_on=headers["DATE"],
        source=path.name,
    )


def _entity(value: Mapping[str, Any]) -> Entity:
    name = str(value["name"])
    return Entity(slug(name), name, str(value["type"]), tuple(str(alias) for alias in value.get("aliases") or ()))


def _statement(row: Mapping[str, Any], entities: Mapping[str, Entity], document: Document) -> Statement:
    unknown = set(row) - {"s", "p", "o", "quote", "nth", "modality", "speaker", "role"}
    if unknown:
        raise InvalidStatements(f"unknown keys {sorted(unknown)} in {row}", hint="training/FORMAT.md lists the keys")
    quote = str(row["quote"])
    start = _find(document.body, quote, int(row.get("nth", 1)))
    try:
        subject = entities[row["s"]]
        speaker = entities[row["speaker"]] if "speaker" in row else None
        predicate = ontology().predicates[row["p"]]
    except KeyError as error:
        raise InvalidStatements(f"{error} is not known, in {row}", hint="an entity's key or a predicate") from error
    return Statement(
        subject=subject,
        predicate=predicate.name,
        object=_object(row["o"], predicate, entities),
        document=document.id,
        quote=quote,
        start=start,
        end=start + len(quote),
        rule="corpus",
        modality=Modality(row.get("modality", "asserted")),
        speaker=speaker,
        role=row.get("role"),
    )


def _find(body: str, quote: str, nth: int) -> int:
    places = [match.start() for match in re.finditer(re.escape(quote), body)]
    if len(places) < nth or not quote:
        raise InvalidStatements(
            f"the quote {quote!r} stands {len(places)} times in the body", hint="quotes are verbatim"
        )
    return places[nth - 1]


def _object(value: Any, predicate: Predicate, entities: Mapping[str, Entity]) -> Entity | Literal:
    if predicate.range and value in entities:
        return entities[value]
    if value in entities:
        raise InvalidStatements(f"{predicate.name} takes no {value!r}", hint="its object is a literal")
    return read_literal(str(value), predicate)


def read_literal(text: str, predicate: Predicate) -> Literal:
    """A literal as annotators write it, of the kind that the predicate takes; another raises `InvalidStatements`."""
    if not predicate.datatypes:
        raise InvalidStatements(f"{predicate.name} takes no {text!r}", hint="its object is the key of an entity")
    datatype = predicate.datatypes[0]
    if datatype is Datatype.MONEY and (money := _MONEY.fullmatch(text)):
        number = float(money[1])
        return Literal(int(number) if number.is_integer() else number, datatype, money[2])
    if datatype is Datatype.DATE and _DATE.fullmatch(text):
        return Literal(text, datatype)
    if datatype is Datatype.INTEGER and text.isdigit():
        return Literal(int(text), datatype)
    if datatype is Datatype.TEXT:
        return Literal(text, datatype)
    raise InvalidStatements(f"{predicate.name} takes no {text!r}", hint=f"its object is a {datatype}")


def _entity_problems(report: Report, model: Ontology) -> Iterator[str]:
    body = report.document.body
    text = f"{report.document.title}\n{body}"
    names = Counter(entity.id for entity in report.entities)
    yield from (f"{name!r} names two entities" for name, count in names.items() if count > 1)
    for entity in report.entities:
        if entity.type not in model.classes:
            yield f"{entity.name}: no class {entity.type}"
        # A text may tell an incident by a verb alone ("hackers emptied the tills"); all else has a noun.
        mentioned = any(_mentioned(name, body) for name in (entity.name, *entity.aliases))
        if not mentioned and entity.type != "Incident":
            yield f"{entity.name}: not found in the body by name or alias"
        absent = [alias for alias in entity.aliases if not _mentioned(alias, text)]
        yield from (f"{entity.name}: no {alias!r} in the text" for alias in absent)


def _mentioned(name: str, body: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", body, re.IGNORECASE) is not None


def _statement_problems(statement: Statement, model: Ontology) -> Iterator[str]:
    predicate = model.predicates[statement.predicate]
    if not fits(statement.subject, predicate.domain, model):
        yield f"a {statement.subject.type} is outside its domain"
    if isinstance(statement.object, Entity) and not fits(statement.object, predicate.range, model):
        yield f"a {statement.object.type} is outside its range"
    if (statement.role is not None) != (predicate.name == "holdsRole"):
        yield "`role` goes with holdsRole, and only with it"
    if "\n\n" in statement.quote:
        yield "the quote crosses a paragraph"


def fits(entity: Entity, classes: tuple[str, ...], model: Ontology) -> bool:
    """Whether the entity is of one of the classes, or of one below them."""
    return entity.type in model.classes and any(model.is_a(entity.type, name) for name in classes)


def _runs(text: str) -> Iterator[tuple[str, ...]]:
    words = [word.casefold() for word in _WORD.findall(text)]
    return zip(*(words[shift:] for shift in range(SHARED_RUN)), strict=False)


def _print_table(title: str, counts: Counter[str]) -> None:
    print(f"\n{title}")
    for name, count in counts.most_common():
        print(f"  {name:<18}{count:>5}")


def main() -> int:
    """Check the corpus, print its quotas, and return the exit status."""
    model = ontology()
    reports: list[Report] = []
    faults: list[str] = []
    for path in sorted(REPORTS.glob("*.txt")):
        try:
            report = read_report(path)
        except InvalidStatements as error:
            faults.append(str(error))
            continue
        reports.append(report)
        faults += [f"{report.name}: {what}" for what in problems(report, model)]
    faults += shared_runs(reports)
    statements = [statement for report in reports for statement in report.statements]
    words = sum(len(report.document.body.split()) for report in reports)
    checked = sum(report.checked_by is not None for report in reports)
    print(f"{len(reports)} reports ({checked} checked), {words} words, {len(statements)} statements")
    _print_table("predicates", Counter(s.predicate for s in statements))
    missing = sorted(set(model.predicates) - {s.predicate for s in statements})
    print("  none of:", ", ".join(missing) or "-")
    _print_table("modalities", Counter(s.modality.value for s in statements))
    _print_table("styles", Counter(report.style for report in reports))
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
