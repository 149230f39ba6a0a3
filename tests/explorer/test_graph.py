"""The drawing on each of the two stores: grouped, named like a map, arranged by hand, readable with 300 entities."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ontology.statement import Document, Entity, Statement
from store import Store
from tests.explorer.conftest import Open, drawn, serving
from tests.store.lookup.cases import hold

pytestmark = pytest.mark.browser
BODY = "One firm supplies another."
FIRMS = [Entity(f"firm-{n}", f"Firm number {n}", "Company") for n in range(300)]
PEOPLE = [Entity(f"person-{n}", f"Person {n}", "Person") for n in range(8)]
NAMES = """() => {
  const cy = document.querySelector('.surface').cy;
  const boxes = cy.nodes('.named').map((n) => n.boundingBox({ includeNodes: false, includeEdges: false }));
  const over = (a, b) => Math.min(a.x2, b.x2) - Math.max(a.x1, b.x1) > 0.2 * Math.min(a.w, b.w)
    && Math.min(a.y2, b.y2) - Math.max(a.y1, b.y1) > 0.2 * Math.min(a.h, b.h);
  const letters = parseFloat(cy.nodes('.named').first().style('font-size')) * cy.zoom();
  const pairs = boxes.flatMap((a, i) => boxes.slice(i + 1).filter((b) => over(a, b)));
  const leaves = cy.nodes('.named').filter((n) => n.degree() < 3);
  const covering = leaves.filter((n) => {
    const box = n.boundingBox({ includeNodes: false, includeEdges: false });
    return cy.nodes().some((o) => o !== n && o.position('x') > box.x1 && o.position('x') < box.x2
      && o.position('y') > box.y1 && o.position('y') < box.y2);
  });
  return { named: boxes.length, overlaps: pairs.length, letters, covering: covering.length };
}"""


@pytest.fixture(scope="module", params=["embedded", pytest.param("neo4j", marks=pytest.mark.neo4j)])
def site(request: pytest.FixtureRequest) -> Iterator[str]:
    """Six hubs of fifty firms each, the hubs in a row, and eight people in a role at the first hub."""
    document = Document(BODY, "Suppliers")
    said = [(firm, "supplies", FIRMS[n - n % 50 if n % 50 else max(0, n - 50)]) for n, firm in enumerate(FIRMS) if n]
    said += [(person, "holdsRole", FIRMS[0]) for person in PEOPLE]
    store: Store = request.getfixturevalue({"embedded": "_embedded", "neo4j": "_on_neo4j"}[request.param])
    hold(store, [(document, [Statement(*triple, document.id, BODY, 0, len(BODY), "test") for triple in said])])
    with serving(store) as address:
        yield address


def test_three_hundred_entities_stay_readable(site: str, opened: Open) -> None:
    query = "MATCH%20(a:Company)-%5Br:SUPPLIES%5D-%3E(b:Company)%20RETURN%20a,r,b"
    page = opened(f"{site}#/cypher?groups=off&q={query}")
    drawn(page, 300)
    page.wait_for_function(f"() => ({NAMES})().named >= 6")  # the hubs; how many more find room differs by layout
    names = page.evaluate(NAMES)
    assert names["overlaps"] <= names["named"] / 20
    box = page.evaluate("document.querySelector('.surface').cy.elements().boundingBox({ includeLabels: false })")
    assert box["w"] >= box["h"]  # it lies along the canvas, which is wide
    assert names["covering"] == 0  # only hubs are named at the cost of a disc
    assert names["letters"] == pytest.approx(12, abs=0.5)  # of one size on the screen, at any zoom


def test_like_neighbours_are_one_until_opened(site: str, opened: Open) -> None:
    page = opened(site + "#/entity/firm-0")
    drawn(page, 3)  # itself, the firms and the people
    groups = page.evaluate("document.querySelector('.surface').cy.nodes('.group').map((n) => n.data('label'))")
    assert set(groups) == {"50 × Company", "8 × Person"}
    page.evaluate("() => { document.querySelector('.surface').cy.nodes('.group[type = \"Person\"]').emit('tap'); }")
    drawn(page, 10)
    drawn(opened(page.url), 10)  # the address holds what was opened
    page.get_by_role("button", name="Group alike").click()
    page.wait_for_url("**groups=off*")
    drawn(page, 59)
    with page.expect_download() as download:
        page.get_by_role("button", name="as CSV").click()
    assert download.value.path().read_text().count("\n") == 58  # exports have all, grouped or not


def test_dragged_nodes_are_found_where_they_were_left(site: str, opened: Open) -> None:
    page = opened(site + "#/entity/firm-0?groups=off")
    drawn(page)
    page.wait_for_timeout(500)
    x, y = page.evaluate("""() => {
        const box = document.querySelector('.surface').getBoundingClientRect();
        const at = document.querySelector('.surface').cy.getElementById('firm-50').renderedPosition();
        return [box.x + at.x, box.y + at.y];
    }""")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 60, y + 40, steps=4)
    page.mouse.up()
    place = "document.querySelector('.surface').cy.getElementById('firm-50').position()"
    left = page.evaluate(place)
    page.reload()
    drawn(page)
    assert page.evaluate(place) == pytest.approx(left, abs=1)


def test_names_can_be_hidden_and_a_class_be_chosen(site: str, opened: Open) -> None:
    page = opened(site + "#/entity/firm-0?groups=off")
    drawn(page, 59)
    page.get_by_role("button", name="Person", exact=True).click()
    assert page.evaluate("document.querySelector('.surface').cy.nodes(':selected').length") == 8
    page.get_by_role("button", name="Names", exact=True).click()
    page.wait_for_url("**names=off*")
    assert page.evaluate("document.querySelector('.surface').cy.nodes('.named').length") == 0
