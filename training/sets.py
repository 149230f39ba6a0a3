"""The texts to learn from: our own corpus, and third-party sets where `../shared` has them (never copied here)."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

from loaders.extraction.encoder import labels
from loaders.extraction.encoder import text as texts
from ontology.errors import IncidentGraphError
from ontology.statement import Document, Statement
from training.archives import members
from training.corpus import REPORTS, read_report
from training.examples import Example, Tag, align, blank

CASIE_EVENTS = ("Databreach", "Ransom", "Phishing", "DiscoverVulnerability", "PatchVulnerability")
CASIE_ROLES = (
    "Victim",
    "Attacker",
    "Tool",
    "Attack-Pattern",
    "Compromised-Data",
    "Number-of-Data",
    "Number-of-Victim",
    "Time",
    "Place",
    "Purpose",
    "Price",
    "Damage-Amount",
    "Payment-Method",
    "Trusted-Entity",
    "Vulnerability",
    "CVE",
    "Vulnerable_System",
    "Vulnerable_System_Owner",
    "Vulnerable_System_Version",
    "Discoverer",
    "Releaser",
    "Patch",
    "Patch-Number",
    "Issues-Addressed",
    "Capabilities",
    "Supported_Platform",
)
AUXILIARY_LAYERS = {"trigger": labels.bio(CASIE_EVENTS), "argument": labels.bio(CASIE_ROLES)}
"""Layers that help the encoder learn and are not shipped."""

SHARES = {"casie": 0.12, "annoctr": 0.2, "knowledgenet": 0.5, "polnear": 0.4}
"""How much of each auxiliary set the first epoch takes; later ones take less."""

_ANNOCTR = {
    "GROUP": ("ThreatActor",),
    "MALWARE": ("Malware",),
    "TOOL": ("Malware",),
    "LOC": ("Place",),
    "ORG": labels.ORGANIZATION_TYPES,
}
_KNOWLEDGENET = {
    "SUBSIDIARY_OF": "ownedBy",
    "HEADQUARTERS": "locatedIn",
    "CEO": "holdsRole",
    "EMPLOYEE_OR_MEMBER_OF": "holdsRole",
}


def own(folder: Path = REPORTS) -> Iterator[tuple[Example, Document, list[Statement]]]:
    """Our own corpus; a report that is still being written is passed over."""
    for path in sorted(folder.glob("*.txt")):
        try:
            report = read_report(path)
        except IncidentGraphError:
            continue
        yield align(report.document, report.statements, report.name), report.document, list(report.statements)


def evaluation(folder: Path) -> Iterator[tuple[Example, Document, list[Statement]]]:
    """Texts of a folder of `../shared/eval` with the statements of their reader."""
    for path in sorted(folder.glob("*.statements.jsonl")):
        if ".second." in path.name:
            continue
        name = path.name.removesuffix(".statements.jsonl")
        document, shift = read_document(folder / f"{name}.txt")
        rows = [json.loads(line) for line in path.read_text().splitlines() if line.strip()]
        statements = [_moved(row, shift) for row in rows if row["start"] >= shift]
        yield align(document, statements, name), document, statements


def read_document(path: Path) -> tuple[Document, int]:
    """A text with header lines, and where its body begins in the file."""
    text = path.read_text()
    match = re.match(r"((?:[A-Z]+: .*\n)+)\n+", text)
    if not match:
        return Document(text, source=path.name), 0
    headers = dict(line.partition(": ")[::2] for line in match[1].splitlines())
    date = re.sub(r"^(\d{4})(\d\d)(\d\d)$", r"\1-\2-\3", headers.get("DATE", "")) or None
    return Document(text[match.end() :], headers.get("TITLE", ""), published_on=date, source=path.name), match.end()


def _moved(row: dict[str, object], shift: int) -> Statement:
    statement = {**row, "start": int(str(row["start"])) - shift, "end": int(str(row["end"])) - shift}
    target = statement["object"]
    if isinstance(target, dict) and target.get("datatype") == "money" and not target.get("currency"):
        statement["object"] = {**target, "currency": "XXX"}
    return Statement.from_json(statement)


def casie(leave_out: frozenset[str]) -> Iterator[Example]:
    """CASIE: event triggers and arguments as two layers of their own."""
    files = dict(members("casie.tar.gz"))
    shifts = json.loads(next(v for k, v in files.items() if k.endswith("offset_shift.json")))
    for path, raw in sorted(files.items()):
        match = re.search(r"annotation/(\d+)\.json$", path)
        if not match or match[1] in leave_out:
            continue
        data = json.loads(raw)
        shift = int(shifts.get(f"{match[1]}.json", 0))
        example = blank(f"casie-{match[1]}", data["content"], "")
        last = 0
        for hopper in data.get("cyberevent", {}).get("hopper", []):
            for event in hopper["events"]:
                kind = event.get("subtype") or event["type"]
                example.tags += _layer(example, "trigger", [(event["nugget"], kind)], shift, CASIE_EVENTS)
                arguments = [(a, a["role"]["type"]) for a in event.get("argument", [])]
                example.tags += _layer(example, "argument", arguments, shift, CASIE_ROLES)
                last = max(last, event["nugget"]["endOffset"])
        # what follows the last event may simply not have been annotated
        cut = next((i for i, (a, _) in enumerate(example.words) if a > last + 300), len(example.words))
        example.words = example.words[:cut]
        example.sentences = [(a, min(b, cut)) for a, b in example.sentences if a < cut]
        example.complete_layers = frozenset(AUXILIARY_LAYERS)
        yield example


def _layer(
    example: Example, layer: str, spans: list[tuple[dict[str, int], str]], shift: int, known: tuple[str, ...]
) -> list[Tag]:
    found = []
    for span, kind in spans:
        start, end = span["startOffset"] + shift, span["endOffset"] + shift
        overlaps = any(t.layer == layer and start < t.end and t.start < end for t in example.tags)
        if kind in known and not overlaps:
            found.append(Tag(layer, start, end, (kind,)))
    return found


def annoctr() -> Iterator[Example]:
    """AnnoCTR: groups, malware, places and organisations of threat reports; other types are not known there."""
    raw = next(text for name, text in members("annoctr.tar.gz") if name.endswith("ner_bio/train.bio"))
    for number, block in enumerate(raw.split("<DOCSTART>")):
        body, tags, running = io.StringIO(), [], None
        for line in block.splitlines()[1:]:
            columns = line.split("\t")
            if len(columns) < 2:
                body.write("\n")
                continue
            start = body.tell()
            body.write(columns[0])
            end = body.tell()
            body.write(" ")
            label = next((c for c in (columns[4], columns[1]) if c[2:] in _ANNOCTR), "O")
            if label.startswith("I-") and running and running.types == _ANNOCTR[label[2:]]:
                running.end = end
            elif label != "O":
                running = Tag("entity", start, end, _ANNOCTR[label[2:]])
                tags.append(running)
            else:
                running = None
        example = blank(f"annoctr-{number}", body.getvalue(), "")
        example.tags = tags
        if tags:
            yield example


def knowledgenet(limit: int) -> Iterator[Example]:
    """KnowledgeNet: owners, seats and employers in one passage; only the properties asked of a passage are known."""
    raw = next(text for name, text in members("relations_coref.tar.gz") if name.endswith("train_passages.jsonl"))
    count = 0
    for number, line in enumerate(raw.splitlines()):
        row = json.loads(line)
        facts = [f for f in row["facts"] if f["p"] in _KNOWLEDGENET]
        none = [p for p in row["none"] if p in _KNOWLEDGENET]
        if not facts and not (none and number % 4 == 0):
            continue
        example = blank(f"knowledgenet-{number}", row["text"], "")
        index: dict[tuple[int, int], int] = {}

        def place(span: list[int], index: dict[tuple[int, int], int] = index, example: Example = example) -> int:
            key = (span[0], span[1])
            if key not in index:
                index[key] = len(example.spans)
                example.spans.append(texts.Span(*key, "Name"))
            return index[key]

        for fact in facts:
            first, second = place(fact["s"]), place(fact["o"])
            name = _KNOWLEDGENET[fact["p"]]
            example.relations[first, second].add(name)
            example.roles[first].add(f"{name}:subject")
            example.roles[second].add(f"{name}:object")
        for span in texts.rule_spans(row["text"], None):
            if not any(span.start < b and a < span.end for a, b in index):
                place([span.start, span.end])
        known = {_KNOWLEDGENET[f["p"]] for f in facts} | {_KNOWLEDGENET[p] for p in none}
        example.known_relations = frozenset(known)
        yield example
        count += 1
        if count >= limit:
            return


def polnear(limit: int) -> Iterator[Example]:
    """PolNeAR: who is the source of what is said."""
    files = {n: t for n, t in members("polnear.tar.gz") if "/train/" in n}
    names = sorted(n for n in files if n.endswith(".ann"))
    for name in names[:: max(1, len(names) // limit)][:limit]:
        stem = Path(name).stem.rpartition("_")[0]
        body = next((t for n, t in files.items() if n.endswith(f"{stem}.txt")), None)
        if body is None:
            continue
        example = blank(f"polnear-{stem}", body, "")
        bounds: dict[str, tuple[str, int, int]] = {}
        sources: set[tuple[int, int]] = set()
        for line in files[name].splitlines():
            row = next(csv.reader([line], delimiter="\t", quoting=csv.QUOTE_NONE), [])
            if row and row[0].startswith("T"):
                kind, numbers = row[1].split(" ", 1)
                offsets = [int(n) for n in re.findall(r"\d+", numbers)]
                bounds[row[0]] = (kind, offsets[0], offsets[1])
            elif row and row[0].startswith("E") and row[1].startswith("Attribution:"):
                sources |= {bounds[ref][1:] for ref in re.findall(r"Source\d*:(T\d+)", row[1]) if ref in bounds}
        rules = texts.rule_spans(body, None)
        for start, end in sorted(sources):
            inside = [s for s in rules if s.kind in ("Name", "Pronoun") and start <= s.start and s.end <= end]
            best = inside[-1] if inside else texts.Span(start, end, "Name")
            if best not in example.spans:
                example.roles[len(example.spans)].add("said")
                example.spans.append(best)
        for span in rules:
            if span.kind in ("Name", "Pronoun") and not any(
                span.start < s.end and s.start < span.end for s in example.spans
            ):
                example.spans.append(span)
        example.known_roles = frozenset({"said"})
        yield example
