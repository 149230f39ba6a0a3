/* Events in order of their dates: drawn on an axis, and as a list that says the same. */
import { foreign, h, svg } from "../dom.js";
import { to } from "../route.js";
import { openStatement } from "./edge.js";
import { entityLink, why } from "./facts.js";
import { badge, date } from "./look.js";

const DAY = 86_400_000;
const LANES = 4;
const LANE = 26; // px between two labels
const FOOT = 30; // px below the line, for the years
const LETTER = 7.2; // px that a letter of a label takes, about

/** First and last moment of a date at its own grain. */
function span(iso) {
  const [year, month, day] = iso.split("-").map(Number);
  const from = Date.UTC(year, (month ?? 1) - 1, day ?? 1);
  return [from, day ? from + DAY : month ? Date.UTC(year, month, 1) : Date.UTC(year + 1, 0, 1)];
}

/** “started on” after a date reads as “started”. */
const happening = (event) => event.label.replace(/ on$/, "");

/** Events of the same day and subject together, so that a day on which much happened is read once. */
function byDate(events) {
  const groups = new Map();
  for (const event of events) {
    const key = `${event.date} ${event.subject?.id ?? event.document?.id}`;
    groups.set(key, [...(groups.get(key) ?? []), event]);
  }
  return [...groups.values()];
}

export function timelineList(events) {
  if (!events.length) return h("p", { class: "quiet" }, "No document gives a date.");
  return h("ol", { class: "timeline" }, byDate(events).map((group) => h("li", {}, h("time", { datetime: group[0].date }, date(group[0].date)), " ", report(group[0]) ?? happened(group))));
}

function report({ kind, document }) {
  if (kind !== "report") return null;
  return h("span", { class: "quiet" }, "reported: ", h("a", { href: to(["document", document.id]) }, foreign(document.title || "a document", 120)), document.publisher ? [", ", foreign(document.publisher, 60)] : "");
}

const happened = (group) => [group[0].subject ? [entityLink(group[0].subject), " "] : "", group.map((event, i) => [i ? " · " : "", happening(event), " ",
  event.modality && event.modality !== "asserted" ? badge(event.modality) : "", event.evidence ? why(event.sources, () => openStatement(event.evidence.statement), event.label) : ""])];

/** The same on an axis, a dot for a day and a bar for a month or a year. `about` is whose timeline it is, and goes without saying. */
export function timelineAxis(events, about) {
  const groups = byDate(events.filter((e) => /^\d{4}(-\d\d){0,2}$/.test(e.date)));
  if (new Set(groups.map((g) => g[0].date)).size < 2) return "";
  const lanes = Math.min(LANES, groups.length);
  const base = lanes * LANE + 8; // where the line stands, below the labels
  const drawing = svg("svg", { role: "img", height: base + FOOT, width: "100%", "aria-label": `Timeline from ${date(groups[0][0].date)} to ${date(groups.at(-1)[0].date)}; the list below says the same.` });
  const room = h("div", { class: "axis" }, drawing);
  room.style.height = `${base + FOOT}px`;
  new ResizeObserver(([entry]) => drawing.replaceChildren(...axis(groups, about, { width: Math.max(240, entry.contentRect.width), base, lanes }))).observe(room);
  return room;
}

function axis(groups, about, { width, base, lanes }) {
  const spans = groups.map((g) => span(g[0].date));
  const [first, last] = [Math.min(...spans.map((s) => s[0])), Math.max(...spans.map((s) => s[1]))];
  const x = (moment) => 12 + ((moment - first) / (last - first)) * (width - 24);
  const ends = Array(lanes).fill(-Infinity); // how far to the right each lane is taken
  const marks = groups.map((group, i) => {
    const [event] = group;
    const [from, until] = spans[i].map(x);
    const exact = event.date.length === 10;
    const at = exact ? from : (from + until) / 2;
    const what = event.kind === "report" ? "reported" : [...new Set(group.map(happening))].join(", ");
    const full = `${date(event.date)}: ${event.subject && event.subject.id !== about ? `${event.subject.name.slice(0, 60)} ` : ""}${what}`;
    const label = full.length > 44 ? `${full.slice(0, 43)}…` : full;
    const length = label.length * LETTER;
    const start = Math.max(0, Math.min(at, width - length));
    const lane = ends.findIndex((end) => start > end);
    if (lane >= 0) ends[lane] = start + length + 10;
    const y = base - 14 - lane * LANE;
    const sure = group.some((e) => e.modality === null || e.modality === "asserted") ? "" : " unsure";
    const open = () => (event.document ? (location.hash = to(["document", event.document.id])) : event.evidence && openStatement(event.evidence.statement));
    return svg("g", { class: `mark${sure}`, onclick: open }, svg("title", {}, full),
      lane >= 0 ? [svg("line", { class: "stem", x1: at, x2: at, y1: base, y2: y + 4 }), svg("text", { x: start, y }, label)] : null,
      exact ? svg("circle", { cx: from, cy: base, r: 5 }) : svg("rect", { x: from, y: base - 4, width: Math.max(8, until - from), height: 8, rx: 4 }));
  });
  return [svg("line", { class: "line", x1: 0, x2: width, y1: base, y2: base }), ticks(first, last, x, { width, base }), marks].flat(2);
}

/** Years, or months where they have room. */
function ticks(first, last, x, { width, base }) {
  const months = (last - first) / (30 * DAY);
  const step = [1, 2, 3, 6, 12, 24, 60, 120, 600].find((s) => months / s < width / 80) ?? 1200;
  const marks = [];
  const start = new Date(first);
  for (let month = start.getUTCFullYear() * 12 + (step < 12 ? start.getUTCMonth() : 0); ; month += 1) {
    const moment = Date.UTC(Math.floor(month / 12), month % 12, 1);
    if (moment > last) break;
    if (month % step || moment < first) continue;
    const name = new Date(moment).toLocaleDateString("en-GB", { ...(step < 12 ? { month: "short" } : {}), year: "numeric", timeZone: "UTC" });
    marks.push(svg("g", { class: "tick" }, svg("line", { x1: x(moment), x2: x(moment), y1: base + 4, y2: base + 10 }), svg("text", { x: x(moment), y: base + 24, "text-anchor": x(moment) < 40 ? "start" : x(moment) > width - 40 ? "end" : "middle" }, name)));
  }
  return marks;
}
