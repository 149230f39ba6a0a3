/* How nodes and links of a drawing look. Sizes of letters follow the zoom, so that names have the same size on the screen. */
import { lookOf } from "./look.js";

export const MANY = 400; // nodes from which links are drawn as plain lines, and not at all while the drawing moves

const DASHED = ["claimed", "alleged", "estimated", "expected"];
const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

export const ground = () => css("--sheet");

export function style(count, links) {
  const many = count > MANY;
  const [ink, quiet, sheet, link, denied, wire] = ["--ink", "--quiet", "--sheet", "--link", "--denied", "--wire"].map(css);
  const size = (n) => lookOf(n.data("type")).size * (count > 60 ? 0.75 : 1); // a crowd needs room more than size
  const plate = { "text-background-color": sheet, "text-background-opacity": 0.7, "text-background-padding": 2 };
  return [
    { selector: "node", style: {
      "background-color": (n) => lookOf(n.data("type")).colour, width: size, height: size,
      label: "", color: ink, "text-wrap": "wrap", "text-valign": "bottom", "text-margin-y": 4, ...plate } },
    { selector: "node.named", style: { label: "data(label)", "z-index": 5 } },
    { selector: "node.above", style: { "text-valign": "top", "text-margin-y": -4 } },
    { selector: "node.group", style: { "border-width": 3, "border-style": "double", "border-color": sheet, "outline-width": 2, "outline-color": (n) => lookOf(n.data("type")).colour, "outline-offset": 0 } },
    { selector: "node.centre", style: { "border-width": 4, "border-color": ink } },
    { selector: "node:selected", style: { "border-width": 5, "border-color": link } },
    { selector: "edge", style: {
      width: (e) => 1 + Math.min(4, Math.log2(1 + (e.data("sources") || 1))), "line-color": wire, "target-arrow-color": wire, "target-arrow-shape": "triangle",
      "curve-style": many ? "haystack" : "bezier", opacity: links > 150 ? 0.7 : 0.9, label: "", color: quiet, "text-rotation": "autorotate", ...plate, "text-background-padding": 1 } },
    { selector: "edge.named", style: { label: "data(label)" } },
    { selector: "edge.qualified", style: { "line-style": "dashed" } },
    { selector: "edge.denied", style: { "line-style": "dotted", "line-color": denied, "target-arrow-color": denied } },
    { selector: "edge:selected", style: { "line-color": link, "target-arrow-color": link, width: 4 } },
    { selector: ".faded", style: { opacity: 0.15 } },
    { selector: "edge.near", style: { opacity: 1, "line-color": quiet, "target-arrow-color": quiet, "z-index": 9 } },
  ];
}

/** The classes of a link by how it is put. */
export const putAs = (modality) => (modality === "denied" ? "denied" : DASHED.includes(modality) ? "qualified" : "");
