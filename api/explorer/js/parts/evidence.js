/* From any edge, one click to its sentences: the panel at the side, and the statement as it looks everywhere. */
import { api } from "../client.js";
import { fact, foreign, h } from "../dom.js";
import { toEntity, toStatement } from "../route.js";
import { badge, date, literal, words } from "./look.js";

const panel = () => document.getElementById("evidence");
let before;

const named = (entity) => h("a", { href: toEntity(entity) }, foreign(entity.name, 120));

/** A statement: who, what, whom, how surely, the sentence, and where it stands. */
export function statementCard(statement) {
  const target = statement.object;
  return h("article", { class: "statement" },
    fact("p", named(statement.subject), h("span", { class: "quiet" }, words(statement.predicate)),
      target.datatype ? h("strong", {}, literal(target)) : named(target), statement.role ? h("span", {}, "as ", foreign(statement.role, 120)) : null,
      badge(statement.modality), statement.speaker ? h("span", { class: "small" }, "according to ", named(statement.speaker)) : null),
    h("blockquote", {}, foreign(statement.quote, 1200)),
    h("p", { class: "small quiet" }, h("a", { href: toStatement(statement) }, "Open the sentence in its document"), " · ", source(statement)));
}

export function source(statement) {
  const document = statement.document;
  const parts = [document.title, document.publisher].filter(Boolean).map((t) => foreign(t, 120));
  return [parts.length > 1 ? [parts[0], ", ", parts[1]] : parts, document.published_on ? `, ${date(document.published_on)}` : ""];
}

const AROUND = 220; // characters of the document shown on either side of a sentence

/** Put what stands before and after a sentence in its document around it. Offsets count Unicode characters. */
async function inContext(statement, card) {
  const found = await api.document(statement.document.id).catch(() => null); // without it the sentence alone is shown
  if (!found || !card.isConnected) return;
  const characters = Array.from(found.body);
  const part = (from, until) => characters.slice(Math.max(0, from), until).join("");
  card.querySelector("blockquote").replaceChildren(
    h("span", { class: "quiet" }, statement.start > AROUND ? "…" : "", part(statement.start - AROUND, statement.start)),
    h("mark", {}, part(statement.start, Math.min(statement.end, statement.start + 1200))),
    h("span", { class: "quiet" }, part(statement.end, statement.end + AROUND), statement.end + AROUND < characters.length ? "…" : ""));
}

/** Show statements in the panel, the first in its place in its document; the focus goes there and comes back when it is closed. */
export function showEvidence(title, statements, more = null) {
  before = document.activeElement;
  const close = h("button", { class: "close", onclick: hideEvidence, "aria-label": "Close the evidence" }, "✕");
  const cards = statements.map(statementCard);
  panel().replaceChildren(close, h("h2", { id: "evidence-title" }, title),
    ...(cards.length ? cards : [h("p", {}, "No sentence is kept for this link.")]), more ?? "");
  panel().hidden = false;
  close.focus();
  if (cards.length) inContext(statements[0], cards[0]);
}

export function hideEvidence() {
  if (panel().hidden) return;
  panel().hidden = true;
  if (before?.isConnected) before.focus();
}

document.addEventListener("keydown", (event) => event.key === "Escape" && hideEvidence());
window.addEventListener("hashchange", () => { panel().hidden = true; });
