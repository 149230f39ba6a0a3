/* The API, as the page uses it. */
const TOKEN = "incident-graph-token"; // the name under which the token stays in the tab

export class ApiError extends Error {
  constructor(problem, status) {
    super(problem.detail || problem.title || `The server answered ${status}`);
    this.title = problem.title || "The request failed";
    this.hint = problem.hint || "";
    this.status = status;
  }
}

export const token = {
  get: () => sessionStorage.getItem(TOKEN) || "",
  set: (value) => (value ? sessionStorage.setItem(TOKEN, value) : sessionStorage.removeItem(TOKEN)),
};

/** Query string of what is set. */
export function query(parameters) {
  const pairs = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    for (const one of [value].flat()) if (one !== undefined && one !== null && one !== "") pairs.append(name, one);
  }
  const text = pairs.toString();
  return text ? `?${text}` : "";
}

export async function request(path, { method = "GET", body, headers = {}, signal } = {}) {
  const sent = { Accept: "application/json", ...(token.get() && { Authorization: `Bearer ${token.get()}` }), ...headers };
  let response;
  try {
    response = await fetch(path, { method, body, headers: sent, signal, credentials: "same-origin" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError({ title: "The server does not answer", detail: "Is incidentgraph serve still running?" }, 0);
  }
  if (!response.ok) {
    const problem = await response.json().catch(() => ({ title: response.statusText }));
    throw new ApiError(problem, response.status);
  }
  return response.status === 204 ? null : response.json();
}

const id = encodeURIComponent;

export const api = {
  search: (q, more = {}, signal) => request(`v1/entities${query({ q, ...more })}`, { signal }),
  entity: (key) => request(`v1/entities/${id(key)}`),
  related: (key, filters = {}) => request(`v1/entities/${id(key)}/related${query(filters)}`),
  statementsOf: (key, filters = {}) => request(`v1/entities/${id(key)}/statements${query(filters)}`),
  timeline: (key) => request(`v1/entities/${id(key)}/timeline`),
  stats: () => request("v1/stats"),
  incidents: (more = {}) => request(`v1/incidents${query(more)}`),
  incident: (key) => request(`v1/incidents/${id(key)}`),
  paths: (from, to, max_hops) => request(`v1/paths${query({ from, to, max_hops })}`),
  documents: (more = {}) => request(`v1/documents${query(more)}`),
  document: (key) => request(`v1/documents/${id(key)}`),
  statement: (key) => request(`v1/statements/${id(key)}`),
  cypher: (text, parameters = {}, limit = 2000) =>
    request("v1/cypher", {
      method: "POST",
      body: JSON.stringify({ query: text, parameters, limit }),
      headers: { "Content-Type": "application/json" },
    }),
};
