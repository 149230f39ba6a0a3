"""The page that shows a report with its statements."""

from __future__ import annotations

import re
from html import unescape

from lxml import html

from loaders.highlight import to_html
from ontology.statement import Datatype, Document, Entity, Literal, Modality, Statement

BODY = 'A <b>firm</b> & "its" bank.\n\n<script>alert(1)</script> Thieves took 1,500 pounds, said the gang.\n'
FIRM = Entity("firm", "A <i>firm</i>", "Company")
CREW = Entity("crew", 'The "crew"', "ThreatActor")


def say(quote: str, target: Entity | Literal, modality: Modality = Modality.ASSERTED) -> Statement:
    start = BODY.index(quote)
    speaker = CREW if modality is Modality.CLAIMED else None
    end = start + len(quote)
    return Statement(FIRM, "related", target, "doc-1", quote, start, end, "test", modality, 0.5, speaker)


STATEMENTS = [
    say('A <b>firm</b> & "its" bank.', CREW),
    say("firm</b> &", CREW),
    say("Thieves took 1,500 pounds, said the gang.", Literal(1_500_000, Datatype.MONEY, "GBP"), Modality.CLAIMED),
]


def test_the_page_has_the_text_and_its_statements_and_runs_nothing() -> None:
    page = to_html(Document(BODY, title="<title> & co", publisher="Gazette", published_on="2025"), STATEMENTS)
    assert "<script" not in page and "<b>" not in page and "<i>" not in page
    assert "default-src 'none'" in page
    (text,) = re.findall(r"<pre>(.*?)</pre>", page, re.DOTALL)
    assert unescape(re.sub(r"<sup>.*?</sup>|<[^>]+>", "", text)) == BODY
    tree = html.fromstring(page)
    assert tree.findtext(".//h1") == "<title> & co"
    assert tree.findtext(".//p[@class='about']") == "Gazette · 2025 · TLP:CLEAR · 3 statements"
    rows = [[cell.text_content() for cell in row.iter("td")] for row in tree.iter("tr")][1:]
    assert rows[2] == ["3", "A <i>firm</i>", "related", "GBP 1.5 million", 'claimed by The "crew"', "0.50", "test"]


def test_each_statement_leads_to_its_words_and_back() -> None:
    page = to_html(Document(BODY), STATEMENTS)
    for number in range(1, 4):
        for here, there in (("q", "s"), ("s", "q")):
            assert page.count(f'id="{here}{number}"') == 1
            assert f'href="#{there}{number}"' in page


def test_a_report_that_says_nothing_has_a_page_too() -> None:
    page = to_html(Document("Nothing."), [])
    assert "<pre>Nothing.</pre>" in page and "0 statements" in page
