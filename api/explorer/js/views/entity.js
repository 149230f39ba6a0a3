/* An entity: what is said of it, and the graph around it, expanded and filtered. */
import { api } from "../client.js";
import { announce, foreign, h } from "../dom.js";
import { openEdge } from "../parts/edge.js";
import { statementCard } from "../parts/evidence.js";
import { linkRows, propertyRows } from "../parts/facts.js";
import { graphView } from "../parts/graph.js";
import { browserLink, classes, lookOf, names } from "../parts/look.js";
import { timelineAxis, timelineList } from "../parts/timeline.js";
import { keep, parse, to } from "../route.js";

const MODALITIES = ["asserted", "claimed", "alleged", "estimated", "expected", "denied"];
const LEAST = [0.5, 0.7, 0.8, 0.9];
const MOST = 300; // links that are asked for at first
const FURTHER = 60; // and with each expansion
const FILTERS = ["depth", "predicate", "type", "modality", "direction", "min_confidence", "as_of"];
const EXPANDED = "expanded"; // the address holds also which entities were expanded, so that going back finds the same graph

export async function view([key], parameters) {
  const filters = Object.fromEntries(FILTERS.map((name) => [name, parameters.getAll(name).join("\u0000").split("\u0000").filter(Boolean)]));
  const asked = { ...filters, depth: filters.depth[0] ?? 1, limit: MOST };
  const [entity, around, timeline] = await Promise.all([api.entity(key), api.related(key, asked), api.timeline(key)]);
  const aliases = names(entity.aliases);
  const known = new Map(around.nodes.map((n) => [n.id, n]));
  const graph = graphView({
    ...around, centre: key, view: `entity/${key}`, name: key, label: `What is linked with ${entity.name.slice(0, 80)}`, onEdge: openEdge,
    onNode: (n) => { picked.replaceChildren(pickedBar(n, expand)); }, onExpand: expand,
  });
  const picked = h("div", { class: "row middle", role: "status" }, h("span", { class: "quiet small" }, "Click a link for its sentences, an entity to act on it; a double click expands it."));

  const further = (id) => api.related(id, { ...asked, depth: 1, limit: FURTHER });
  async function expand(node) {
    try {
      const added = graph.add(await further(node.id));
      announce(added ? `${added} added` : "Nothing more is linked");
      keep({ [EXPANDED]: [...new Set([...parse().parameters.getAll(EXPANDED), node.id])] });
    } catch (error) {
      announce(error.message);
    }
  }
  for (const more of await Promise.all(parameters.getAll(EXPANDED).map((id) => further(id).catch(() => null)))) if (more) graph.add(more);

  return {
    title: entity.name,
    content: [
      h("p", { class: "quiet small" }, entity.labels.map((l) => lookOf(l).label ?? l).join(" · ")),
      h("h1", {}, foreign(entity.name, 160)),
      aliases.length ? h("p", { class: "quiet" }, "also ", aliases.slice(0, 12).flatMap((a, i) => [i ? ", " : "", foreign(a, 80)])) : "",
      h("p", { class: "row middle" }, entity.type === "Incident" ? h("a", { href: to(["incident", key]) }, "The case at a glance") : "", h("a", { href: to(["path"], { from: key }) }, "Paths from here"), h("a", { href: to(["cypher"], { q: asCypher(key, filters) }) }, "The same in Cypher"), browserLink(key)),
      h("div", { class: "split" },
        h("section", { class: "stays" }, h("h2", {}, "Around it"), filterBar(entity, filters), graph.root, picked, around.note ? h("p", { class: "small quiet" }, around.note) : ""),
        h("section", { class: "card" }, h("h2", {}, "What is said of it"), h("dl", { class: "facts" }, linkRows(around.edges.filter((e) => e.source === key || e.target === key), key, known), propertyRows(entity.properties, key)))),
      h("section", { class: "card" }, h("h2", {}, "Timeline"), timelineAxis(timeline.events, key), h("div", { class: "columns" }, timelineList(timeline.events))),
      statements(key, entity.statements),
    ],
  };
}

/** The query that draws what the filters ask for, to start one's own from. */
function asCypher(key, { depth, predicate, type, modality, direction }) {
  const steps = depth[0] > 1 ? `*1..${Number(depth[0])}` : "";
  const kind = predicate[0] ? `:${predicate[0].replace(/[A-Z]/g, "_$&").toUpperCase()}` : "";
  const [left, right] = { out: ["-", "->"], in: ["<-", "-"] }[direction[0]] ?? ["-", "-"];
  const condition = modality[0] ? `\nWHERE ${steps ? "all(x IN r WHERE x.modality = " : "r.modality = "}'${modality[0]}'${steps ? ")" : ""}` : "";
  const id = key.replace(/[\\']/g, "\\$&");
  return steps ? `MATCH p = (e:Entity {id: '${id}'})${left}[r${kind}${steps}]${right}(o:${type[0] ?? "Entity"})${condition}\nRETURN p\nLIMIT 300`
    : `MATCH (e:Entity {id: '${id}'})${left}[r${kind}]${right}(o:${type[0] ?? "Entity"})${condition}\nRETURN e, r, o\nLIMIT 300`;
}

function pickedBar(node, expand) {
  return [h("strong", {}, foreign(node.name, 80)), h("button", { onclick: () => expand(node) }, "Expand"), h("a", { href: to([node.type === "Incident" ? "incident" : "entity", node.id]) }, "Open")].reduce((row, child) => (row.append(child), row), h("div", { class: "row middle" }));
}

function filterBar(entity, filters) {
  const change = (name, value) => {
    const next = { ...Object.fromEntries(FILTERS.map((f) => [f, parse().parameters.getAll(f)])), [name]: value };
    keep({ ...next, [EXPANDED]: [] });
    window.dispatchEvent(new HashChangeEvent("hashchange"));
  };
  const choice = (name, label, options, chosen = filters[name][0] ?? "") => h("label", {}, label,
    h("select", { onchange: (e) => change(name, e.target.value) }, options.map(([value, text]) => h("option", { value, selected: value === chosen }, text))));
  const predicates = [...new Map(entity.links.map((l) => [l.predicate, l.label])).entries()];
  return h("div", { class: "toolbar", role: "group", "aria-label": "Filters" },
    choice("depth", "Steps", [["1", "1"], ["2", "2"], ["3", "3"]], filters.depth[0] ?? "1"),
    choice("predicate", "Link", [["", "all"], ...predicates]),
    choice("type", "Class", [["", "all"], ...classes().map((t) => [t, lookOf(t).label])]),
    choice("modality", "Said as", [["", "anything"], ...MODALITIES.map((m) => [m, m])]),
    choice("direction", "Direction", [["", "both"], ["out", "from it"], ["in", "to it"]]),
    choice("min_confidence", "Confidence", [["", "any"], ...LEAST.map((c) => [String(c), `at least ${c * 100} %`])]),
    h("label", {}, "Known by", h("input", { type: "date", value: filters.as_of[0] ?? "", onchange: (e) => change("as_of", e.target.value) })));
}

function statements(key, total) {
  const list = h("div", {});
  let cursor = null;
  const button = h("button", { onclick: load }, `Show the statements (${total})`);
  async function load() {
    button.disabled = true;
    try {
      const page = await api.statementsOf(key, { limit: 50, cursor });
      list.append(...page.items.map(statementCard));
      cursor = page.cursor;
      if (cursor) button.textContent = "Show more";
      else button.remove();
    } catch (error) {
      announce(error.message);
    }
    button.disabled = false;
  }
  return h("section", { class: "card" }, h("h2", {}, "Every statement"), list, button);
}
