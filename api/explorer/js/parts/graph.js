/* The drawn graph: Cytoscape.js on a canvas, loaded only when a graph is first shown. */
import { announce, h } from "../dom.js";
import { dot, lookOf, words } from "./look.js";

const MANY = 400; // nodes from which labels of small nodes are hidden until zoomed in, and the layout runs in its quick mode
const DASHED = ["claimed", "alleged", "estimated", "expected"];

const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

// Small enough for a crowd to have room, large enough to be read when the whole is fitted into the canvas.
const letters = (count) => (count <= 15 ? 13 : count <= 60 ? 18 : 22);

function style(count) {
  const many = count > MANY;
  return [
    { selector: "node", style: {
      "background-color": (n) => lookOf(n.data("type")).colour, width: (n) => lookOf(n.data("type")).size, height: (n) => lookOf(n.data("type")).size,
      label: "data(label)", color: css("--ink"), "font-size": letters(count), "text-wrap": "wrap", "text-max-width": letters(count) * 10, "text-valign": "bottom", "text-margin-y": 4,
      "text-background-color": css("--sheet"), "text-background-opacity": 0.8, "text-background-padding": 2, "min-zoomed-font-size": many ? 9 : 5 } },
    { selector: "node.centre", style: { "border-width": 4, "border-color": css("--ink") } },
    { selector: "node:selected", style: { "border-width": 4, "border-color": css("--link") } },
    { selector: "edge", style: {
      width: (e) => 1 + Math.min(4, Math.log2(1 + (e.data("sources") || 1))), "line-color": "#8a909a", "target-arrow-color": "#8a909a", "target-arrow-shape": "triangle",
      "curve-style": many ? "haystack" : "bezier", label: many ? "" : "data(label)", "font-size": letters(count) * 0.8, color: css("--quiet"), "text-rotation": "autorotate",
      "text-background-color": css("--sheet"), "text-background-opacity": 0.85, "text-background-padding": 1, "min-zoomed-font-size": 8 } },
    { selector: "edge.qualified", style: { "line-style": "dashed" } },
    { selector: "edge.denied", style: { "line-style": "dotted", "line-color": css("--denied"), "target-arrow-color": css("--denied") } },
    { selector: "edge:selected", style: { "line-color": css("--link"), "target-arrow-color": css("--link"), width: 4 } },
  ];
}

const cut = (text, most = 60) => (text.length > most ? `${text.slice(0, most)}…` : text);

function element(node, centre) {
  return { group: "nodes", data: { id: node.id, label: cut(node.name), type: node.type, entity: node }, classes: node.id === centre ? "centre" : "" };
}

const edgeId = (edge) => `${edge.source}\u0000${edge.predicate}\u0000${edge.target}`;

function line(edge) {
  const classes = edge.modality === "denied" ? "denied" : DASHED.includes(edge.modality) ? "qualified" : "";
  return { group: "edges", data: { id: edgeId(edge), source: edge.source, target: edge.target, label: words(edge.predicate), sources: edge.sources, edge }, classes };
}

/**
 * A drawing of `{ nodes, edges }`. `onEdge(edge)` and `onNode(entity)` are called for what is clicked; `onExpand(entity)` for a double click.
 * Beside the canvas the same edges stand in a list that can be read and operated without seeing the drawing.
 */
