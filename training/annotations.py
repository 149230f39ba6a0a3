"""Our own annotation of third-party texts that are not ours to publish: sentence numbers instead of sentences.

A file `training/annotations/N.txt` annotates article N of CASIE or the threat report N of AnnoCTR, whose texts are in
`../shared/data`. Its lines:

    text 10006 11                                 name of the article, number of its sentences
    hand annotator-a
    E i Incident Cathay Pacific breach 2018 | massive data breach
    E c Company Cathay Pacific Airways | Cathay | the airline
    4 i targeted c
    6 i disclosedOn 2018-10-23
    6 i peopleAffected 9400000 ; estimated ; by=c
    7 i compromisedData names, dates of birth
    9 p holdsRole c ; role=privacy commissioner
    10 p said

`E KEY CLASS NAME | ALIAS | ...` declares an entity; `SENTENCE SUBJECT PREDICATE OBJECT` is a statement, its object a
key or a literal as in FORMAT.md. `said` has none: the sentence is what is said. Options follow a semicolon. Words of
the article stand here only where they are few; `first words ... last words` stands for a longer stretch.

    python -m training.annotations show 10006     prints the numbered sentences of an article
    python -m training.annotations check          checks every file
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from loaders.extraction.encoder import text as texts
from ontology.errors import InvalidStatements
from ontology.model import ontology
from ontology.statement import Datatype, Document, Entity, Literal, Modality, Statement, slug
from training.archives import SHARED, members
from training.corpus import SHARED_RUN, fits, read_literal

_WORD = re.compile(r"[\w$£€]+")
_PHRASES = ("compromisedData", "usedTechnique")
FOLDER = Path(__file__).parent / "annotations"
_SOURCE = re.compile(r"<title[^>]*>([^<\n]*).*?<date>\s*(\S+)\s*</date>.*?<text>(.*)</text>", re.DOTALL)


@cache
def _articles() -> dict[str, Document]:
    """The articles of CASIE by number, and the reports of AnnoCTR by name."""
    found: dict[str, Document] = {}
    for name, raw in members("casie.tar.gz"):
        match = re.search(r"source/(\d+)\.txt$", name)
        parts = _SOURCE.search(raw) if match else None
        if match and parts:
            title, date, body = parts.groups()
            found[match[1]] = Document(
                body.strip(), " ".join(title.split()), published_on=date.replace("_", "-"), source=f"casie-{match[1]}"
            )
    for name, raw in members("annoctr.tar.gz"):
        match = re.search(r"text/\w+/(\w+?_(\d{4}-\d\d-\d\d)_.*)\.txt$", name)
        if match:
            title, _, body = raw.strip().partition("\n")
            found[match[1]] = Document(body.strip(), title.strip(), published_on=match[2], source=match[1])
    return found


def sentences(document: Document) -> list[tuple[int, int]]:
    """Where each sentence of a text begins and ends."""
    words = texts.words(document.body)
    return [(words[a][0], words[b - 1][1]) for a, b in texts.sentences(document.body, words)]


def read_annotation(path: Path) -> tuple[Document, list[Statement]]:
    """The article that a file annotates, and the statements of its annotator."""
    lines = [line.strip() for line in path.read_text("utf-8").splitlines() if line.strip()]
    _, name, count = lines[0].split()
    document = _articles().get(name)
    if document is None:
        raise InvalidStatements(f"{path.name}: no article {name}", hint="the archives of ../shared/data have them")
    places = sentences(document)
    if len(places) != int(count):
        raise InvalidStatements(
            f"{path.name}: {len(places)} sentences, not {count}", hint="sentences are split differently now"
        )
    entities: dict[str, Entity] = {}
    statements = []
    for line in lines[1:]:
        try:
            if line.startswith("E "):
                _, key, kind, names = line.split(maxsplit=3)
                canonical, *aliases = [part.strip() for part in names.split(" | ")]
                entities[key] = Entity(slug(canonical), canonical, kind, tuple(aliases))
            elif line[0].isdigit():
                statements.append(_statement(line, entities, document, places))
        except (KeyError, ValueError, IndexError, InvalidStatements) as error:
            raise InvalidStatements(f"{path.name}: {line!r}: {error!r}", hint="see training/annotations.py") from error
    return document, statements


def _statement(line: str, entities: dict[str, Entity], document: Document, places: list[tuple[int, int]]) -> Statement:
    told, *options = [part.strip() for part in line.split(" ; ")]
    number, key, predicate_name, *rest = told.split(maxsplit=3)
    predicate = ontology().predicates[predicate_name]
    start, end = places[int(number) - 1]
    quote = document.body[start:end]
    target: Entity | Literal
    if predicate.name == "said":
        target = Literal(quote, Datatype.TEXT)
    else:
        target = entities[rest[0]] if rest[0] in entities else read_literal(_whole(rest[0], quote), predicate)
    modality, speaker, role = Modality.ASSERTED, None, None
    for option in options:
        if option.startswith("by="):
            speaker = entities[option[3:]]
        elif option.startswith("role="):
            role = option[5:]
        else:
            modality = Modality(option)
    return Statement(
        subject=entities[key],
        predicate=predicate.name,
        object=target,
        document=document.id,
        quote=quote,
        start=start,
        end=end,
        rule="annotation",
        modality=modality,
        speaker=speaker,
        role=role,
    )


def _whole(value: str, sentence: str) -> str:
    """The stretch of the sentence that `first words ... last words` stands for; any other value as it is."""
    first, gap, last = value.partition(" ... ")
    if not gap:
        return value
    start = sentence.index(first)
    return sentence[start : sentence.index(last, start + len(first)) + len(last)]


def read_annotations(folder: Path = FOLDER) -> Iterator[tuple[str, Document, list[Statement]]]:
    """Every annotated article with its statements; nothing where `../shared` is not there."""
    if not (SHARED / "data").is_dir():
        return
    for path in sorted(folder.glob("*.txt")):
        yield (f"annotated-{path.stem}", *read_annotation(path))


def copied(path: Path) -> Iterator[str]:
    """The stretches of a file that are words of the article."""
    for line in path.read_text("utf-8").splitlines():
        told, *options = line.split(" ; ")
        last = told.split(maxsplit=3)[-1] if len(told.split()) > 3 else ""
        for part in (*last.split(" | "), *options):
            yield from part.split(" ... ")


def _problems(path: Path) -> Iterator[str]:
    model = ontology()
    try:
        document, statements = read_annotation(path)
    except InvalidStatements as error:
        yield str(error)
        return
    for part in copied(path):
        if len(_WORD.findall(part)) >= SHARED_RUN:
            yield f"{path.name}: too many words of the article in a row: {part!r}"
    text = document.body.casefold()
    ends = {end for s in statements for end in (s.subject, s.object, s.speaker) if isinstance(end, Entity)}
    for entity in ends:
        if entity.type not in model.classes:
            yield f"{path.name}: {entity.name}: no class {entity.type}"
        elif entity.type != "Incident" and not any(n.casefold() in text for n in (entity.name, *entity.aliases)):
            yield f"{path.name}: {entity.name}: neither its name nor an alias stands in the text"
    for s in statements:
        predicate = model.predicates[s.predicate]
        outside = s.subject.type in model.classes and not fits(s.subject, predicate.domain, model)
        beyond = isinstance(s.object, Entity) and not fits(s.object, predicate.range, model)
        if outside or beyond:
            yield f"{path.name}: {s.subject.type} {s.predicate} {s.object}: against domain or range"
        phrase = str(s.object.value) if isinstance(s.object, Literal) and s.predicate in _PHRASES else ""
        if phrase.casefold() not in text:
            yield f"{path.name}: {s.predicate} {phrase!r}: these words do not stand in the text as such"


def main(arguments: list[str]) -> int:
    """Show articles or check the files."""
    if arguments[:1] == ["show"]:
        for number in arguments[1:]:
            document = _articles()[number]
            places = sentences(document)
            print(f"text {number} {len(places)}\nTITLE {document.title}\nDATE {document.published_on}")
            for i, (a, b) in enumerate(places, 1):
                print(f"{i}: {document.body[a:b]}")
            print()
        return 0
    files = [Path(a) for a in arguments[1:]] or sorted(FOLDER.glob("*.txt"))
    faults = [fault for path in files for fault in _problems(path)]
    count = sum(len(read_annotation(p)[1]) for p in files) if not faults else 0
    print(*faults, f"{len(files)} articles, {count} statements, {len(faults)} faults", sep="\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
