/* The shortest ways between two entities, with the sentences that support each step. */
import { api } from "../client.js";
import { foreign, h } from "../dom.js";
import { openEdge } from "../parts/edge.js";
import { entityLink } from "../parts/facts.js";
import { graphView } from "../parts/graph.js";
import { badge } from "../parts/look.js";
import { searchBox } from "../parts/search.js";
import { parse, to, toEntity } from "../route.js";

export async function view(_, parameters) {
  const [from, to_] = [parameters.get("from"), parameters.get("to")];
  const [found, ...ends] = await Promise.all([from && to_ ? api.paths(from, to_) : null, ...[from, to_].map((id) => (id ? api.entity(id) : null))]);
  const set = (name) => (entity) => {
    const { parameters: now } = parse();
    location.hash = to(["path"], { from: now.get("from"), to: now.get("to"), [name]: entity.id });
  };
  const bar = h("div", { class: "ends" },
    h("div", {}, h("p", { class: "small quiet" }, "From"), searchBox({ label: "First entity", choose: set("from"), value: ends[0]?.name ?? "" })),
    h("div", {}, h("p", { class: "small quiet" }, "To"), searchBox({ label: "Second entity", choose: set("to"), value: ends[1]?.name ?? "" })));
  const head = [h("h1", {}, "How are two entities linked?"), bar];
  if (!ends[0] || !ends[1]) return { title: "Paths", content: [...head, h("p", { class: "quiet" }, "Choose two entities: the shortest ways between them are shown, each step with the sentence that supports it.")] };
  if (!found.paths.length) return { title: "Paths", content: [...head, h("p", { role: "status" }, `No way was found. ${found.note}`)] };
  const nodes = new Map(found.paths.flatMap((p) => p.nodes).map((n) => [n.id, n]));
  const edges = new Map(found.paths.flatMap((p) => p.steps).map((s) => [`${s.edge.source} ${s.edge.predicate} ${s.edge.target}`, s.edge]));
  return {
    title: `${ends[0].name} to ${ends[1].name}`,
    content: [...head, found.note ? h("p", { class: "quiet" }, found.note) : "",
      graphView({ nodes: [...nodes.values()], edges: [...edges.values()], centre: from, view: `path/${from}/${to_}`, name: `${from}-${to_}`, label: "The paths", onEdge: openEdge, onNode: (n) => { location.hash = toEntity(n); } }).root,
      h("ol", { class: "plain stack" }, found.paths.map((path) => h("li", { class: "card" }, steps(path), h("p", { class: "quiet" }, foreign(path.prose, 2000)))))],
  };
}

const steps = (path) => h("div", { class: "steps" }, entityLink(path.nodes[0]), path.steps.flatMap((step, i) => [
  h("button", { class: "evidence-button", onclick: () => openEdge(step.edge) }, step.forward ? `— ${step.edge.label} →` : `← ${step.edge.label} —`),
  step.edge.modality === "asserted" ? "" : badge(step.edge.modality), entityLink(path.nodes[i + 1])]));
