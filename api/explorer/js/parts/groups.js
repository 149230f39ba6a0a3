/* Many like neighbours as one: twenty facilities of a company say less one by one than as “20 facilities”. */
import { lookOf } from "./look.js";

const FEWEST = 5; // that are worth a group

/** `{ nodes, edges }` with groups in place of like leaves, but for the groups that were opened. */
export function grouped({ nodes, edges }, { centre, opened }) {
  const linked = new Map(nodes.map((n) => [n.id, []]));
  for (const edge of edges) {
    linked.get(edge.source)?.push(edge);
    if (edge.target !== edge.source) linked.get(edge.target)?.push(edge);
  }
  const alike = new Map();
  for (const node of nodes) {
    const [edge, ...more] = linked.get(node.id);
    if (!edge || more.length || node.id === centre || edge.source === edge.target) continue;
    const outward = edge.target === node.id;
    const key = [outward ? edge.source : edge.target, edge.predicate, outward ? "out" : "in", node.type].join("|");
    alike.set(key, [...(alike.get(key) ?? []), { node, edge }]);
  }
  const groups = [...alike].filter(([key, members]) => members.length >= FEWEST && !opened.has(key));
  if (!groups.length) return { nodes, edges };
  const hidden = new Set(groups.flatMap(([, members]) => members.map(({ node }) => node.id)));
  return {
    nodes: [...nodes.filter((n) => !hidden.has(n.id)), ...groups.map(([key, members]) => ({
      id: key, type: members[0].node.type, group: members.map(({ node }) => node), name: `${members.length} × ${lookOf(members[0].node.type).label}` }))],
    edges: [...edges.filter((e) => !hidden.has(e.source) && !hidden.has(e.target)), ...groups.map(([key, members]) => asOne(key, members))],
  };
}

function asOne(key, members) {
  const { edge, node } = members[0];
  const doubtful = members.find((member) => member.edge.modality !== "asserted");
  return { source: edge.source === node.id ? key : edge.source, target: edge.target === node.id ? key : edge.target, predicate: edge.predicate, group: key,
    modality: doubtful ? doubtful.edge.modality : "asserted", sources: 1 };
}
