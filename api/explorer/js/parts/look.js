/* How classes, modalities and figures look, the same in every view. Colours of classes come from the ontology, by `look.json`. */
import looks from "../../look.json" with { type: "json" };
import { foreign, h } from "../dom.js";

const browser = document.querySelector("meta[name=neo4j-browser]").content;

/** A link that opens an entity in Neo4j Browser, where one is set up on the same graph. */
export function browserLink(id) {
  if (!browser) return "";
  const cypher = `MATCH (n:Entity {id: '${id.replace(/[\\']/g, "\\$&")}'})-[r]-(m:Entity|Amount) RETURN n, r, m LIMIT 100`;
  return h("a", { href: `${browser}?cmd=edit&arg=${encodeURIComponent(cypher)}`, target: "_blank", rel: "noopener noreferrer" }, "Open in Neo4j Browser");
}

/** Label, colour, size and superclasses of a class. */
export const lookOf = (type) => looks.classes[type] ?? { colour: "#7a828e", size: 36, label: type, labels: [] };
export const classes = () => Object.keys(looks.classes);

/** The IRIs that entities and the terms of the ontology begin with. */
export const namespaces = () => looks.namespaces;

const ARTICLE = /^(the|this|that|these|those|an?|its?|his|her|their|our|another)\s+/i;
const INDEFINITE = /^(an?|another)\s/i;

/** The aliases that are names: texts also say "the company" or "an outage", which tell a reader nothing here. */
export function names(aliases) {
  const proper = (alias) => {
    const words_ = alias.replace(ARTICLE, "").split(/\s+/);
    if (INDEFINITE.test(alias)) return false;
    const capitals = words_.filter((word) => word !== word.toLowerCase() || /^\p{Lo}/u.test(word));
    return capitals.length > 1 || (capitals.length === 1 && (words_.length === 1 || capitals[0] !== words_[0]));
  };
  return aliases.filter(proper);
}

/** A small disc in the colour of a class. The colour is set through the CSSOM, which the Content-Security-Policy allows. */
export function dot(type) {
  const disc = h("span", { class: "dot", "aria-hidden": "true" });
  disc.style.background = lookOf(type).colour;
  return disc;
}

export const badge = (modality) => h("span", { class: `badge ${/^[a-z]+$/.test(modality ?? "") ? modality : ""}` }, modality);

/** `claimedBy` as "claimed by". */
export const words = (predicate) => looks.predicates[predicate]?.label ?? predicate.replace(/([A-Z])/g, (c) => ` ${c.toLowerCase()}`);

/** How a predicate reads from its object: `ownedBy` as "owner of". */
export const inverse = (predicate) => looks.predicates[predicate]?.inverse ?? words(predicate);

/** A literal as a reader expects it: £120 million, 6.6 million, 31 August 2025. */
export function literal(value) {
  if (value.datatype === "money") return money(value.value, value.currency);
  if (value.datatype === "integer") return Number(value.value).toLocaleString("en-GB");
  if (value.datatype === "date") return date(String(value.value));
  return foreign(value.value, 400);
}

export function money(amount, currency) {
  const options = { style: "currency", currency, maximumFractionDigits: 2, minimumFractionDigits: 0, notation: Math.abs(amount) >= 1e6 ? "compact" : "standard", compactDisplay: "long" };
  try {
    return new Intl.NumberFormat("en-GB", options).format(amount);
  } catch {
    return `${Number(amount).toLocaleString("en-GB")} ${currency}`;
  }
}

export function date(iso) {
  const grain = [{ year: "numeric" }, { year: "numeric", month: "long" }, { year: "numeric", month: "long", day: "numeric" }][iso.split("-").length - 1];
  const moment = new Date(`${iso}${["-01-01", "-01", ""][iso.split("-").length - 1] ?? ""}T00:00:00Z`);
  return grain && !Number.isNaN(moment.getTime()) ? moment.toLocaleDateString("en-GB", { ...grain, timeZone: "UTC" }) : iso;
}
