/* The incidents in the graph, filtered and ordered by the store, a page at a time. */
import { api } from "../client.js";
import { announce, fact, foreign, h } from "../dom.js";
import { badge, date } from "../parts/look.js";
import { keep, toEntity } from "../route.js";
import { entityLink } from "../parts/facts.js";

const PAGE = 60;
const WAIT = 150; // ms of quiet before asking, so that fast typists send one request a word
const ORDERS = { "": "latest first", documents: "most documents first", name: "by name" };

export async function view(_, parameters) {
  const asked = { q: parameters.get("q") ?? "", sort: parameters.get("sort") ?? "" };
  const [found, stats] = await Promise.all([api.incidents({ limit: PAGE, ...asked }), api.stats()]);
  if (!stats.documents) return { title: "Incident Graph", content: empty() };
  const total = stats.classes.Incident ?? 0;
  const list = h("ul", { class: "plain grid" });
  const count = h("p", { class: "small quiet", role: "status" });
  const words = h("input", { type: "search", value: asked.q, placeholder: "victim, actor or incident", oninput: () => { clearTimeout(timer); timer = setTimeout(anew, WAIT); } });
  const order = h("select", { onchange: anew }, Object.entries(ORDERS).map(([key, label]) => h("option", { value: key, selected: key === asked.sort }, label)));
  const more = h("button", { onclick: () => load(cursor) }, "Show more incidents");
  let cursor;
  let timer;
  let turn = 0;

  async function load(after) {
    const mine = ++turn;
    try {
      const page = await api.incidents({ limit: PAGE, ...asked, cursor: after });
      if (mine === turn) show(page, after);
    } catch (error) {
      announce(error.message);
    }
  }

  function anew() {
    Object.assign(asked, { q: words.value.trim(), sort: order.value });
    keep(asked);
    load();
  }

  function show(page, after) {
    const cards = page.items.map(card);
    if (after) list.append(...cards);
    else list.replaceChildren(...cards);
    cursor = page.cursor;
    more.hidden = !cursor;
    const shown = list.children.length;
    const few = cursor ? `the first ${shown}` : String(shown);
    count.textContent = asked.q ? (shown ? `${few} that fit` : "No incident fits: try fewer words, or the search at the top for entities of other kinds.") : `${few} of ${total} incident${total === 1 ? "" : "s"}`;
  }

  show(found);
  return {
    title: "Incident Graph",
    content: [h("h1", {}, "Incidents"), summary(stats),
      h("div", { class: "toolbar", role: "group", "aria-label": "Filter and order" }, h("label", {}, "Filter", words), h("label", {}, "Order", order), count), list, h("p", { class: "to-top" }, more)],
  };
}

function summary({ documents, statements, entities, edges, first_published: first, last_published: last }) {
  const number = (n) => n.toLocaleString("en-GB");
  const years = first && last ? `, published from ${date(first)} to ${date(last)}` : "";
  return h("p", { class: "quiet" }, `${number(statements)} statements on ${number(entities)} entities and ${number(edges)} links, read from ${number(documents)} documents${years}.`);
}

function card({ incident, victims, actors, date: day, documents }) {
  return h("li", { class: "card" },
    h("h2", {}, h("a", { href: toEntity(incident) }, foreign(incident.name, 120))),
    h("p", { class: "quiet small" }, day ? date(day) : "no date given", ` · ${documents} document${documents === 1 ? "" : "s"}`),
    victims.length ? fact("p", h("span", { class: "quiet" }, "hit"), victims.slice(0, 4).map(entityLink), victims.length > 4 ? `and ${victims.length - 4} more` : "") : "",
    byActor(actors).slice(0, 3).map(([entity, edges]) => fact("p", h("span", { class: "quiet" }, edges.map((e) => e.label).join(", ")), entityLink(entity),
      edges.every((e) => e.modality === "asserted") ? "" : badge(edges[0].modality))));
}

/** One line an actor, though one that claims an attack is often blamed for it as well. */
function byActor(actors) {
  const lines = new Map();
  for (const { entity, edge } of actors) lines.set(entity.id, [entity, [...(lines.get(entity.id)?.[1] ?? []), edge]]);
  return [...lines.values()];
}

function empty() {
  return h("section", { class: "card" }, h("h1", {}, "The graph is empty"), h("p", {}, "Give it a report to read:"),
    h("ul", {}, h("li", {}, "on the command line: ", h("code", {}, "incidentgraph load report.txt")), h("li", {}, "or here: ", h("a", { href: "#/upload" }, "upload a report"), " (text, Markdown, HTML or PDF).")));
}
