/* The whole case of one incident at a glance. */
import { api, query } from "../client.js";
import { foreign, h } from "../dom.js";
import { exportButtons } from "../parts/download.js";
import { openEdge } from "../parts/edge.js";
import { linkFact, linkRows, propertyRows, why } from "../parts/facts.js";
import { graphView } from "../parts/graph.js";
import { badge, browserLink, date, literal } from "../parts/look.js";
import { openStatement } from "../parts/edge.js";
import { timelineList } from "../parts/timeline.js";
import { to, toEntity } from "../route.js";

const FACT = "asserted";
const ABOVE = ["actors", "timeline"]; // families that stand at the top of the page already
const FIRST = ["money", "integer"]; // figures worth being seen from afar

export async function view([key]) {
  const found = await api.incident(key);
  const { incident, victims, actors, timeline, sections, disagreements, entities, sources, note } = found;
  const known = new Map(entities.map((e) => [e.id, e]));
  const facts = actors.filter((a) => a.edge.modality === FACT);
  const claims = actors.filter((a) => a.edge.modality !== FACT);
  const figures = sections.flatMap((s) => s.properties).filter((p) => FIRST.includes(p.values[0]?.datatype));
  const graph = drawing(found, known);
  return {
    title: incident.name,
    content: [
      h("p", { class: "quiet small" }, "Incident"),
      h("h1", {}, foreign(incident.name, 160)),
      note ? h("p", { class: "quiet" }, note) : "",
      h("p", { class: "row middle" }, h("a", { href: to(["entity", incident.id]) }, "Graph and all statements"), browserLink(incident.id)),
      h("div", { class: "grid" },
        h("section", { class: "card" }, h("h2", {}, "Who was hit"), victims.length ? victims.map((v) => linkFact(v.edge, v.entity)) : h("p", { class: "quiet" }, "No victim is named.")),
        h("section", { class: "card" }, h("h2", {}, "Who is said to be behind it"),
          facts.length ? [h("h3", {}, "Stated as fact"), facts.map((a) => actor(a))] : "",
          claims.length ? [h("h3", {}, "Claimed or alleged"), claims.map((a) => actor(a))] : "",
          actors.length ? "" : h("p", { class: "quiet" }, "No document names anybody.")),
        h("section", { class: "card" }, h("h2", {}, "In figures"), figures.length ? figures.map(figure) : h("p", { class: "quiet" }, "No figures are given.")),
        disagreements.length ? h("section", { class: "card" }, h("h2", {}, "Where sources disagree"), h("dl", { class: "facts" }, propertyRows(disagreements.filter((p) => !figures.some((f) => f.subject.id === p.subject.id && f.predicate === p.predicate)), incident.id)), h("p", { class: "small quiet" }, "Figures that disagree stand side by side with their sources; none is preferred.")) : ""),
      h("div", { class: "split" },
        h("div", { class: "stack" },
          h("section", { class: "card" }, h("h2", {}, "The case as a graph"), graph.root, exportButtons(graph, incident.id, `v1/entities/${encodeURIComponent(incident.id)}/related${query({ format: "jsonld", depth: 2 })}`)),
          sections.filter((s) => !ABOVE.includes(s.family) && (s.links.length || s.properties.length)).map((s) => h("section", { class: "card" }, h("h2", {}, s.label),
            h("dl", { class: "facts" }, propertyRows(s.properties, incident.id), linkRows(s.links, incident.id, known))))),
        h("div", { class: "stack" },
          h("section", { class: "card" }, h("h2", {}, "Timeline"), timelineList(timeline)),
          h("section", { class: "card" }, h("h2", {}, `Sources (${sources.length})`), h("ul", { class: "plain" }, sources.map((d) => h("li", {}, h("a", { href: to(["document", d.id]) }, foreign(d.title || d.id, 140)),
            h("div", { class: "small quiet" }, foreign(d.publisher ?? ""), d.published_on ? ` ${date(d.published_on)}` : "", ` ${d.marking}`))))))),
    ],
  };
}

const actor = ({ entity, edge }) => h("div", { class: "fact" }, h("span", { class: "quiet" }, edge.label), linkFact(edge, entity));

function figure(property) {
  const [best, ...others] = property.values;
  const one = (f) => h("div", {}, h("span", { class: f === best ? "figure" : "" }, literal(f)), " ", f.modality === FACT ? "" : badge(f.modality), " ",
    why(f.sources, () => openStatement(f.evidence.statement), property.label), " ", h("span", { class: "small quiet" }, foreign(f.evidence.publisher ?? f.evidence.title, 60)));
  return h("div", { class: property.disagree ? "disagree" : "" }, h("p", { class: "quiet small" }, property.label, property.disagree ? " — sources disagree" : ""), one(best), others.map(one));
}

function drawing({ incident, victims, actors, sections }, known) {
  const edges = new Map();
  for (const edge of [...victims.map((v) => v.edge), ...actors.map((a) => a.edge), ...sections.flatMap((s) => s.links)]) edges.set(`${edge.source} ${edge.predicate} ${edge.target}`, edge);
  const ids = new Set([incident.id, ...[...edges.values()].flatMap((e) => [e.source, e.target])]);
  const nodes = [...ids].map((id) => known.get(id) ?? { id, name: id, type: id === incident.id ? incident.type : "Entity" });
  return graphView({ nodes, edges: [...edges.values()], centre: incident.id, label: `The case of ${incident.name.slice(0, 80)}`, onEdge: openEdge, onNode: (n) => n.id !== incident.id && (location.hash = toEntity(n)) });
}
