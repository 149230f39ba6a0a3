"""What each format gives: body, title, date, publisher, address, marking; and how formats are told apart."""

from __future__ import annotations

import pytest

from loaders import read_bytes
from loaders.sources.metadata import header, iso_date, marking, web_address
from ontology.errors import UnreadableDocument
from ontology.statement import Marking
from tests.loaders.sources import papers


def test_text_keeps_its_header_in_the_body_so_that_offsets_are_the_files() -> None:
    text = (
        "TITLE: Dairy stops bottling\nDATE: 20250902\nPUBLISHER: The Leith Gazette\n"
        f"URL: https://gazette.example/dairy\nMARKING: TLP:AMBER\n\n{papers.LEAD}\n"
    )
    document = read_bytes("a.txt", text.encode())
    assert document.body == text
    assert document.title == "Dairy stops bottling"
    assert document.published_on == "2025-09-02"
    assert document.publisher == "The Leith Gazette"
    assert document.url == "https://gazette.example/dairy"
    assert document.marking is Marking.AMBER
    assert document.language == "en"


def test_text_without_header_has_its_first_line_as_title() -> None:
    document = read_bytes("notes", f"\nDairy stops bottling\n{papers.LEAD}".encode())
    assert document.title == "Dairy stops bottling"
    assert document.published_on is None
    assert document.marking is Marking.CLEAR


def test_line_ends_and_control_characters_are_made_harmless() -> None:
    document = read_bytes("a.txt", f"Dairy\x1b stops\r\n{papers.LEAD}\r{papers.NEXT}".encode())
    assert document.body == f"Dairy  stops\n{papers.LEAD}\n{papers.NEXT}"


def test_a_banner_marks_a_text() -> None:
    assert read_bytes("a.txt", f"TLP:AMBER+STRICT\n\n{papers.LEAD}".encode()).marking is Marking.AMBER_STRICT
    assert (
        read_bytes("a.txt", f"{papers.LEAD} It was not TLP:RED, said {'a ' * 60}man.".encode()).marking is Marking.CLEAR
    )


@pytest.mark.parametrize(
    ("head", "foot", "expected"),
    [
        ("MARKING: TLP:CLEAR\n\nTLP:RED\n\n", "", Marking.RED),
        ("TLP-RED\n\n", "", Marking.RED),
        ("TLP AMBER\n\n", "", Marking.AMBER),
        (
            "** TLP:RED ** not for disclosure, restricted to those who sat in the meeting of the circle\n\n",
            "",
            Marking.RED,
        ),
        (
            "Handling: TLP:GREEN, to be shared in the community but not by open channels, please\n\n",
            "",
            Marking.GREEN,
        ),
        ("Line.\n" * 20 + "TLP:RED\n\n", "", Marking.RED),
        ("", "\n\nTLP:AMBER+STRICT", Marking.AMBER_STRICT),
        ("The TLP Redesign was discussed.\n\n", "", Marking.CLEAR),
        ("", "\n" + "Line.\n" * 40 + "TLP:RED\n" + "Line.\n" * 40, Marking.CLEAR),
    ],
)
def test_a_banner_is_found_however_it_is_written(head: str, foot: str, expected: Marking) -> None:
    assert read_bytes("a.txt", f"{head}{papers.LEAD}{foot}".encode()).marking is expected


def test_an_unknown_marking_is_refused_rather_than_taken_for_open() -> None:
    with pytest.raises(UnreadableDocument, match=r"a\.txt: unknown marking 'SECRET'"):
        read_bytes("a.txt", f"TITLE: Dairy\nMARKING: SECRET\n\n{papers.LEAD}".encode())


def test_markdown_is_made_plain() -> None:
    source = """---
title: Dairy stops bottling
date: 2025-09-02
publisher: The Leith Gazette
tlp: green
tags: [a, b]
---
![a picture](https://x.example/p.jpg)

An **attack** on [Harbour Dairies](https://x.example 'site')
stopped *its* plant.<br>

## What stopped

* Bottling
* Delivery by `van`

> Quoted words

| Loss | When |
|------|------|
| £5m  | May  |

<script>alert(1)</script>

<p>Last words</p>

Tel: 1 < 2 &amp; 3
"""
    document = read_bytes("a.md", source.encode())
    assert document.body.split("\n\n") == [
        "Dairy stops bottling",
        "An attack on Harbour Dairies stopped its plant.",
        "What stopped",
        "Bottling",
        "Delivery by van",
        "Quoted words",
        "Loss | When",
        "£5m | May",
        "Last words",
        "Tel: 1 < 2 & 3",
    ]
    assert (document.title, document.published_on, document.marking) == (
        "Dairy stops bottling",
        "2025-09-02",
        Marking.GREEN,
    )


def test_markdown_takes_its_title_from_a_heading_and_its_date_from_the_name_of_the_file() -> None:
    document = read_bytes("20250902_101500_dairy.md", f"# Dairy *stops*\n\n{papers.LEAD}".encode())
    assert document.body == f"Dairy stops\n\n{papers.LEAD}"
    assert (document.title, document.published_on) == ("Dairy stops", "2025-09-02")


