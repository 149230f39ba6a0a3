/* The documents in the graph. */
import { api } from "../client.js";
import { foreign, h } from "../dom.js";
import { date } from "../parts/look.js";
import { to } from "../route.js";

export async function view() {
  const found = await api.documents({ limit: 100 });
  const body = h("tbody", {}, found.items.map(row));
  let cursor = found.cursor;
  const button = h("button", { onclick: async () => {
    const next = await api.documents({ limit: 100, cursor });
    body.append(...next.items.map(row));
    cursor = next.cursor;
    if (!cursor) button.remove();
  } }, "Show more");
  return {
    title: "Documents",
    content: [h("h1", {}, "Documents"), found.items.length ? h("div", { class: "card table", tabindex: "0", role: "region", "aria-label": "Documents" }, h("table", {}, h("thead", {}, h("tr", {}, ["Title", "Publisher", "Published", "Marking"].map((t) => h("th", { scope: "col" }, t)))), body))
      : h("p", {}, "No document is loaded. ", h("a", { href: "#/upload" }, "Upload one.")), cursor ? h("p", {}, button) : ""],
  };
}

const row = (d) => h("tr", {}, h("td", {}, h("a", { href: to(["document", d.id]) }, foreign(d.title || d.id, 160))), h("td", {}, foreign(d.publisher ?? "", 80)), h("td", {}, d.published_on ? date(d.published_on) : ""), h("td", {}, d.marking));
