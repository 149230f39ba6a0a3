/* The drawn graph: Cytoscape.js on a canvas, loaded only when a graph is first shown. */
import { announce, foreign, h } from "../dom.js";
import { keep, parse } from "../route.js";
import { exportButtons } from "./download.js";
import { MANY, ground, putAs, style } from "./graph_style.js";
import { grouped } from "./groups.js";
import { arrange } from "./layout.js";
import { dot, lookOf, words } from "./look.js";
import { nameWhatFits } from "./names.js";
import { forgetPlaces, keepPlaces, placesOf } from "./places.js";

const STILL = 90; // ms without movement after which names are chosen anew
const LISTED = 1000;
const EDGE = 44; // px around the whole, so that the names at its edge have room

const cut = (text, most = 60) => (text.length > most ? `${text.slice(0, most)}…` : text);
const edgeId = (edge) => `${edge.source}\u0000${edge.predicate}\u0000${edge.target}`;
const plural = (n, one) => `${n} ${one}${n === 1 ? "" : "s"}`;

/**
 * A drawing of `{ nodes, edges }`. `onEdge(edge)` and `onNode(entity)` are called for what is clicked; `onExpand(entity)` for a double click.
 * `view` names the drawing, so that the places of dragged nodes are found again; without it they are not kept. `addressed` keeps in the
 * address what is grouped and named. Below the canvas the same links stand in a list that can be read and operated without seeing the drawing.
 */
