/* Asks for what the addressed view begins with at once, while the modules of the page are still on their way. */
const id = encodeURIComponent;
const BEGINNINGS = {
  "": (_, plain) => (plain ? ["v1/incidents?limit=60", "v1/stats"] : []),
  incident: (key) => [`v1/incidents/${id(key)}`],
  entity: (key, plain) => ["", "/timeline", ...(plain ? ["/related?depth=1&limit=300"] : [])].map((part) => `v1/entities/${id(key)}${part}`),
  document: (key) => [`v1/documents/${id(key)}`],
};

/** The name under which the token stays in the tab. */
export const TOKEN = "incident-graph-token";

const asked = new Map();

/** The answer to a request of the same address that was sent early; each is given once. */
export function early(path) {
  const answer = asked.get(path);
  asked.delete(path);
  return answer;
}

/** How a request of the page to the API says who asks. */
export function bearer() {
  const token = sessionStorage.getItem(TOKEN);
  return token ? { Authorization: `Bearer ${token}` } : {};
}

function begin() {
  const [address, parameters] = location.hash.replace(/^#\/?/, "").split("?");
  const [view, key] = address.split("/");
  try {
    if (view && !key) return;
    for (const path of BEGINNINGS[view]?.(decodeURIComponent(key ?? ""), !parameters) ?? []) {
      const answer = fetch(path, { headers: { Accept: "application/json", ...bearer() }, credentials: "same-origin" });
      answer.catch(() => null); // whoever takes it sees the failure
      asked.set(path, answer);
    }
  } catch {
    /* an address that cannot be read: the view says so */
  }
}

begin();