export function graphView({ nodes, edges, centre, onNode, onEdge, onExpand, label }) {
  const surface = h("div", { class: "surface", tabindex: "0", role: "application", onkeydown: key,
    "aria-label": `${label}: ${nodes.length} entities, ${edges.length} links. Arrow keys walk from entity to entity, Enter takes one${onExpand ? ", E expands it" : ""}; the same links are listed below.` });
  const canvas = h("div", { class: "canvas" }, surface);
  const legend = h("div", { class: "legend", "aria-hidden": "true" });
  const list = h("ol", { class: "plain small" });
  const details = h("details", { ontoggle: listLinks }, h("summary", {}, "The links as a list"), list);
  const root = h("div", {}, canvas, legend, details);
  const known = { nodes: new Map(nodes.map((n) => [n.id, n])), edges: new Map(edges.map((e) => [edgeId(e), e])) };
  let cy;

  function describe() {
    const types = [...new Set([...known.nodes.values()].map((n) => n.type))].sort();
    legend.replaceChildren(...types.map((t) => h("span", {}, dot(t), lookOf(t).label ?? t)), h("span", {}, "dashed: only claimed, alleged or estimated"), h("span", {}, "dotted: denied"));
    listLinks();
  }

  function listLinks() { // only once it is looked at: a thousand buttons take their time
    if (!details.open) return;
    list.replaceChildren(...[...known.edges.values()].slice(0, 1000).map((edge) =>
      h("li", {}, h("button", { class: "evidence-button", onclick: () => onEdge(edge) },
        `${cut(known.nodes.get(edge.source)?.name ?? edge.source)} — ${words(edge.predicate)} — ${cut(known.nodes.get(edge.target)?.name ?? edge.target)}`))));
  }

  async function draw() {
    const { default: cytoscape } = await import("../../vendor/graph.min.mjs");
    if (!surface.isConnected) return;
    const all = [...known.nodes.values()];
    const many = all.length > MANY;
    cy = cytoscape({
      container: surface, style: style(all.length), elements: [...all.map((n) => element(n, centre)), ...[...known.edges.values()].map(line)],
      layout: { name: "preset" }, hideEdgesOnViewport: many, textureOnViewport: many, pixelRatio: many ? 1 : "auto", maxZoom: 3, minZoom: 0.02,
    });
    arrange(false);
    cy.on("tap", "edge", (event) => onEdge(event.target.data("edge")));
    cy.on("tap", "node", (event) => onNode?.(event.target.data("entity")));
    cy.on("dbltap", "node", (event) => onExpand?.(event.target.data("entity")));
    surface.cy = cy; // for the browser tests and for those who look from the console
    surface.dispatchEvent(new CustomEvent("drawn", { bubbles: true }));
  }

  function arrange(keepPlaces) {
    const count = cy.nodes().length;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches || count > 100;
    cy.layout({ name: "fcose", quality: count > MANY ? "draft" : "default", randomize: !keepPlaces, animate: !calm && keepPlaces, animationDuration: 300,
      nodeSeparation: 110, idealEdgeLength: count > 15 ? 170 : 140, nodeRepulsion: 12_000, packComponents: true, nodeDimensionsIncludeLabels: count <= MANY, padding: 30 }).run();
    cy.fit(undefined, 30);
  }

  /** Add what an expansion found; what is there stays where it is drawn as far as the layout lets it. */
  function add(more) {
    const fresh = [];
    for (const node of more.nodes) if (!known.nodes.has(node.id)) { known.nodes.set(node.id, node); fresh.push(element(node)); }
    for (const edge of more.edges) if (!known.edges.has(edgeId(edge))) { known.edges.set(edgeId(edge), edge); fresh.push(line(edge)); }
    if (!fresh.length) return 0;
    cy?.add(fresh);
    if (cy) arrange(true);
    describe();
    return fresh.length;
  }

  /** The entity that is nearest in the direction of an arrow key, more ahead than aside. */
  function neighbour([dx, dy]) {
    const from = cy.nodes(":selected").first();
    if (from.empty()) return centre ? cy.getElementById(centre) : cy.nodes().first();
    const here = from.position();
    const ahead = (n) => (n.position("x") - here.x) * dx + (n.position("y") - here.y) * dy;
    const aside = (n) => Math.abs((n.position("x") - here.x) * dy) + Math.abs((n.position("y") - here.y) * dx);
    return cy.nodes().filter((n) => ahead(n) > 0 && aside(n) <= 1.5 * ahead(n)).min((n) => ahead(n) + 2 * aside(n)).ele ?? from;
  }

  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  function key(event) {
    if (!cy || event.ctrlKey || event.metaKey || event.altKey) return;
    const chosen = cy.nodes(":selected").first().data("entity");
    if (ARROWS[event.key]) {
      const next = neighbour(ARROWS[event.key]);
      cy.elements().unselect();
      next.select();
      announce(`${next.data("label")}, ${lookOf(next.data("type")).label}, ${next.connectedEdges().length} links`);
    } else if (event.key === "Enter" && chosen) onNode?.(chosen);
    else if (event.key === "e" && chosen) onExpand?.(chosen);
    else if (event.key === "+" || event.key === "-") cy.zoom({ level: cy.zoom() * (event.key === "+" ? 1.25 : 0.8), renderedPosition: { x: cy.width() / 2, y: cy.height() / 2 } });
    else if (event.key === "f") cy.fit(undefined, 30);
    else return;
    event.preventDefault();
  }

  describe();
  new ResizeObserver((_, watcher) => {
    if (!surface.isConnected) return; // it may be told of before it stands on the page, and is told of again then
    watcher.disconnect();
    draw();
  }).observe(surface);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => cy?.style(style(cy.nodes().length)));
  return {
    root, add, shown: () => ({ nodes: [...known.nodes.values()], edges: [...known.edges.values()] }),
    png: () => cy?.png({ output: "blob", full: true, scale: 2, maxWidth: 8000, maxHeight: 8000, bg: css("--sheet") }),
    positions: () => cy?.nodes().map((n) => ({ ...n.data("entity"), x: n.position("x"), y: n.position("y"), size: n.width() })) ?? [],
    arrange: () => cy && arrange(false), fit: () => cy?.fit(undefined, 30),
  };
}
