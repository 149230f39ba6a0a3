/* Search as you type: a combobox after the ARIA authoring practices. */
import { api } from "../client.js";
import { announce, foreign, h } from "../dom.js";
import { toEntity } from "../route.js";
import { dot } from "./look.js";

const WAIT = 50; // ms of quiet before asking, so that fast typists send one request a word

let counter = 0;

/** A search box; `choose(entity)` is called for the entity taken. */
export function searchBox({ label, choose, value = "", shortcut = false }) {
  const listId = `options-${counter++}`;
  let options = [];
  let active = -1;
  let timer;
  let asked;

  const input = h("input", {
    type: "search", role: "combobox", placeholder: label, "aria-label": label, "aria-expanded": "false", "aria-controls": listId,
    "aria-autocomplete": "list", autocomplete: "off", spellcheck: "false", value,
    oninput: () => {
      clearTimeout(timer);
      timer = setTimeout(ask, WAIT);
    },
    onkeydown: key,
    onblur: () => setTimeout(close, 150),
  });
  const list = h("ul", { id: listId, class: "options", role: "listbox", "aria-label": `${label}: suggestions`, hidden: true });

  async function ask() {
    const text = input.value.trim();
    asked?.abort();
    if (!text) return close();
    asked = new AbortController();
    try {
      const found = await api.search(text, { limit: 12 }, asked.signal);
      show(found.items);
    } catch (error) {
      if (error.name !== "AbortError") announce(error.message);
    }
  }

  function show(items) {
    options = items;
    active = -1;
    list.replaceChildren(...items.map((entity, i) =>
      h("li", { role: "option", id: `${listId}-${i}`, "aria-selected": "false", onmousedown: (e) => { e.preventDefault(); take(i); } },
        dot(entity.type), foreign(entity.name, 80), h("span", { class: "quiet small" }, entity.type))));
    if (!items.length) list.append(h("li", { class: "quiet", role: "option", "aria-disabled": "true", "aria-selected": "false" }, "Nothing found"));
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    announce(`${items.length} found`);
  }

  function close() {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function point(i) {
    if (!options.length) return;
    list.children[active]?.setAttribute("aria-selected", "false");
    active = (i + options.length) % options.length;
    list.children[active].setAttribute("aria-selected", "true");
    list.children[active].scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", `${listId}-${active}`);
  }

  function take(i) {
    const entity = options[i];
    if (!entity) return;
    input.value = entity.name.slice(0, 200);
    close();
    choose(entity);
  }

  function key(event) {
    if (event.key === "ArrowDown") point(active + 1);
    else if (event.key === "ArrowUp") point(active - 1);
    else if (event.key === "Enter") take(active < 0 ? 0 : active);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  }

  if (shortcut) {
    document.addEventListener("keydown", (event) => {
      if (event.key === "/" && !/^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement?.tagName ?? "")) {
        event.preventDefault();
        input.focus();
      }
    });
  }
  return h("div", { class: "search" }, input, list);
}

export const goTo = (entity) => { location.hash = toEntity(entity); };
