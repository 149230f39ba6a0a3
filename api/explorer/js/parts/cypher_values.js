/* Values in the answers of `/v1/cypher`: nodes, relationships and paths as a drawn graph, the rest as text. */
import { edgeStatements } from "./edge.js";
import { lookOf } from "./look.js";

const kindOf = (value) => (value && typeof value === "object" ? value.kind : null);

function* within(value) {
  if (Array.isArray(value)) for (const one of value) yield* within(one);
  else if (kindOf(value) === "path") { yield* value.nodes; yield* value.relationships; }
  else if (kindOf(value)) yield value;
  else if (value && typeof value === "object") for (const one of Object.values(value)) yield* within(one);
}

// A node has its class and all above it as labels; the most specific one, which has the most above it, gives its colour.
const typeOf = (labels) => [...labels].sort((a, b) => lookOf(b).labels.length - lookOf(a).labels.length)[0] ?? "";

const camel = (type) => type.toLowerCase().replace(/_([a-z])/g, (_, c) => c.toUpperCase());

/** The nodes and relationships of an answer; a relationship to a node that is not in it is left out. */
export function fromCypher(rows) {
  const nodes = new Map();
  const relationships = new Map();
  for (const value of within(rows)) (value.kind === "node" ? nodes : relationships).set(value.element_id, value);
  const drawn = [...nodes.values()].map((n) => ({
    id: n.element_id, entity: n.id, linked: n.labels.includes("Entity"), type: typeOf(n.labels),
    name: String(n.properties.name ?? n.properties.title ?? n.properties.predicate ?? n.id ?? n.labels[0] ?? "node"),
  }));
  const edges = [...relationships.values()].filter((r) => nodes.has(r.source_element_id) && nodes.has(r.target_element_id)).map((r) => ({
    source: r.source_element_id, target: r.target_element_id, predicate: camel(r.type), modality: r.properties.modality ?? "asserted", sources: r.properties.sources?.length ?? 1,
    subject: nodes.get(r.source_element_id).id, object: nodes.get(r.target_element_id).id,
  }));
  return { nodes: drawn, edges };
}

export const loadEdge = (edge) => edgeStatements({ source: edge.subject, target: edge.object, predicate: edge.predicate });

export function cellText(value) {
  if (value === null || value === undefined) return "";
  if (kindOf(value) === "node") return String(value.properties.name ?? value.properties.title ?? value.id ?? value.labels.join(":"));
  if (kindOf(value) === "relationship") return value.type;
  if (kindOf(value) === "path") return value.nodes.map(cellText).join(" → ");
  if (typeof value === "object") return JSON.stringify(value);
  return String(value);
}
