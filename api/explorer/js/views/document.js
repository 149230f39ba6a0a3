/* A document with its statements marked in the text. */
import { api } from "../client.js";
import { fact, foreign, h, outward } from "../dom.js";
import { badge, date, dot, literal, words } from "../parts/look.js";
import { entityLink } from "../parts/facts.js";
import { keep } from "../route.js";

export async function view([key], parameters) {
  const found = await api.document(key);
  const chosen = parameters.get("statement");
  const marks = [];
  const body = h("div", { class: "body card", lang: found.language, dir: "auto" }, marked(found.body, found.statements, marks, pick));
  const list = h("ol", { class: "plain" }, found.statements.map((s) => h("li", { class: "statement", data: { id: s.id } },
    h("button", { class: "evidence-button", onclick: () => pick(s.id, true), "aria-label": `Show the sentence: ${s.subject.name.slice(0, 60)} ${words(s.predicate)}` }, words(s.predicate)), " ",
    badge(s.modality), fact("div", dot(s.subject.type), entityLink(s.subject), "→", s.object.datatype ? h("strong", {}, literal(s.object)) : entityLink(s.object)),
    s.speaker ? h("div", { class: "small quiet" }, "according to ", entityLink(s.speaker)) : "")));

  function pick(id, scroll) {
    for (const { element, ids } of marks) element.classList.toggle("on", ids.includes(id));
    for (const item of list.children) item.toggleAttribute("data-on", item.dataset.id === id);
    const target = scroll ? marks.find((m) => m.ids.includes(id))?.element : [...list.children].find((i) => i.dataset.id === id);
    target?.scrollIntoView({ block: "center" });
    keep({ statement: id });
  }

  if (chosen) {
    for (const { element, ids } of marks) if (ids.includes(chosen)) element.classList.add("on");
    marks.find((m) => m.ids.includes(chosen))?.element.setAttribute("data-scroll-here", "");
  }
  return {
    title: found.title || "Document",
    content: [h("p", { class: "quiet small" }, foreign(found.publisher ?? "Document", 80), found.published_on ? ` · ${date(found.published_on)}` : "", ` · ${found.marking}`),
      h("h1", {}, foreign(found.title || "Untitled document", 200)), found.url ? h("p", {}, outward(found.url)) : "",
      h("div", { class: "split" }, body, h("section", { class: "card sticky", tabindex: "0", "aria-label": "Statements" }, h("h2", {}, `${found.statements.length} statements`), list))],
  };
}

/* Offsets count Unicode characters, as Python does, and strings here count UTF-16 units: the body is cut as an array of characters. */
function marked(body, statements, marks, pick) {
  const characters = Array.from(body);
  const cuts = [...new Set([0, characters.length, ...statements.flatMap((s) => [s.start, s.end])])].sort((a, b) => a - b);
  return cuts.slice(0, -1).map((from, i) => {
    const text = characters.slice(from, cuts[i + 1]).join("");
    const here = statements.filter((s) => s.start <= from && s.end >= cuts[i + 1]).sort((a, b) => a.end - a.start - (b.end - b.start));
    if (!here.length) return text;
    const element = h("mark", { title: here.slice(0, 6).map((s) => words(s.predicate)).join(", "), onclick: () => pick(here[0].id, false) }, text);
    marks.push({ element, ids: here.map((s) => s.id) });
    return element;
  });
}
