/* Elements are made by hand and text is only ever set as text, so that a hostile document stays inert. */

/** Make an element: attributes, listeners (`onclick`), `class`, `data`; children are nodes or text, empty ones left out. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.className = value;
    else if (name === "data") Object.assign(element.dataset, value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((c) => c !== undefined && c !== null && c !== false && c !== ""));
  return element;
}

/** Parts of a line with spaces between them, so that it breaks and is read between any two. */
export function fact(tag, ...parts) {
  const there = parts.flat(Infinity).filter((part) => part !== undefined && part !== null && part !== false && part !== "");
  return h(tag, { class: "fact" }, there.flatMap((part, i) => (i ? [" ", part] : [part])));
}

/** An element of SVG. */
export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== null) element.setAttribute(name, value);
  }
  element.append(...children.flat(Infinity).filter((c) => c !== undefined && c !== null));
  return element;
}

/** Text from a document, kept from reordering what stands around it and cut when it is absurdly long. */
export function foreign(text, most = 300) {
  const whole = String(text ?? "");
  const shown = whole.length > most ? `${whole.slice(0, most)}…` : whole;
  return h("bdi", { title: whole.length > most ? whole.slice(0, 2000) : null }, shown);
}

/** A link out of the graph, only for web addresses: anything else is shown as text. */
export function outward(address, label = address) {
  try {
    const url = new URL(address);
    if (url.protocol === "https:" || url.protocol === "http:") {
      return h("a", { href: url.href, rel: "noopener noreferrer", target: "_blank" }, foreign(label));
    }
  } catch {
    /* not an address: shown as text below */
  }
  return foreign(label);
}

export function announce(text) {
  document.getElementById("announce").textContent = text;
}
