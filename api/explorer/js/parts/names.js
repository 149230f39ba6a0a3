/* Names on a drawing as on a map: always of one size on the screen, the more important first, and none over another. */

const NAME = 12; // px on the screen
const WORD = 10;
const LINE = 18; // letters of a line
const LETTER = 0.56; // width of a letter for each px of its size, about
const MOST_NAMES = 400;
const MOST_WORDS = 80;
const SURE = 12; // names of hubs, of a large drawing, that are shown even where they lie over other discs
const HUB = 3; // links that make a hub

/** Chooses which nodes and links of `cy` are named now, and gives their letters the size that the zoom asks for. */
export function nameWhatFits(cy, { hidden = false, focus = null } = {}) {
  const zoom = cy.zoom();
  const near = focus ? focus.closedNeighborhood() : null;
  const taken = [];
  const discs = cy.nodes().map((node) => [node, disc(node, zoom)]);
  const above = [];
  const names = hidden ? [] : chosen(cy, near).filter((node, i) => {
    const sure = i < Math.min(SURE, discs.length / 10) && node.degree(false) >= HUB;
    const others = sure || near?.has(node) ? [] : discs.filter(([other]) => other !== node).map(([, box]) => box);
    if (place(nameBox(node, zoom), taken, others)) return true;
    if (place(nameBox(node, zoom, true), taken, others)) return above.push(node);
    return false;
  });
  const links = hidden ? [] : wordy(cy, near).filter((edge) => place(wordBox(edge), taken, []));
  cy.batch(() => {
    cy.style().selector("node").style({ "font-size": NAME / zoom, "text-max-width": (LINE * NAME * LETTER) / zoom }).selector("edge").style({ "font-size": WORD / zoom }).update();
    cy.elements(".named, .above").removeClass("named above");
    for (const element of [...names, ...links]) element.addClass("named");
    for (const node of above) node.addClass("above");
  });
}

/** The nodes in view, the one in focus and its neighbours first, then the centre, then those with most links. */
function chosen(cy, near) {
  const view = cy.extent();
  const weight = (n) => (near?.has(n) ? 1e6 : 0) + (n.hasClass("centre") ? 1e5 : 0) + (n.degree(false) + (n.data("entity").group?.length ?? 0)) * 10 + n.width() / 10;
  return cy.nodes().filter((n) => inside(n.position(), view)).map((n) => [weight(n), n]).sort((a, b) => b[0] - a[0]).slice(0, MOST_NAMES).map(([, n]) => n);
}

/** The links whose words are looked at: all of a small drawing, those in focus of a large one, only where they have room. */
function wordy(cy, near) {
  const view = cy.extent();
  const zoom = cy.zoom();
  const candidates = near ? near.edges() : cy.edges();
  const visible = candidates.filter((e) => inside(e.midpoint(), view) && length(e) * zoom > e.data("label").length * WORD * LETTER + 30);
  return near || visible.length <= MOST_WORDS ? visible.toArray() : [];
}

const inside = (at, { x1, x2, y1, y2 }) => at.x >= x1 && at.x <= x2 && at.y >= y1 && at.y <= y2;
const length = (edge) => Math.hypot(edge.sourceEndpoint().x - edge.targetEndpoint().x, edge.sourceEndpoint().y - edge.targetEndpoint().y);

function disc(node, zoom) {
  const at = node.renderedPosition();
  const r = node.width() * zoom * 0.4;
  return [at.x - r, at.y - r, at.x + r, at.y + r];
}

function nameBox(node, zoom, above = false) {
  const label = node.data("label");
  const high = Math.ceil(label.length / LINE) * NAME * 1.2 + 2;
  const across = (Math.min(label.length, LINE) * NAME * LETTER) / 2 + 2;
  const at = node.renderedPosition();
  const r = (node.height() / 2) * zoom + 2;
  const top = above ? at.y - r - high : at.y + r;
  return [at.x - across, top, at.x + across, top + high];
}

function wordBox(edge) {
  const at = edge.renderedMidpoint();
  const across = (edge.data("label").length * WORD * LETTER) / 2;
  const ends = [edge.renderedSourceEndpoint(), edge.renderedTargetEndpoint()];
  const [dx, dy] = [Math.abs(ends[0].x - ends[1].x), Math.abs(ends[0].y - ends[1].y)];
  const turn = Math.hypot(dx, dy) || 1;
  const [w, h] = [(across * dx + WORD * dy) / turn, (across * dy + WORD * dx) / turn];
  return [at.x - w, at.y - h * 0.8, at.x + w, at.y + h * 0.8];
}

const apart = (a, b) => a[0] > b[2] || a[2] < b[0] || a[1] > b[3] || a[3] < b[1];

/** Take the place of a box unless it lies over one that is taken, or over one of `others`. */
function place(box, taken, others) {
  const free = taken.every((each) => apart(box, each)) && others.every((each) => apart(box, each));
  if (free) taken.push(box);
  return free;
}