def test_html_gives_the_article_and_its_metadata_and_never_its_scripts() -> None:
    page = f"""<!-- saved --><!DOCTYPE html><html><head><title>Dairy stops | Gazette</title>
    <meta property="og:title" content="Dairy stops bottling"><meta property="og:site_name" content="The Leith Gazette">
    <meta property="article:published_time" content="2025-09-02T10:00:00Z"><meta name="tlp" content="TLP:GREEN">
    <link rel="canonical" href="https://gazette.example/dairy"><script>document.write("hacked")</script></head>
    <body><nav><a href="/">Home</a> <a href="/news">News</a></nav><article><h1>Dairy stops bottling</h1>
    <p onclick="alert(1)">{papers.LEAD}</p><script>alert("hacked")</script><p>{papers.NEXT}</p>
    <ul><li>Bottling</li></ul>
    <p>{papers.NEXT.replace("plant", "depot")}</p></article><footer>Copyright</footer></body></html>"""
    document = read_bytes("page", page.encode())
    assert document.title == "Dairy stops bottling"
    assert document.published_on == "2025-09-02"
    assert document.publisher == "The Leith Gazette"
    assert document.url == "https://gazette.example/dairy"
    assert document.marking is Marking.GREEN
    assert document.body.startswith(f"Dairy stops bottling\n\n{papers.LEAD}\n\n{papers.NEXT}")
    assert "hacked" not in document.body and "<" not in document.body


def test_a_short_page_gives_its_text_too() -> None:
    assert (
        "The bank was hit."
        in read_bytes("p.html", b"<html><body><h1>Bank</h1><p>The bank was hit.</p></body></html>").body
    )


def test_a_page_in_its_declared_encoding() -> None:
    page = '<html><head><meta charset="windows-1251"></head><body><p>The bank “Север” was hit today.</p></body></html>'
    assert "“Север”" in read_bytes("p.html", page.encode("cp1251")).body


def test_pdf_lines_become_paragraphs_again() -> None:
    content = papers.pdf(
        "Dairy stops",
        "An attack on the systems of Harbour Dairies stopped its bott-",
        "ling plant in Leith on Monday, the company said in a notice to",
        "its customers.",
        "It gave no cost for it, and no day on which it would start again.",
        title="Dairy stops bottling",
    )
    document = read_bytes("notice", content)
    assert document.body.split("\n\n")[1].startswith(
        "An attack on the systems of Harbour Dairies stopped its bottling plant"
    )
    assert document.body.split("\n\n")[1].endswith("its customers.")
    assert (document.title, document.published_on) == ("Dairy stops bottling", "2025-09-02")


def test_a_name_never_outweighs_the_contents() -> None:
    assert read_bytes("wrong.txt", papers.pdf(papers.LEAD)).body == papers.LEAD
    assert read_bytes("wrong.pdf", papers.LEAD.encode()).body == papers.LEAD
    assert read_bytes("wrong.md", f"<html><body><p>{papers.LEAD}</p></body></html>".encode()).body == papers.LEAD


def test_plain_text_may_hold_a_link_or_a_number_sign() -> None:
    text = f"Dairy\n# 1 in milk\n[see](https://x.example)\n{papers.LEAD}"
    assert read_bytes("a.txt", text.encode()).body == text
    assert "https" not in read_bytes("a", text.encode()).body


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("20250929", "2025-09-29"),
        ("2025-09-29", "2025-09-29"),
        ("2022-01-21T15:22:01+00:00", "2022-01-21"),
        ("29 September 2025", "2025-09-29"),
        ("September 29th, 2025", "2025-09-29"),
        ("Sep 2025", "2025-09"),
        ("2025", "2025"),
        ("Mon, 29 Sep 2025 10:00:00 GMT", "2025-09-29"),
        ("04/05/2025", None),
        ("20251399", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_dates_keep_their_grain_and_ambiguous_ones_are_left(written: str, iso: str | None) -> None:
    assert iso_date(written) == iso


def test_a_header_ends_at_its_first_other_line() -> None:
    found, end = header("TITLE: A\nAUTHOR: B\nDATE: 2025\nProse: begins here, it seems.\n\nMore", "x")
    assert (found.title, found.published_on) == ("A", "2025")
    assert end == len("TITLE: A\nAUTHOR: B\nDATE: 2025\nProse: begins here, it seems.\n")
    assert header("Breaking: a bank was hit.\n", "x")[1] == 0


def test_addresses_that_are_not_of_the_web_are_dropped() -> None:
    assert web_address("javascript:alert(1)") is None
    assert web_address("file:///etc/passwd") is None
    assert web_address("https://[broken") is None


def test_the_old_name_of_clear_is_known() -> None:
    assert marking("tlp: white", "x") is Marking.CLEAR