export function graphView({ nodes, edges, centre, onNode, onEdge, onExpand, label, view, name = "graph", addressed = true }) {
  const surface = h("div", { class: "surface", tabindex: "0", role: "application", onkeydown: key,
    "aria-label": `${label}: ${plural(nodes.length, "entity").replace(/ys$/, "ies")}, ${plural(edges.length, "link")}. Arrow keys walk from entity to entity, Enter takes one${onExpand ? ", E expands it" : ""}; the same links are listed below.` });
  const hint = h("p", { class: "hint small", "aria-hidden": "true" });
  const canvas = h("div", { class: "canvas" }, surface, hint);
  const legend = h("div", { class: "legend", role: "group", "aria-label": "Classes: choose one to mark and move all of it" });
  const list = h("ol", { class: "plain small" });
  const details = h("details", { ontoggle: listLinks }, h("summary", {}, "The links as a list"), list);
  const known = { nodes: new Map(nodes.map((n) => [n.id, n])), edges: new Map(edges.map((e) => [edgeId(e), e])) };
  const { parameters } = addressed ? parse() : { parameters: new URLSearchParams() };
  const state = { names: parameters.get("names") !== "off", groups: parameters.get("groups") !== "off", opened: new Set(parameters.getAll("open")) };
  let cy;
  let focus = null;
  let timer;

  const press = (text, pressed, onclick, title) => {
    const button = h("button", { "aria-pressed": String(pressed), title, onclick: () => button.setAttribute("aria-pressed", String(onclick())) }, text);
    return button;
  };
  const grouping = press("Group alike", state.groups, () => {
    state.groups = !state.groups;
    state.opened.clear();
    tell();
    redraw(true);
    return state.groups;
  }, "Draw five or more neighbours that are linked alike as one");
  const tools = h("div", { class: "row tools", role: "group", "aria-label": "Drawing" },
    h("button", { onclick: anew }, "Arrange anew"), h("button", { onclick: () => cy?.fit(undefined, EDGE) }, "Fit"), grouping,
    press("Names", state.names, () => { state.names = !state.names; tell(); rename(); return state.names; }, "Show or hide the names, for a picture without them"),
    h("button", { onclick: () => (document.fullscreenElement ? document.exitFullscreen() : root.requestFullscreen?.()) }, "Full screen"));
  const root = h("div", { class: "graph" }, canvas, legend, tools, details);

  const tell = () => addressed && keep({ names: state.names ? "" : "off", groups: state.groups ? "" : "off", open: [...state.opened] });
  const whole = () => ({ nodes: [...known.nodes.values()], edges: [...known.edges.values()] });
  const shown = () => (state.groups ? grouped(whole(), { centre, opened: state.opened }) : whole());

  function describe() {
    const types = [...new Set([...known.nodes.values()].map((n) => n.type))].sort();
    legend.replaceChildren(...types.map((type) => h("button", { class: "chip", onclick: () => mark(type) }, dot(type), lookOf(type).label ?? type)),
      h("span", {}, "dashed: only claimed, alleged or estimated"), h("span", {}, "dotted: denied"));
    grouping.hidden = state.groups && grouped(whole(), { centre, opened: new Set() }).nodes.length === known.nodes.size;
    listLinks();
  }

  function listLinks() { // only once it is looked at: a thousand buttons take their time
    if (!details.open) return;
    list.replaceChildren(...[...known.edges.values()].slice(0, LISTED).map((edge) => h("li", {}, h("button", { class: "evidence-button", onclick: () => onEdge(edge) }, sentence(edge)))),
      known.edges.size > LISTED ? h("li", { class: "quiet" }, `and ${known.edges.size - LISTED} more`) : "");
  }

  const nameOf = (id) => cut(known.nodes.get(id)?.name ?? id);
  const sentence = (edge) => `${nameOf(edge.source)} — ${words(edge.predicate)} — ${nameOf(edge.target)}`;

  const node = (n) => ({ group: "nodes", data: { id: n.id, label: cut(n.name), type: n.type, entity: n }, classes: [n.id === centre ? "centre" : "", n.group ? "group" : ""].filter(Boolean) });
  const line = (edge) => ({ group: "edges", data: { id: edgeId(edge), source: edge.source, target: edge.target, label: words(edge.predicate), sources: edge.sources, edge }, classes: putAs(edge.modality) });

  async function draw() {
    const { default: cytoscape } = await import("../../vendor/graph.min.mjs");
    if (!surface.isConnected) return;
    const now = shown();
    const many = now.nodes.length > MANY;
    cy = cytoscape({ container: surface, style: style(now.nodes.length, now.edges.length), elements: [...now.nodes.map(node), ...now.edges.map(line)], layout: { name: "preset" },
      hideEdgesOnViewport: many, textureOnViewport: many, pixelRatio: many ? 1 : "auto", maxZoom: 3, minZoom: 0.02 });
    arrange(cy, placesOf(view));
    cy.fit(undefined, EDGE);
    listen();
    rename();
    surface.cy = cy; // for the browser tests and for those who look from the console
    surface.dispatchEvent(new CustomEvent("drawn", { bubbles: true }));
  }

  function listen() {
    cy.on("tap", "edge", ({ target }) => (target.data("edge").group ? open(target.data("edge").group) : onEdge(target.data("edge"))));
    cy.on("tap", "node", ({ target }) => (target.data("entity").group ? open(target.id()) : onNode?.(target.data("entity"))));
    cy.on("dbltap", "node", ({ target }) => target.data("entity").group || onExpand?.(target.data("entity")));
    cy.on("mouseover", "node", ({ target }) => look(target));
    cy.on("mouseout", "node", () => look(cy.nodes(":selected").length === 1 ? cy.nodes(":selected") : null));
    cy.on("mouseover", "edge", ({ target }) => explain(target.data("edge")));
    cy.on("mouseout", "edge", () => explain(null));
    cy.on("select unselect", "node", () => look(cy.nodes(":selected").length === 1 ? cy.nodes(":selected") : null));
    cy.on("zoom pan resize position", () => { clearTimeout(timer); timer = setTimeout(rename, STILL); });
    cy.on("dragfree", "node", () => keepPlaces(view, cy.nodes().toArray()));
  }

  /** Bring out a node with its neighbours; null gives every node its place back. */
  function look(target) {
    focus = target?.nonempty() ? target : null;
    cy.batch(() => {
      cy.elements(".faded, .near").removeClass("faded near");
      if (!focus) return;
      const near = focus.closedNeighborhood();
      near.addClass("near");
      cy.elements().difference(near).addClass("faded");
    });
    hint.replaceChildren(focus ? foreign(`${focus.data("entity").name} · ${lookOf(focus.data("type")).label}${focus.data("entity").group ? " · click to open" : ` · ${plural(focus.degree(false), "link")}`}`, 160) : "");
    rename();
  }

  function explain(edge) {
    if (!focus) hint.replaceChildren(edge && !edge.group ? foreign(`${sentence(edge)} · ${edge.modality} · ${plural(edge.sources, "source")} · click for the sentence`, 240) : "");
  }

  const rename = () => cy && nameWhatFits(cy, { hidden: !state.names, focus: focus?.inside() ? focus : null });

  function mark(type) {
    if (!cy) return;
    const all = cy.nodes().filter((n) => n.data("type") === type);
    const marked = all.filter(":selected").length === all.length;
    cy.elements().unselect();
    if (!marked) all.select();
    announce(marked ? "None chosen" : `${all.length} chosen; they move together`);
  }

  function open(group) {
    state.opened.add(group);
    tell();
    redraw();
  }

  /** Draw what is to be shown now; what stays does so in its place, unless all is to be arranged `afresh`. */
  function redraw(afresh = false) {
    if (!cy) return;
    const now = shown();
    const fixed = new Map(afresh ? [] : cy.nodes().map((n) => [n.id(), { ...n.position() }]));
    const wanted = [...now.nodes.map(node), ...now.edges.map(line)];
    const ids = new Set(wanted.map((element) => element.data.id));
    cy.batch(() => {
      cy.elements().filter((element) => !ids.has(element.id())).remove();
      cy.add(wanted.filter((element) => cy.getElementById(element.data.id).empty()));
    });
    focus = null;
    cy.style(style(now.nodes.length, now.edges.length));
    arrange(cy, fixed);
    cy.fit(undefined, EDGE);
    rename();
  }

  function anew() {
    if (!cy) return;
    forgetPlaces(view);
    arrange(cy);
    cy.fit(undefined, EDGE);
  }

  /** Add what an expansion found, and tell how much of it is new. */
  function add(more) {
    const before = known.nodes.size + known.edges.size;
    for (const each of more.nodes) if (!known.nodes.has(each.id)) known.nodes.set(each.id, each);
    for (const each of more.edges) if (!known.edges.has(edgeId(each))) known.edges.set(edgeId(each), each);
    const added = known.nodes.size + known.edges.size - before;
    if (added) {
      redraw();
      describe();
    }
    return added;
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
      announce(`${next.data("label")}, ${lookOf(next.data("type")).label}, ${plural(next.connectedEdges().length, "link")}`);
    } else if (event.key === "Enter" && chosen) {
      if (chosen.group) open(chosen.id);
      else onNode?.(chosen);
    } else if (event.key === "e" && chosen && !chosen.group) onExpand?.(chosen);
    else if (event.key === "+" || event.key === "-") cy.zoom({ level: cy.zoom() * (event.key === "+" ? 1.25 : 0.8), renderedPosition: { x: cy.width() / 2, y: cy.height() / 2 } });
    else if (event.key === "f") cy.fit(undefined, EDGE);
    else return;
    event.preventDefault();
  }

  new ResizeObserver((_, watcher) => {
    if (!surface.isConnected) return; // it may be told of before it stands on the page, and is told of again then
    watcher.disconnect();
    draw();
  }).observe(surface);
  root.addEventListener("fullscreenchange", () => setTimeout(() => { cy?.resize(); cy?.fit(undefined, EDGE); }, STILL));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => cy?.style(style(cy.nodes().length, cy.edges().length)) && rename());
  const drawing = {
    root, add, shown: whole, named: () => state.names,
    png: () => cy?.png({ output: "blob", full: true, scale: 2, maxWidth: 8000, maxHeight: 8000, bg: ground() }),
    positions: () => cy?.nodes().map((n) => ({ ...n.data("entity"), x: n.position("x"), y: n.position("y"), size: n.width() })) ?? [],
    links: () => cy?.edges().map((e) => e.data("edge")) ?? [],
  };
  tools.append(exportButtons(drawing, name));
  describe();
  return drawing;
}
