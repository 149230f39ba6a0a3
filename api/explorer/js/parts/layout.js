/* Where the nodes of a drawing stand: each connected part by forces, the parts side by side, what is fixed where it is. */
import { MANY } from "./graph_style.js";

const GAP = 90; // between two parts
const CROWD = 60; // nodes from which not all names are shown, so that a part may be turned without bringing names over each other
// Names take room too: the more nodes, the smaller is what is seen, and the larger the letters beside them.
const letters = (count) => (count <= 15 ? 13 : count <= 60 ? 18 : 26);
// A link between two hubs is long, so that the neighbours of each have room around it.
const apart = (edge) => 130 + 12 * Math.sqrt(Math.min(edge.source().degree(false), edge.target().degree(false)));
const FORCES = { name: "fcose", animate: false, fit: false, nodeSeparation: 110, nodeRepulsion: 16_000, idealEdgeLength: apart, nodeDimensionsIncludeLabels: true, tile: false };

/** Arrange all; the nodes with an entry in `fixed` (`id → {x, y}`) stay there. */
export function arrange(cy, fixed = new Map()) {
  const parts = cy.elements().components();
  const size = letters(cy.nodes().length);
  cy.nodes().addClass("named");
  cy.style().selector("node").style({ "font-size": size, "text-max-width": size * 9 }).update();
  for (const part of parts) {
    const held = part.nodes().filter((n) => fixed.has(n.id()));
    for (const node of held.toArray()) node.position(fixed.get(node.id()));
    const free = part.nodes().difference(held);
    if (free.empty()) continue;
    if (part.nodes().length === 1) continue;
    if (held.nonempty()) besides(free);
    part.layout({ ...FORCES, quality: part.nodes().length > MANY ? "draft" : "default", randomize: held.empty(),
      fixedNodeConstraint: held.nonempty() ? held.map((n) => ({ nodeId: n.id(), position: { ...n.position() } })) : undefined }).run();
    if (held.empty() && free.length > CROWD) lay(free, cy.width() > cy.height());
  }
  const loose = parts.filter((part) => !part.nodes().some((n) => fixed.has(n.id())));
  if (parts.length > 1) pack(cy, loose, parts.filter((part) => !loose.includes(part)));
}

/** Turn a part such that its longer side lies along that of the canvas, which it then fills better. */
function lay(nodes, wide) {
  const { w, h } = nodes.boundingBox({ includeLabels: false });
  if (w > h !== wide) nodes.positions((n) => ({ x: n.position("y"), y: n.position("x") }));
}

/** Give new nodes a place around the neighbour that is already there, from which the forces go on. */
function besides(nodes) {
  nodes.forEach((node, i) => {
    const anchor = node.neighborhood("node").difference(nodes).first();
    const at = anchor.nonempty() ? anchor.position() : { x: 0, y: 0 };
    const angle = i * 2.4; // about the golden angle: no two in one direction
    node.position({ x: at.x + 160 * Math.cos(angle), y: at.y + 160 * Math.sin(angle) });
  });
}

/** Put parts in rows below what stays, the largest first, in about the shape of the canvas. */
function pack(cy, parts, staying) {
  const boxes = parts.map((part) => ({ part, box: part.boundingBox({ includeLabels: false }) })).sort((a, b) => b.box.h * b.box.w - a.box.h * a.box.w);
  const area = boxes.reduce((sum, { box }) => sum + (box.w + GAP) * (box.h + GAP), 0);
  const wide = Math.max(...boxes.map(({ box }) => box.w), Math.sqrt(area * (cy.width() / cy.height())) * 1.1);
  const start = staying.length ? staying.reduce((all, part) => all.union(part), cy.collection()).boundingBox({ includeLabels: false }) : { x1: 0, y2: -GAP };
  let [x, y, row] = [start.x1, start.y2 + GAP, 0];
  for (const { part, box } of boxes) {
    if (x > start.x1 && x + box.w > start.x1 + wide) [x, y, row] = [start.x1, y + row + GAP, 0];
    part.nodes().shift({ x: x - box.x1, y: y - box.y1 });
    x += box.w + GAP;
    row = Math.max(row, box.h);
  }
}
