from __future__ import annotations

import ast
import math
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from ontology.derive import ROOT, derived
from ontology.model import Ontology, ontology
from ontology.statement import Datatype, Literal
from ontology.style import style_sheet
from ontology.turtle import read_turtle, turtle

MODEL = ontology()
PACKAGES = ("ontology", "loaders", "store", "api", "incidentgraph.py")
# Rules may speak of some classes or predicates. What counts up a third of them again has to be kept in step with the
# ontology by hand, which makes it a second declaration.
DECLARATION = 1 / 3
# The weights of the encoder fix their labels and the order of these, whatever the ontology says now.
TRAINED = Path("loaders/extraction/encoder/labels.py")


@pytest.mark.parametrize("path", derived(), ids=lambda path: str(path.relative_to(ROOT)))
def test_derived_files_are_fresh(path: Path) -> None:
    assert path.read_text("utf-8") == derived()[path], "run `python -m ontology.derive`"


def test_every_declaration_is_complete() -> None:
    for cls in MODEL.classes.values():
        assert cls.label and cls.definition and cls.example and cls.close_matches, cls.name
        assert set(cls.ancestors) <= MODEL.classes.keys(), cls.name
        assert re.fullmatch("#[0-9A-F]{6}", cls.colour) and cls.size, cls.name
    for predicate in MODEL.predicates.values():
        assert predicate.label and predicate.definition and predicate.example, predicate.name
        assert predicate.domain and (predicate.range or predicate.datatypes), predicate.name
        assert {*predicate.domain, *predicate.range} <= MODEL.classes.keys(), predicate.name
        assert predicate.family in MODEL.families, predicate.name
        assert bool(predicate.inverse_label) is bool(predicate.range), predicate.name


def test_names_in_the_graph_are_unique() -> None:
    predicates = MODEL.predicates.values()
    assert len({predicate.relationship_type for predicate in predicates}) == len(MODEL.predicates)
    assert not {predicate.property_name for predicate in predicates} & {"id", "iri", "name", "aliases", "search"}


def test_classes_and_predicates_read_as_designed() -> None:
    assert MODEL.classes["Bank"].labels == ("Bank", "Company", "Organization", "Entity")
    assert MODEL.predicates["claimedBy"].relationship_type == "CLAIMED_BY"
    assert MODEL.predicates["startedOn"].property_name == "started_on"
    assert MODEL.predicates["startedOn"].datatypes == (Datatype.DATE,)
    assert MODEL.predicates["ransomPaid"].is_literal
    assert MODEL.predicates["usedTechnique"].range == ("Technique",)
    assert not MODEL.predicates["usedTechnique"].is_literal
    assert MODEL.is_a("ThreatActor", "Organization")
    assert not MODEL.is_a("Organization", "Company")
    assert not {"Document", "Statement", "Amount"} & {cls.name for cls in MODEL.entity_classes}


def test_json_keeps_everything() -> None:
    assert Ontology.from_json(MODEL.to_json()) == MODEL == read_turtle(turtle())


def test_an_incomplete_declaration_is_told() -> None:
    text = turtle().replace('rdfs:label "targeted"@en', 'rdfs:comment "targeted"@en')
    with pytest.raises(ValueError, match="targeted needs one"):
        read_turtle(text)


def test_a_command_that_only_asks_does_not_import_rdf() -> None:
    code = "import sys, ontology.model, ontology.check; ontology.model.ontology(); print('rdflib' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert ran.stdout.strip() == "False"


def test_the_browser_draws_a_class_over_its_superclasses() -> None:
    rules = re.findall(r"node\.(\w+) \{", style_sheet(MODEL))
    assert set(rules) == MODEL.classes.keys()
    assert all(rules.index(above) < rules.index(name) for name in rules for above in MODEL.classes[name].ancestors)


@pytest.mark.parametrize(
    ("literal", "text"),
    [
        (Literal(1_500_000_000, Datatype.MONEY, "GBP"), "GBP 1.5 billion"),
        (Literal(4_400_000.0, Datatype.MONEY, "USD"), "USD 4.4 million"),
        (Literal(750, Datatype.MONEY, "EUR"), "EUR 750"),
        (Literal(30_000, Datatype.INTEGER), "30,000"),
        (Literal("2025-08", Datatype.DATE), "2025-08"),
    ],
)
def test_a_value_reads_aloud(literal: Literal, text: str) -> None:
    assert literal.text == text


