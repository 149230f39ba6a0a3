"""Each command on a small graph: what it prints, where, and with which status."""

from __future__ import annotations

import csv
import io
import json
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from neo4j import GraphDatabase

from ontology.rdf import from_dataset, parse
from store import Store, open_store
from tests.neo4j.server import Server

Run = Callable[..., Any]

REPORT = (
    "TITLE: Bank hit by an attack\nDATE: 20250903\n\n"
    "Hackers attacked the British bank HSBC on 2 September 2025. HSBC said that no data was stolen. "
    "The National Cyber Security Centre is investigating the attack on HSBC.\n"
)


def test_query_as_table_json_and_csv(run: Run) -> None:
    cypher = "MATCH (a:Company {id: $id})-[r:OWNED_BY]->(b) RETURN a, r, b.name AS owner, [1, 2] AS list"
    arguments = ("query", cypher, "--param", "id=harbour-dairies")
    table = run(*arguments)
    assert table.status == 0 and table.err == ""
    assert "harbour-dairies)" in table.out and "[:OWNED_BY]" in table.out and "Leith Foods" in table.out
    assert "\x1b" not in table.out
    rows = json.loads(run(*arguments, "--format", "json").out)
    assert rows[0]["a"]["id"] == "harbour-dairies" and rows[0]["owner"] == "Leith Foods" and rows[0]["list"] == [1, 2]
    lines = list(csv.reader(io.StringIO(run(*arguments, "--format", "csv").out)))
    assert lines[0] == ["a", "r", "owner", "list"] and lines[1][2:] == ["Leith Foods", "[1, 2]"]


def test_query_without_rows_is_still_json(run: Run) -> None:
    assert json.loads(run("query", "MATCH (n:Malware) RETURN n", "--format", "json").out) == []


def test_query_parameters_are_json_or_else_strings(run: Run) -> None:
    parameters = ("-p", "n=3", "-p", "s=three", "-p", 'l=["a"]', "-p", "b=true")
    row = json.loads(run("query", "RETURN $n AS n, $s AS s, $l AS l, $b AS b", *parameters, "--format", "json").out)[0]
    assert row == {"n": 3, "s": "three", "l": ["a"], "b": True}
    bad = run("query", "RETURN 1", "--param", "novalue")
    assert bad.status == 2 and "is not NAME=VALUE" in bad.err


def test_query_says_when_a_bound_cut_it(run: Run) -> None:
    cut = run("query", "UNWIND range(1, 50) AS n RETURN n", "--limit", "7", "--format", "json")
    assert len(json.loads(cut.out)) == 7
    assert "cut" in cut.err


def test_query_reads_its_text_from_standard_input(run: Run) -> None:
    assert json.loads(run("query", "-", "--format", "json", stdin=b"RETURN 1 AS one").out) == [{"one": 1}]


@pytest.mark.parametrize("cypher", ["CREATE (:X)", "MATCH (n) DETACH DELETE n", "RETURN 1 AS", ""])
def test_queries_that_write_or_make_no_sense_fail_in_one_line(run: Run, cypher: str) -> None:
    refused = run("query", cypher)
    assert refused.status == 1 and refused.out.strip() == ""
    assert refused.err.startswith("error: ") and refused.err.count("\n") == 1
    assert json.loads(run("stats", "--json").out)["entities"] == 4


def test_stats(run: Run) -> None:
    counts = json.loads(run("stats", "--json").out)
    assert (counts["documents"], counts["statements"], counts["entities"]) == (1, 4, 4)
    table = run("stats").out
    assert "statements" in table and "ThreatActor" in table and "claimedBy" in table


@pytest.mark.parametrize("name", ["Harbour Dairies", "harbour-dairies", "harbour", "HARBOUR DAIRIES"])
def test_show_takes_name_alias_or_id(run: Run, name: str) -> None:
    shown = run("show", name)
    assert shown.status == 0
    assert "Harbour Dairies (Company, harbour-dairies, also Harbour)" in shown.out
    assert "is owned by Leith Foods." in shown.out
    assert json.loads(run("show", name, "--json").out)["entity"]["id"] == "harbour-dairies"


def test_show_has_figures_with_their_words(run: Run) -> None:
    shown = run("show", "Attack on Harbour Dairies").out
    assert "GBP 5,000,000" in shown and "estimated" in shown and "cost £5 million" in shown


