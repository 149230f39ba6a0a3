/* The state of a view is in the address after `#`, so that any view can be linked to and gone back to. */

/** `#/entity/jlr?depth=2` as `{ path: ["entity", "jlr"], parameters: URLSearchParams }`. */
export function parse(hash = location.hash) {
  const [path, search = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  const parts = path.split("/").filter(Boolean).map((part) => {
    try {
      return decodeURIComponent(part);
    } catch {
      return part;
    }
  });
  return { path: parts, parameters: new URLSearchParams(search) };
}

/** The address of a view. */
export function to(parts, parameters = {}) {
  const pairs = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    for (const one of [value].flat()) if (one !== undefined && one !== null && one !== "") pairs.append(name, one);
  }
  const search = pairs.toString();
  return `#/${parts.map(encodeURIComponent).join("/")}${search ? `?${search}` : ""}`;
}

/** Put changed parameters of the same view in the address, beside those that it has, without a new entry in the history. */
export function keep(changed) {
  const { path, parameters } = parse();
  const all = Object.fromEntries([...parameters.keys()].map((name) => [name, parameters.getAll(name)]));
  history.replaceState(null, "", to(path, { ...all, ...changed }));
}

export const toEntity = (entity) => to([isIncident(entity) ? "incident" : "entity", entity.id]);
export const toStatement = (statement) => to(["document", documentOf(statement)], { statement: statement.id });

const isIncident = (entity) => entity.type === "Incident";
const documentOf = (statement) => statement.document.id ?? statement.document;