def test_no_class_or_predicate_is_declared_elsewhere() -> None:
    """No collection, class body or type in Python, and no list of quoted names in the pages, counts them up again."""
    found = [place for path in python_sources() for place in declarations(path)]
    pages = [path for kind in ("js", "css", "html") for path in (ROOT / "api").rglob(f"*.{kind}")]
    found += [
        str(path.relative_to(ROOT))
        for path in pages
        if "vendor" not in path.parts
        for names in (MODEL.classes, MODEL.predicates)
        if len(names.keys() & set(re.findall(r"""["'.](\w+)["' ]""", path.read_text("utf-8"))))
        >= DECLARATION * len(names)
    ]
    assert not found


def test_what_counts_as_a_declaration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = list(MODEL.predicates)[: math.ceil(DECLARATION * len(MODEL.predicates))]
    quoted = ", ".join(map(repr, names))
    members = "".join(f"\n    {name} = {name!r}" for name in names)
    path = tmp_path / "x.py"
    for text in (
        f"x = [{quoted}]",
        f"x = {{{quoted}}}",
        "x = {" + ", ".join(f"{name!r}: 1" for name in names) + "}",
        "x = {" + ", ".join(f"'{at}': {name!r}" for at, name in enumerate(names)) + "}",
        f"x = Literal[{quoted}]",
        f"class X(StrEnum):{members}",
        f"x = '{' '.join(names)}'.split()",
    ):
        path.write_text(text)
        assert list(declarations(path, tmp_path)), text
    path.write_text(f"x = [{quoted.rsplit(',', 1)[0]}]")
    assert not list(declarations(path, tmp_path))


def test_trained_labels_are_in_the_ontology() -> None:
    counted = [names for names in enumerations(ROOT / TRAINED) if len(names & MODEL.predicates.keys()) > len(names) / 2]
    assert counted
    assert all(names <= MODEL.predicates.keys() for names in counted)


@pytest.mark.parametrize("path", sorted((ROOT / "loaders").rglob("*.yaml")), ids=lambda path: path.name)
def test_data_files_name_only_what_exists(path: Path) -> None:
    unknown = [name for name in named(yaml.safe_load(path.read_text("utf-8"))) if not known(name)]
    assert not unknown


def python_sources() -> Iterator[Path]:
    """The Python files of the packages, save the one that the weights speak for."""
    for package in PACKAGES:
        path = ROOT / package
        yield from (p for p in (path.rglob("*.py") if path.is_dir() else [path]) if p != ROOT / TRAINED)


def declarations(path: Path, root: Path = ROOT) -> Iterator[str]:
    """Where a file counts up names of the ontology."""
    for names in enumerations(path):
        for vocabulary in (MODEL.classes, MODEL.predicates):
            if len(names & vocabulary.keys()) >= DECLARATION * len(vocabulary):
                yield f"{path.relative_to(root)}: {sorted(names & vocabulary.keys())}"


def enumerations(path: Path) -> Iterator[set[str]]:
    """The strings of each collection, class body and long string of a file."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        parts: list[ast.expr | None] = []
        if isinstance(node, ast.List | ast.Tuple | ast.Set):
            parts = list(node.elts)
        elif isinstance(node, ast.Dict):
            parts = [*node.keys, *node.values]
        elif isinstance(node, ast.ClassDef):
            parts = [statement.value for statement in node.body if isinstance(statement, ast.Assign)]
        names = {part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)}
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".split"):
            owner = node.func.value if isinstance(node.func, ast.Attribute) else None
            names = set(str(owner.value).split()) if isinstance(owner, ast.Constant) else set()
        if names:
            yield names


def named(data: Any) -> Iterator[str]:
    """The predicates that a data file gives, by themselves or as the middle of `incident targeted victim`."""
    if isinstance(data, dict):
        for key, value in data.items():
            if key in ("predicate", "predicates", "gives"):
                values = value if isinstance(value, list) else [value]
                yield from ((item.split() * 2)[1] for item in values if isinstance(item, str) and item)
            yield from named(value)
    elif isinstance(data, list):
        for item in data:
            yield from named(item)


def known(name: str) -> bool:
    """Whether the ontology has the name, as a predicate."""
    return name in MODEL.predicates
