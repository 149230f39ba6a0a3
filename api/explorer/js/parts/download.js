/* Exports of what is shown: PNG and SVG of the drawing, CSV and JSON-LD of the links. */
import { h, svg } from "../dom.js";
import { putAs } from "./graph_style.js";
import { lookOf, namespaces, words } from "./look.js";

export function save(blob, name) {
  const address = URL.createObjectURL(blob);
  const link = h("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

// A cell that begins with one of these would be run as a formula by a spreadsheet.
const cell = (value) => {
  const text = String(value ?? "");
  return `"${(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
};

export const csv = (rows) => new Blob([rows.map((row) => row.map(cell).join(",")).join("\r\n")], { type: "text/csv" });

export function edgesAsCsv({ nodes, edges }) {
  const names = new Map(nodes.map((n) => [n.id, n.name]));
  return csv([["source", "source name", "predicate", "target", "target name", "modality", "sources"],
    ...edges.map((e) => [e.source, names.get(e.source), e.predicate, e.target, names.get(e.target), e.modality, e.sources])]);
}

/** The same shape that the API gives for `format=jsonld`, of the graph as it is drawn now. */
export function graphAsJsonLd({ nodes, edges }) {
  const { ontology, entities } = namespaces();
  const iri = (id) => entities + encodeURIComponent(id);
  const about = new Map(nodes.map((n) => [n.id, { "@id": iri(n.id), "@type": lookOf(n.type).labels.map((l) => ontology + l), name: n.name }]));
  for (const { source, predicate, target } of edges) (about.get(source)[predicate] ??= []).push({ "@id": iri(target) });
  const terms = Object.fromEntries(edges.map((e) => [e.predicate, { "@id": ontology + e.predicate, "@type": "@id" }]));
  const whole = { "@context": { name: "http://www.w3.org/2004/02/skos/core#prefLabel", ...terms }, "@graph": [...about.values()] };
  return new Blob([JSON.stringify(whole, null, 1)], { type: "application/ld+json" });
}

const DASHES = { qualified: "6 4", denied: "2 4" };

/** The head of an arrow that ends where the disc of `b` begins. */
function arrowhead(a, b) {
  const far = Math.hypot(b.x - a.x, b.y - a.y) || 1;
  const [dx, dy] = [(b.x - a.x) / far, (b.y - a.y) / far];
  const [x, y] = [b.x - (dx * b.size) / 2, b.y - (dy * b.size) / 2];
  const side = (way) => `${x - 10 * dx + way * 4 * dy},${y - 10 * dy - way * 4 * dx}`;
  return svg("polygon", { points: `${x},${y} ${side(1)} ${side(-1)}`, fill: "#8a909a" });
}

export function drawingAsSvg(positions, edges, named = true) {
  const at = new Map(positions.map((p) => [p.id, p]));
  const xs = positions.map((p) => p.x);
  const ys = positions.map((p) => p.y);
  const pad = 100;
  const box = [Math.min(...xs) - pad, Math.min(...ys) - pad, Math.max(...xs) - Math.min(...xs) + 2 * pad, Math.max(...ys) - Math.min(...ys) + 2 * pad];
  const drawing = svg("svg", { xmlns: "http://www.w3.org/2000/svg", viewBox: box.map(Math.round).join(" "), "font-family": "sans-serif" },
    edges.filter((e) => at.has(e.source) && at.has(e.target)).map((e) => {
      const [a, b] = [at.get(e.source), at.get(e.target)];
      return svg("g", {}, svg("line", { x1: a.x, y1: a.y, x2: b.x, y2: b.y, stroke: "#8a909a", "stroke-dasharray": DASHES[putAs(e.modality)] }), arrowhead(a, b),
        !named ? null : svg("text", { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, "font-size": 9, "text-anchor": "middle", fill: "#555d6b" }, words(e.predicate)));
    }),
    positions.map((p) => svg("g", {}, svg("circle", { cx: p.x, cy: p.y, r: p.size / 2, fill: lookOf(p.type).colour }),
      !named ? null : svg("text", { x: p.x, y: p.y + p.size / 2 + 13, "font-size": 12, "text-anchor": "middle", fill: "#1d2129" }, p.name.slice(0, 60)))));
  return new Blob([new XMLSerializer().serializeToString(drawing)], { type: "image/svg+xml" });
}

/** The buttons under a drawing: all export what is drawn now, with what was expanded. */
export function exportButtons(graph, name) {
  const button = (label, make) => h("button", { onclick: async () => save(await make(), `${name}.${label.toLowerCase().replace("-", "")}`), "aria-label": `Export what is shown as ${label}` }, label);
  return h("div", { class: "row", role: "group", "aria-label": "Exports" },
    button("PNG", () => graph.png()), button("SVG", () => drawingAsSvg(graph.positions(), graph.links(), graph.named())),
    button("CSV", () => edgesAsCsv(graph.shown())), button("JSON-LD", () => graphAsJsonLd(graph.shown())));
}
