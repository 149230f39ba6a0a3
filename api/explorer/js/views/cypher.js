/* A Cypher box with its answer as a table and, where nodes and relationships are in it, as a graph. */
import { api } from "../client.js";
import { foreign, h } from "../dom.js";
import { csv, save } from "../parts/download.js";
import { showEvidence } from "../parts/evidence.js";
import { graphView } from "../parts/graph.js";
import { keep, toEntity } from "../route.js";
import { loadEdge, fromCypher, cellText } from "../parts/cypher_values.js";

const START = "MATCH (i:Incident)-[r]->(e)\nRETURN i, r, e\nLIMIT 60";
const SAMPLES = [
  ["Who hit whom", "MATCH (v)<-[:TARGETED]-(i:Incident)-[r:CLAIMED_BY|ATTRIBUTED_TO]->(a)\nRETURN v.name AS victim, type(r) AS link, r.modality AS modality, a.name AS actor"],
  ["Owners of victims", "MATCH (:Incident)-[:TARGETED]->(v)-[o:OWNED_BY]->(owner)\nRETURN v, o, owner"],
  ["Losses side by side", "MATCH (s:Statement {predicate: 'financialLoss'})-[:STATED_IN]->(d:Document)\nMATCH (s)-[:SUBJECT]->(who)\nRETURN who.name AS who, s.value AS loss, s.modality AS modality, d.publisher AS source, s.quote AS quote"],
  ["Support and who stands behind it", "MATCH (m:SupportMeasure)-[r]->(e)\nRETURN m, r, e"],
];

export async function view(_, parameters) {
  const box = h("textarea", { rows: 7, spellcheck: "false", id: "cypher", onkeydown: (e) => { if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) run(); } });
  box.value = parameters.get("q") ?? START;
  const answer = h("div", { class: "stack" });
  const button = h("button", { class: "primary", onclick: run }, "Run");

  async function run() {
    keep({ q: box.value });
    button.disabled = true;
    answer.replaceChildren(h("p", { class: "quiet" }, "Running…"));
    try {
      const started = performance.now();
      show(await api.cypher(box.value), performance.now() - started);
    } catch (error) {
      answer.replaceChildren(h("section", { class: "card error", role: "alert" }, h("p", {}, foreign(error.message, 1000)), error.hint ? h("p", {}, foreign(error.hint, 500)) : null));
    }
    button.disabled = false;
  }

  function show({ columns, rows, truncated, note }, ms) {
    const graph = fromCypher(rows);
    const table = h("div", { class: "table card", tabindex: "0", role: "region", "aria-label": "Answer as a table" },
      h("table", {}, h("thead", {}, h("tr", {}, columns.map((c) => h("th", { scope: "col" }, foreign(c))))),
        h("tbody", {}, rows.map((row) => h("tr", {}, row.map((value) => h("td", {}, cell(value))))))));
    answer.replaceChildren(
      h("p", { class: "row middle" }, h("span", { role: "status" }, `${rows.length} row${rows.length === 1 ? "" : "s"} in ${Math.round(ms)} ms`), truncated ? h("strong", {}, note || "The answer was cut at a bound.") : null,
        h("button", { onclick: () => save(csv([columns, ...rows.map((r) => r.map(cellText))]), "answer.csv") }, "CSV")),
      graph.nodes.length ? graphView({ ...graph, name: "answer", label: "The answer as a graph", onEdge: async (e) => showEvidence(...(await loadEdge(e))), onNode: (n) => n.linked && (location.hash = toEntity(n)) }).root : "",
      table);
  }

  function cell(value) {
    if (value?.kind === "node" && value.labels.includes("Entity")) return h("a", { href: toEntity({ id: value.id, type: value.labels.includes("Incident") ? "Incident" : "Entity" }) }, foreign(value.properties?.name ?? value.id, 120));
    return foreign(cellText(value), 400);
  }

  if (parameters.get("q")) queueMicrotask(run);
  return {
    title: "Cypher",
    content: [h("h1", {}, "Cypher"), h("p", { class: "quiet" }, "Read-only, and bounded in rows and time. Ctrl + Enter runs it."),
      h("div", { class: "row", role: "group", "aria-label": "Sample queries" }, SAMPLES.map(([name, text]) => h("button", { onclick: () => { box.value = text; run(); } }, name))),
      h("p", {}, h("label", { for: "cypher" }, "Query"), box), h("p", {}, button), answer],
  };
}
