/* The whole case of one incident at a glance. */
import { api } from "../client.js";
import { fact, foreign, h } from "../dom.js";
import { openEdge, openStatement } from "../parts/edge.js";
import { entityLink, fold, linkFact, linkRows, propertyRows, why } from "../parts/facts.js";
import { graphView } from "../parts/graph.js";
import { badge, browserLink, date, literal } from "../parts/look.js";
import { timelineAxis, timelineList } from "../parts/timeline.js";
import { to, toEntity } from "../route.js";

const FACT = "asserted";
const CLAIM = "claimedBy"; // that a claim was made may be a fact; what it claims is not one
const ABOVE = ["actors", "timeline"]; // families that stand at the top of the page already
const FIGURES = ["money", "integer"]; // figures worth being seen from afar

export async function view([key]) {
  const found = await api.incident(key);
  const { incident, victims, actors, timeline, sections, disagreements, entities, sources, note } = found;
  const known = new Map(entities.map((e) => [e.id, e]));
  const facts = actors.filter((a) => a.edge.modality === FACT && a.edge.predicate !== CLAIM);
  const claims = actors.filter((a) => !facts.includes(a));
  const figures = sections.flatMap((s) => s.properties).filter((p) => FIGURES.includes(p.values[0]?.datatype)).sort((a, b) => weight(a, incident) - weight(b, incident));
  const others = disagreements.filter((p) => !figures.includes(p) && !figures.some((f) => f.subject.id === p.subject.id && f.predicate === p.predicate));
  const support = sections.find((s) => s.family === "support");
  const graph = drawing(found, known);
  return {
    title: incident.name,
    content: [
      h("p", { class: "quiet small" }, "Incident"),
      h("h1", {}, foreign(incident.name, 160)),
      note ? h("p", { class: "quiet" }, note) : "",
      h("p", { class: "row middle" }, h("a", { href: to(["entity", incident.id]) }, "Graph and all statements"), browserLink(incident.id)),
      h("div", { class: "grid" },
        h("section", { class: "card" }, h("h2", {}, "Who was hit"), victims.length ? victims.map((v) => linkFact(v.edge, v.entity)) : h("p", { class: "quiet" }, "No victim is named."), when(timeline)),
        h("section", { class: "card" }, h("h2", {}, "Who is said to be behind it"),
          facts.length ? [h("h3", {}, "Stated as fact"), facts.map((a) => actor(a))] : "",
          claims.length ? [h("h3", {}, "Claimed or alleged"), claims.map((a) => actor(a))] : "",
          actors.length ? "" : h("p", { class: "quiet" }, "No document names anybody.")),
        h("section", { class: "card" }, h("h2", {}, "In figures"), figures.length ? fold(figures.map((f) => figure(f, incident))) : h("p", { class: "quiet" }, "No figures are given.")),
        support ? family(support, incident, known) : "",
        others.length ? h("section", { class: "card" }, h("h2", {}, "Where sources disagree"), h("dl", { class: "facts" }, propertyRows(others, incident.id)), h("p", { class: "small quiet" }, "What disagrees stands side by side with its sources; none is preferred.")) : ""),
      h("section", { class: "card" }, h("h2", {}, "Timeline"), timelineAxis(timeline, incident.id), h("div", { class: "columns" }, timelineList(timeline))),
      h("div", { class: "split" },
        h("section", { class: "card" }, h("h2", {}, "The case as a graph"), graph.root),
        h("section", { class: "card" }, h("h2", {}, `Sources (${sources.length})`), h("ul", { class: "plain gaps" }, sources.map((d) => h("li", {}, h("a", { href: to(["document", d.id]) }, foreign(d.title || "a document", 140)),
          h("div", { class: "small quiet" }, [d.publisher ? foreign(d.publisher) : null, d.published_on ? date(d.published_on) : null, d.marking].filter(Boolean).flatMap((part, i) => [i ? " · " : "", part]))))))),
      h("div", { class: "columns wide" }, sections.filter((s) => !ABOVE.includes(s.family) && s !== support && (s.links.length || s.properties.length)).map((s) => family(s, incident, known))),
    ],
  };
}

// What concerns the incident itself goes before what concerns a victim, and money before other counts.
const weight = (property, incident) => (property.subject.id === incident.id ? 0 : 2) + (property.values[0].datatype === "money" ? 0 : 1);

const family = (section, incident, known) => h("section", { class: "card" }, h("h2", {}, section.label),
  h("dl", { class: "facts" }, propertyRows(section.properties, incident.id), linkRows(section.links, incident.id, known)));

function when(events) {
  const dated = events.filter((e) => e.kind === "event");
  if (!dated.length) return "";
  const [first, last] = [dated[0].date, dated.at(-1).date];
  return [h("h3", { class: "apart" }, "When"), h("p", {}, first === last ? date(first) : `${date(first)} to ${date(last)}`)];
}

const actor = ({ entity, edge }) => fact("div", h("span", { class: "quiet" }, edge.label), linkFact(edge, entity));

function figure(property, incident) {
  const [best, ...others] = property.values;
  const one = (f) => h("div", {}, h("span", { class: f === best ? "figure" : "" }, literal(f)), " ", f.modality === FACT ? "" : badge(f.modality), " ",
    why(f.sources, () => openStatement(f.evidence.statement), property.label), " ", h("span", { class: "small quiet" }, foreign(f.evidence.publisher ?? f.evidence.title, 60)));
  return h("div", { class: property.disagree ? "fact-block disagree" : "fact-block" }, h("p", { class: "quiet small" }, property.subject.id === incident.id ? "" : [entityLink(property.subject), ": "], property.label, property.disagree ? " — sources disagree" : ""), one(best), others.map(one));
}

function drawing({ incident, victims, actors, sections }, known) {
  const edges = new Map();
  for (const edge of [...victims.map((v) => v.edge), ...actors.map((a) => a.edge), ...sections.flatMap((s) => s.links)]) edges.set(`${edge.source} ${edge.predicate} ${edge.target}`, edge);
  const ids = new Set([incident.id, ...[...edges.values()].flatMap((e) => [e.source, e.target])]);
  const nodes = [...ids].map((id) => known.get(id) ?? { id, name: id, type: id === incident.id ? incident.type : "Entity" });
  return graphView({ nodes, edges: [...edges.values()], centre: incident.id, view: `incident/${incident.id}`, name: incident.id, label: `The case of ${incident.name.slice(0, 80)}`, onEdge: openEdge, onNode: (n) => n.id !== incident.id && (location.hash = toEntity(n)) });
}
