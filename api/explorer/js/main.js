/* The router: the address says which view is shown. */
import { announce, h } from "./dom.js";
import { parse } from "./route.js";
import { goTo, searchBox } from "./parts/search.js";

const VIEWS = {
  "": () => import("./views/home.js"),
  incident: () => import("./views/incident.js"),
  entity: () => import("./views/entity.js"),
  path: () => import("./views/path.js"),
  documents: () => import("./views/documents.js"),
  document: () => import("./views/document.js"),
  cypher: () => import("./views/cypher.js"),
  upload: () => import("./views/upload.js"),
};

const main = document.getElementById("view");
let turn = 0;

/** What went wrong, what to do about it. */
export function errorCard(error) {
  return h("section", { class: "card error", role: "alert" }, h("h1", {}, error.title ?? "This cannot be shown"), h("p", {}, error.message), error.hint ? h("p", {}, error.hint) : null,
    error.status === 401 ? h("p", {}, "Set a token under ", h("a", { href: "#/upload" }, "Upload"), ".") : null);
}

async function show() {
  const mine = ++turn;
  const { path, parameters } = parse();
  const [name = "", ...rest] = path;
  for (const link of document.querySelectorAll(".bar nav a")) {
    const here = parse(link.getAttribute("href")).path[0] ?? "";
    if (here === name) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  main.setAttribute("aria-busy", "true");
  let content;
  let title = "Incident Graph";
  try {
    const load = VIEWS[name];
    if (!load) throw Object.assign(new Error(`There is no view “${name.slice(0, 60)}”.`), { hint: "Start from the list of incidents." });
    const module = await load();
    ({ content, title } = await module.view(rest, parameters));
  } catch (error) {
    content = errorCard(error);
    title = "Not shown";
  }
  if (mine !== turn) return; // another view was asked for meanwhile
  main.replaceChildren(...[content].flat());
  main.removeAttribute("aria-busy");
  document.title = title === "Incident Graph" ? title : `${title.slice(0, 100)} · Incident Graph`;
  if (mine > 1) {
    main.focus({ preventScroll: true });
    window.scrollTo(0, 0);
    announce(title);
  }
  main.querySelector("[data-scroll-here]")?.scrollIntoView({ block: "center" });
}

document.getElementById("search").replaceWith(searchBox({ label: "Search a company, actor, agency, incident", choose: goTo, shortcut: true }));
window.addEventListener("hashchange", show);
show();
