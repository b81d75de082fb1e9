/**
 * Removes TypeScript's types, leaving JavaScript with every line and column where it was.
 *
 * - T1: what is left has the same statements at the same places as the TypeScript had: removing a type never joins,
 *   splits or drops code. A source where it would is refused.
 */

import type { Comment, Node, Program } from "acorn";
import { parseJavascript, parseTypescript } from "./parser.ts";
import type { Refusal } from "./refusal.ts";
import { type AnyNode, walk } from "./syntax_tree.ts";
import { TypeEdits } from "./type_edits.ts";

/** JavaScript for TypeScript, or why not. Throws what the parser throws. */
export function stripTypes(source: string): string | Refusal {
  const comments: Comment[] = [];
  const program = parseTypescript(source, comments);
  const edits = new TypeEdits(source, comments);
  const kept: AnyNode[] = [];
  const ended: AnyNode[] = [];
  const heads = new Set<unknown>();
  walk(program, (node) => {
    if (node.type === "ForStatement") heads.add(node.init);
    else if (node.type === "ForInStatement" || node.type === "ForOfStatement") heads.add(node.left);
    if (!edits.visit(node)) return false;
    if (isPlace(node)) kept.push(node);
    if (ENDED_BY_LINE.has(node.type) && !heads.has(node)) ended.push(node);
  });
  if (edits.refusal !== undefined) return edits.refusal;
  for (const node of ended) edits.endStatement(node);
  const { text } = edits;
  return checkPlaces(kept, parseJavascript(text)) ?? text;
}

/** What a line break may end. */
const ENDED_BY_LINE = new Set([
  "ExpressionStatement",
  "VariableDeclaration",
  "ReturnStatement",
  "ThrowStatement",
  "PropertyDefinition",
  "ExportDefaultDeclaration",
]);

/** Statements, members and functions: what a misplaced line break would change. */
function isPlace(node: Node): boolean {
  return /Statement$|Declaration$|Definition$|^Function|^Arrow/.test(node.type) && !/^TS|^Empty/.test(node.type);
}

/** T1. The first place that differs, if one does. */
function checkPlaces(kept: readonly Node[], program: Program): Refusal | undefined {
  let next = 0;
  let at: number | undefined;
  walk(program, (node: AnyNode) => {
    if (!isPlace(node) || at !== undefined) return;
    const expected = kept[next++];
    if (expected === undefined || expected.type !== node.type || startOf(expected) !== startOf(node)) at = node.start;
  });
  if (at === undefined && next === kept.length) return undefined;
  return {
    at: at ?? kept[next].start,
    message: "Types cannot be removed here without joining lines; end the statement before with a semicolon",
  };
}

/** Where a node certainly begins, once its modifiers and type parameters are gone. */
function startOf(node: Node): number | undefined {
  const { key, body, expression } = node as AnyNode;
  if (node.type === "ArrowFunctionExpression" && expression === true) return undefined;
  return (key as Node | undefined)?.start ?? (body as Node | undefined)?.start ?? node.start;
}
