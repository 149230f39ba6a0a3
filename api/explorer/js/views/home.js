/* The incidents in the graph: sorted, and filtered by words. */
import { api } from "../client.js";
import { announce, foreign, h } from "../dom.js";
import { badge, date } from "../parts/look.js";
import { keep, toEntity } from "../route.js";
import { entityLink } from "../parts/facts.js";

const PAGE = 200;
const ORDERS = {
  date: ["latest first", (a, b) => (b.date ?? "").localeCompare(a.date ?? "")],
  documents: ["most documents first", (a, b) => b.documents - a.documents],
  name: ["by name", (a, b) => a.incident.name.localeCompare(b.incident.name)],
};

export async function view(_, parameters) {
  const [found, stats] = await Promise.all([api.incidents({ limit: PAGE }), api.stats()]);
  if (!stats.documents) return { title: "Incident Graph", content: empty() };
  const all = [...found.items];
  let cursor = found.cursor;
  const list = h("ul", { class: "plain grid" });
  const count = h("p", { class: "small quiet", role: "status" });
  const words = h("input", { type: "search", value: parameters.get("q") ?? "", oninput: arrange, placeholder: "victim, actor or incident" });
  const order = h("select", { onchange: arrange }, Object.entries(ORDERS).map(([key, [label]]) => h("option", { value: key, selected: key === parameters.get("sort") }, label)));
  const more = h("button", { hidden: !cursor, onclick: async () => {
    try {
      const next = await api.incidents({ limit: PAGE, cursor });
      all.push(...next.items);
      cursor = next.cursor;
      arrange();
    } catch (error) {
      announce(error.message);
    }
  } }, "Look at more incidents");

  function arrange() {
    const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    const fits = (item) => wanted.every((word) => text(item).includes(word));
    const shown = all.filter(fits).sort(ORDERS[order.value][1]);
    list.replaceChildren(...shown.map(card));
    count.textContent = `${shown.length} of ${all.length}${cursor ? " looked at so far" : ""} incident${all.length === 1 ? "" : "s"}`;
    more.hidden = !cursor;
    keep({ q: words.value, sort: order.value === "date" ? "" : order.value });
  }

  arrange();
  return {
    title: "Incident Graph",
    content: [h("h1", {}, "Incidents"), summary(stats),
      h("div", { class: "toolbar", role: "group", "aria-label": "Filter and order" }, h("label", {}, "Filter", words), h("label", {}, "Order", order), count), list, h("p", { class: "to-top" }, more)],
  };
}

const text = ({ incident, victims, actors, date: day }) => [incident.name, ...incident.aliases, ...victims.map((v) => v.name), ...actors.map((a) => a.entity.name), day ?? ""].join(" ").toLowerCase();

function summary({ documents, statements, entities, edges, first_published: first, last_published: last }) {
  const number = (n) => n.toLocaleString("en-GB");
  const years = first && last ? `, published from ${date(first)} to ${date(last)}` : "";
  return h("p", { class: "quiet" }, `${number(statements)} statements on ${number(entities)} entities and ${number(edges)} links, read from ${number(documents)} documents${years}.`);
}

function card({ incident, victims, actors, date: day, documents }) {
  return h("li", { class: "card" },
    h("h2", {}, h("a", { href: toEntity(incident) }, foreign(incident.name, 120))),
    h("p", { class: "quiet small" }, day ? date(day) : "no date given", ` · ${documents} document${documents === 1 ? "" : "s"}`),
    victims.length ? h("p", { class: "fact" }, h("span", { class: "quiet" }, "hit"), victims.slice(0, 4).map(entityLink), victims.length > 4 ? `and ${victims.length - 4} more` : "") : "",
    byActor(actors).slice(0, 3).map(([entity, edges]) => h("p", { class: "fact" }, h("span", { class: "quiet" }, edges.map((e) => e.label).join(", ")), entityLink(entity),
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
