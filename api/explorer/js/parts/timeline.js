/* Events in order of their dates. */
import { foreign, h } from "../dom.js";
import { to } from "../route.js";
import { openStatement } from "./edge.js";
import { entityLink, why } from "./facts.js";
import { badge, date } from "./look.js";

export function timelineList(events) {
  if (!events.length) return h("p", { class: "quiet" }, "No document gives a date.");
  return h("ol", { class: "timeline" }, events.map((event) => h("li", {}, h("time", { datetime: event.date }, date(event.date)), " ",
    event.kind === "report"
      ? h("span", { class: "quiet" }, "reported: ", h("a", { href: to(["document", event.document.id]) }, foreign(event.document.title || "a document", 120)), event.document.publisher ? [", ", foreign(event.document.publisher, 60)] : "")
      : h("span", {}, event.subject ? [entityLink(event.subject), " "] : "", event.label, " ", event.modality && event.modality !== "asserted" ? badge(event.modality) : "",
          event.evidence ? why(event.sources, () => openStatement(event.evidence.statement), event.label) : ""))));
}
