/* Upload of a report: progress, then what it added. */
import { ApiError, api, request, token } from "../client.js";
import { fact, foreign, h } from "../dom.js";
import { openEdge } from "../parts/edge.js";
import { entityLink } from "../parts/facts.js";
import { graphView } from "../parts/graph.js";
import { graphOf } from "../parts/said.js";
import { to, toEntity } from "../route.js";

const DRAWN = 3; // documents of an archive that are shown at once
const WAIT = 700; // ms between looks at the progress of a long load

export async function view() {
  const shown = h("div", { class: "stack" });
  const state = h("div", { role: "status", "aria-live": "polite" });
  const secret = h("input", { type: "password", autocomplete: "off", value: token.get(), onchange: (e) => token.set(e.target.value.trim()) });
  const file = h("input", { type: "file", accept: ".txt,.md,.html,.htm,.pdf,text/plain,text/markdown,text/html,application/pdf", id: "file", onchange: () => send(file.files[0]) });
  const drop = h("div", {
    class: "drop", ondragover: (e) => { e.preventDefault(); drop.classList.add("over"); }, ondragleave: () => drop.classList.remove("over"),
    ondrop: (e) => { e.preventDefault(); drop.classList.remove("over"); send(e.dataTransfer.files[0]); },
  }, h("p", {}, h("label", { for: "file" }, "Text, Markdown, HTML or PDF"), " "), file, h("p", { class: "small quiet" }, "or drop it here"));

  async function send(report) {
    if (!report) return;
    const bar = h("progress", { "aria-label": "Reading the report" });
    const stage = h("span", {}, "sending");
    state.replaceChildren(h("p", {}, foreign(report.name, 100), ": ", stage, "…"), bar);
    try {
      const form = new FormData();
      form.append("file", report, report.name);
      let job = await request("v1/documents", { method: "POST", body: form });
      while (job.state === "queued" || job.state === "running") {
        bar.max = job.total;
        bar.value = job.done;
        stage.textContent = job.stage;
        await new Promise((resolve) => setTimeout(resolve, WAIT));
        job = await request(`v1/jobs/${encodeURIComponent(job.id)}`);
      }
      if (job.failure) throw new ApiError({ title: "Not loaded", detail: job.failure.detail, hint: job.failure.hint }, job.failure.status);
      state.replaceChildren(added(job));
      shown.replaceChildren(...(await Promise.all(job.documents.slice(0, DRAWN).map(whatItAdded))));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      state.replaceChildren(h("section", { class: "card error" }, h("p", {}, foreign(error.message, 500)), error.hint ? h("p", {}, foreign(error.hint, 300)) : "", error.status === 401 || error.status === 403 ? h("p", {}, "Loading needs a token with the role loader: ", h("code", {}, "incidentgraph token"), " makes one.") : ""));
    }
  }

  return {
    title: "Upload",
    content: [h("h1", {}, "Upload a report"), h("div", { class: "card stack" }, h("label", {}, "Token (kept in this tab only)", secret), drop, state), shown],
  };
}

function added(job) {
  return h("ul", {}, job.documents.map((d) => h("li", {}, h("a", { href: to(["document", d.document]) }, foreign(d.title || "the document", 120)),
    d.unchanged ? " — was there already" : ` — ${d.statements_added} statements${d.entities_added === null ? "" : `, ${d.entities_added} entities and ${d.relationships_added} links`} added`)));
}

/** The incidents of a document that was loaded, and all that it says as a graph. */
async function whatItAdded({ document: key }) {
  const found = await api.document(key);
  const incidents = found.entities.filter((e) => e.type === "Incident");
  const graph = graphOf(found.statements);
  return h("section", { class: "card" }, h("h2", {}, "What ", foreign(found.title || "it", 100), " says"),
    incidents.length ? fact("p", h("span", { class: "quiet" }, incidents.length === 1 ? "Incident:" : "Incidents:"), incidents.map(entityLink)) : "",
    graph.edges.length ? graphView({ ...graph, addressed: false, name: found.id, label: "What the report says", onEdge: openEdge, onNode: (n) => { location.hash = toEntity(n); } }).root
      : h("p", { class: "quiet" }, "No links between entities were read in it."));
}
