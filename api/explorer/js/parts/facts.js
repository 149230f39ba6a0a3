/* Links and figures as they stand in a case or on an entity's page: claims apart from facts, figures that disagree side by side. */
import { fact, foreign, h } from "../dom.js";
import { toEntity } from "../route.js";
import { openEdge, openStatement } from "./edge.js";
import { badge, date, dot, inverse, literal } from "./look.js";

export const entityLink = (entity) => h("a", { href: toEntity(entity) }, foreign(entity.name, 120));

const counted = (n, one) => `${n} ${one}${n === 1 ? "" : "s"}`;

/** The button that opens what supports an edge or a figure. */
export const why = (sources, open, what) =>
  h("button", { class: "evidence-button", onclick: open, "aria-label": `${counted(sources, "source")} for ${what.slice(0, 80)}: show the sentence` }, counted(sources, "source"));

/** One link, read from the side of `from`. */
export function linkFact(edge, other) {
  return fact("div", dot(other.type), entityLink(other), edge.evidence.role ? h("span", { class: "quiet" }, foreign(edge.evidence.role, 100)) : null,
    edge.modality === "asserted" ? null : badge(edge.modality), why(edge.sources, () => openEdge(edge), other.name));
}

function figureFact(figure, label) {
  return fact("div", figure.datatype === "text" ? h("q", {}, literal(figure)) : h("strong", {}, literal(figure)), figure.modality === "asserted" ? null : badge(figure.modality),
    why(figure.sources, () => openStatement(figure.evidence.statement), label),
    h("span", { class: "quiet small" }, foreign(figure.evidence.publisher || figure.evidence.title, 60), figure.evidence.published_on ? `, ${date(figure.evidence.published_on)}` : ""));
}

const SHOWN = 4;

/** A list that shows its first few at once. */
export function fold(items) {
  if (items.length <= SHOWN + 1) return items;
  return [...items.slice(0, SHOWN), h("details", {}, h("summary", { class: "small" }, `${items.length - SHOWN} more`), items.slice(SHOWN))];
}

/** Rows of a definition list for the properties of an entity. */
export function propertyRows(properties, about) {
  return properties.flatMap((p) => [
    h("dt", {}, p.subject.id === about ? null : [entityLink(p.subject), " "], p.label),
    h("dd", { class: p.disagree ? "disagree" : "" }, p.disagree ? h("p", { class: "small quiet" }, "Sources disagree:") : null, fold(p.values.map((v) => figureFact(v, p.label)))),
  ]);
}

/** Rows for the edges of an entity, a predicate and direction each. `entities` maps ids to entities. */
export function linkRows(edges, about, entities) {
  const groups = new Map();
  for (const edge of edges) {
    const key = edge.source === about ? edge.label : edge.target === about ? inverse(edge.predicate) : edge.label;
    groups.set(key, [...(groups.get(key) ?? []), edge]);
  }
  return [...groups].flatMap(([label, group]) => [
    h("dt", {}, label),
    h("dd", {}, fold(group.map((edge) => edgeFact(edge, about, entities)))),
  ]);
}

function edgeFact(edge, about, entities) {
  const unknown = (id) => entities.get(id) ?? { id, name: id, type: "Entity" };
  if (edge.source === about) return linkFact(edge, unknown(edge.target));
  if (edge.target === about) return linkFact(edge, unknown(edge.source));
  return fact("div", entityLink(unknown(edge.source)), h("span", { class: "quiet" }, "→"), linkFact(edge, unknown(edge.target)));
}
