/* What a document says, as a graph: its statements between entities, each pair and predicate once. */

export function graphOf(statements) {
  const nodes = new Map();
  const edges = new Map();
  for (const { subject, predicate, object, modality } of statements) {
    if (object.datatype) continue;
    for (const entity of [subject, object]) nodes.set(entity.id, entity);
    edges.set(`${subject.id} ${predicate} ${object.id}`, { source: subject.id, predicate, target: object.id, modality, sources: 1 });
  }
  return { nodes: [...nodes.values()], edges: [...edges.values()] };
}
