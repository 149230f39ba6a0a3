/* All statements behind one edge. */
import { api } from "../client.js";
import { announce } from "../dom.js";
import { words } from "./look.js";
import { showEvidence } from "./evidence.js";

const MOST = 200;

/** `[title, statements]` of the edge between two entities. */
export async function edgeStatements({ source, target, predicate }) {
  const found = await api.statementsOf(source, { predicate, direction: "out", limit: MOST });
  const statements = found.items.filter((s) => s.object.id === target);
  const names = statements[0] ? [statements[0].subject.name, statements[0].object.name] : [source, target];
  return [`${names[0].slice(0, 80)} — ${words(predicate)} — ${names[1].slice(0, 80)}`, statements];
}

/** Open the panel with them. */
export async function openEdge(edge) {
  try {
    showEvidence(...(await edgeStatements(edge)));
  } catch (error) {
    announce(error.message);
  }
}

/** Open the panel with one statement. */
export async function openStatement(id) {
  try {
    const statement = await api.statement(id);
    showEvidence(words(statement.predicate), [statement]);
  } catch (error) {
    announce(error.message);
  }
}