def test_show_tells_near_names_and_takes_none(run: Run) -> None:
    missed = run("show", "Harbour Dairiez")
    assert missed.status == 1 and missed.out == ""
    assert "did you mean Harbour Dairies (harbour-dairies)" in missed.err


def test_path_gives_the_sentences(run: Run) -> None:
    found = run("path", "Quayside Crew", "Leith Foods")
    assert found.status == 0
    assert "Attack on Harbour Dairies" in found.out and "“Harbour Dairies is owned by Leith Foods.”" in found.out
    assert json.loads(run("path", "quayside-crew", "leith-foods", "--json").out)["paths"][0]["steps"]
    none = run("path", "Quayside Crew", "Leith Foods", "--max-hops", "1")
    assert none.status == 1 and "no way from Quayside Crew to Leith Foods" in none.err


def test_names_from_texts_do_not_act_on_the_terminal(run: Run) -> None:
    shown = run("show", "quayside-crew")
    assert "\x1b" not in shown.out and "\x07" not in shown.out
    assert r"\x1b]0;owned\x07[red]" in shown.out


def test_validate_the_store_and_files(run: Run, tmp_path: Path) -> None:
    held = run("validate")
    assert held.status == 0 and "hold" in held.err
    out = tmp_path / "graph.trig"
    assert run("export", "--output", out).status == 0
    assert run("validate", out).status == 0
    broken = tmp_path / "broken.trig"
    broken.write_text(out.read_text().replace("rdf:predicate", "rdf:predicated"))
    refused = run("validate", broken)
    assert refused.status == 1 and refused.out and "the shapes do not hold" in refused.err
    (tmp_path / "nonsense.ttl").write_text("<a> <b")
    assert run("validate", tmp_path / "nonsense.ttl").status == 1
    assert run("validate", tmp_path / "none.ttl").status == 1


def test_export_in_every_format(run: Run, graph: Store) -> None:
    (document, statements) = next(iter(graph.documents()))
    for format in ("trig", "jsonld"):
        back = dict(from_dataset(parse(run("export", "--format", format).out, format)))
        assert {s.id for s in back[document]} == {s.id for s in statements}
    assert len(parse(run("export", "--format", "ttl").out, "ttl")) > 20
    lines = run("export", "--format", "jsonl").out.splitlines()
    assert {json.loads(line)["id"] for line in lines} == {s.id for s in statements}
    rows = list(csv.DictReader(io.StringIO(run("export", "--format", "csv").out)))
    assert len(rows) == 4 and {row["predicate"] for row in rows} == {s.predicate for s in statements}
    root = ET.fromstring(run("export", "--format", "graphml").out)
    space = "{http://graphml.graphdrawing.org/xmlns}"
    assert len(root.findall(f".//{space}node")) == 5 and len(root.findall(f".//{space}edge")) == 4


def test_exported_cypher_makes_the_same_entities_elsewhere(run: Run, tmp_path: Path) -> None:
    script = run("export", "--format", "cypher").out
    assert script.count("MERGE (n:") == 5 and script.count("MERGE (a)-[r:") == 4
    # Every statement ends its own line, so what a name holds cannot end one early.
    assert all(line.endswith(";") for line in script.splitlines())


@pytest.mark.neo4j
def test_exported_cypher_makes_the_same_graph_on_neo4j(run: Run, neo4j: Server) -> None:
    script = run("export", "--format", "cypher").out
    entities = "MATCH (e:Entity) RETURN count(e) AS n"
    # The ledger belongs to the store that other tests keep on this server.
    wipe = "MATCH (n) WHERE NOT n:Ledger DETACH DELETE n"
    with (
        GraphDatabase.driver(neo4j.uri, auth=(neo4j.user, neo4j.password)) as driver,
        driver.session() as session,
    ):
        session.run(wipe).consume()
        for _ in range(2):
            for line in script.splitlines():
                session.run(line.removesuffix(";")).consume()
        assert session.run(entities).single(strict=True)["n"] == 4
        edges = session.run("MATCH (a:Entity)-[r]->(b) RETURN a.id, type(r), b.id").values()
        aliases = session.run("MATCH (e {id: 'quayside-crew'}) RETURN e.aliases").single(strict=True)[0]
        session.run(wipe).consume()
    assert sorted(edge[1] for edge in edges) == ["CLAIMED_BY", "FINANCIAL_LOSS", "OWNED_BY", "TARGETED"]
    assert aliases == ["\x1b]0;owned\x07[red]"]


