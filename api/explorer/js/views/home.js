/* The incidents in the graph, newest first. */
import { api } from "../client.js";
import { foreign, h } from "../dom.js";
import { badge, date } from "../parts/look.js";
import { toEntity } from "../route.js";
import { entityLink } from "../parts/facts.js";

const PAGE = 60;

export async function view(_, parameters) {
  const found = await api.incidents({ limit: PAGE, cursor: parameters.get("cursor") });
  if (!found.items.length && !parameters.get("cursor")) return { title: "Incident Graph", content: empty() };
  const list = h("ul", { class: "plain grid" }, found.items.map(card));
  return { title: "Incident Graph", content: [h("h1", {}, "Incidents"), list, more(found, list)] };
}

function more(found, list) {
  let cursor = found.cursor;
  if (!cursor) return "";
  const button = h("button", { onclick: async () => {
    const next = await api.incidents({ limit: PAGE, cursor });
    list.append(...next.items.map(card));
    cursor = next.cursor;
    if (!cursor) button.remove();
  } }, "Show more");
  return h("p", { class: "to-top" }, button);
}

function card({ incident, victims, actors, date: day, documents }) {
  return h("li", { class: "card" },
    h("h2", {}, h("a", { href: toEntity(incident) }, foreign(incident.name, 120))),
    h("p", { class: "quiet small" }, day ? date(day) : "no date given", ` · ${documents} document${documents === 1 ? "" : "s"}`),
    victims.length ? h("p", { class: "fact" }, h("span", { class: "quiet" }, "hit"), victims.slice(0, 4).map(entityLink), victims.length > 4 ? `and ${victims.length - 4} more` : "") : "",
    actors.slice(0, 3).map(({ entity, edge }) => h("p", { class: "fact" }, h("span", { class: "quiet" }, edge.label), entityLink(entity), edge.modality === "asserted" ? "" : badge(edge.modality))));
}

function empty() {
  return h("section", { class: "card" }, h("h1", {}, "The graph is empty"), h("p", {}, "Give it a report to read:"),
    h("ul", {}, h("li", {}, "on the command line: ", h("code", {}, "incidentgraph load report.txt")), h("li", {}, "or here: ", h("a", { href: "#/upload" }, "upload a report"), " (text, Markdown, HTML or PDF).")));
}
