/* Where somebody dragged the nodes of a view: kept in this browser alone, for the address says what is shown, not where. */

const KEY = "incident-graph-places";
const MOST_VIEWS = 40;

const all = () => {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? {};
  } catch {
    return {}; // no storage, or not ours
  }
};

function write(views) {
  try {
    localStorage.setItem(KEY, JSON.stringify(views));
  } catch {
    /* full or forbidden: the places last as long as the view */
  }
}

/** `id → {x, y}` of a view. */
export const placesOf = (view) => new Map(Object.entries((view && all()[view]) || {}).map(([id, [x, y]]) => [id, { x, y }]));

export function keepPlaces(view, nodes) {
  if (!view) return;
  const { [view]: before, ...others } = all();
  const kept = Object.fromEntries(Object.entries(others).slice(1 - MOST_VIEWS));
  write({ ...kept, [view]: { ...before, ...Object.fromEntries(nodes.map((n) => [n.id(), [Math.round(n.position("x")), Math.round(n.position("y"))]])) } });
}

export function forgetPlaces(view) {
  const { [view]: _, ...others } = all();
  write(others);
}