def test_load_and_retract(run: Run, tmp_path: Path) -> None:
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "bank.txt").write_text(REPORT)
    (tmp_path / "reports" / "copy.txt").write_text(REPORT)
    (tmp_path / "reports" / "broken.pdf").write_bytes(b"%PDF-1.4 cut")
    before = json.loads(run("stats", "--json").out)
    loaded = run("load", tmp_path / "reports", "--json")
    answer = json.loads(loaded.out)
    assert loaded.status == 1  # one file could not be read
    assert [row["state"] for row in answer["loaded"]] == ["loaded", f"same text as {tmp_path / 'reports' / 'bank.txt'}"]
    assert answer["failed"][0]["message"].startswith(str(tmp_path / "reports" / "broken.pdf"))
    assert json.loads(run("stats", "--json").out)["documents"] == before["documents"] + 1

    again = run("load", tmp_path / "reports" / "bank.txt")
    assert again.status == 0 and "unchanged" in again.out and "1 read, 0 not read" in again.err

    assert run("retract", tmp_path / "reports" / "bank.txt").status == 0
    assert json.loads(run("stats", "--json").out) == before
    gone = run("retract", "doc-000000000000000000000000")
    assert gone.status == 1 and gone.err.count("\n") == 1


def test_load_from_standard_input(run: Run, tmp_path: Path) -> None:
    loaded = run("load", "-", "--json", stdin=REPORT.encode())
    row = json.loads(loaded.out)["loaded"][0]
    assert row["source"] == "-"
    assert run("retract", row["document"]).status == 0


def test_extract_prints_statements_whose_quotes_stand_in_the_text(run: Run, tmp_path: Path) -> None:
    (tmp_path / "bank.txt").write_text(REPORT)
    body = run("extract", tmp_path / "bank.txt", "--text").out
    assert body == REPORT
    lines = [json.loads(line) for line in run("extract", tmp_path / "bank.txt").out.splitlines()]
    assert lines and all(body[line["start"] : line["end"]] == line["quote"] for line in lines)
    for format in ("trig", "ttl", "jsonld"):
        assert len(parse(run("extract", tmp_path / "bank.txt", "--format", format).out, format))


def test_what_cannot_be_extracted_from(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty.txt").touch()
    for path, reason in (("none.txt", "no such file"), ("empty.txt", "empty"), (".", "a folder")):
        refused = run("extract", tmp_path / path)
        assert refused.status == 1 and refused.out == ""
        assert reason in refused.err and refused.err.count("\n") == 1


def test_usage_errors_exit_with_two(run: Run) -> None:
    for arguments in (("bogus",), ("load",), ("query",), ("query", "RETURN 1", "--format", "xml"), ("stats", "--what")):
        assert run(*arguments).status == 2


def test_stores_that_are_not_there(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for address in ("gopher://x", "bolt://127.0.0.1:1", tmp_path / "file", "/proc/nowhere"):
        for arguments in (("--store", address, "stats"), ("stats", "--store", address)):
            refused = run(*arguments)
            assert refused.status == 1 and refused.out == ""
            assert refused.err.startswith("error: ") and refused.err.count("\n") == 1 and "(" in refused.err


def test_an_export_that_cannot_be_written_leaves_nothing(run: Run, tmp_path: Path) -> None:
    refused = run("export", "--output", tmp_path / "none" / "graph.trig")
    assert refused.status == 1 and "no such file" in refused.err.lower()


def test_unexpected_failures_are_one_line_with_the_way_to_see_more(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def explode(*_: object) -> None:
        raise ZeroDivisionError("a\x1bb\nc")

    monkeypatch.setattr("store.open_store", explode)
    failed = run("stats")
    assert failed.status == 1
    assert failed.err.startswith(r"error: ZeroDivisionError: a\x1bb c (unexpected; set INCIDENTGRAPH_DEBUG=1")
    assert failed.err.count("\n") == 1


def test_a_new_store_is_made_where_it_is_asked_for(run: Run, tmp_path: Path) -> None:
    assert json.loads(run("--store", tmp_path / "new", "stats", "--json").out)["documents"] == 0
    with open_store(tmp_path / "new") as store:
        assert store.status().documents == 0
