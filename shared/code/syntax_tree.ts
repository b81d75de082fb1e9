/** Walking a syntax tree without recursion: the source is hostile and may be nested as deep as the parser allows. */

import type { Node } from "acorn";

/** A node with whatever its type has. */
export type AnyNode = Node & Record<string, unknown>;

/** Calls `visit` for each node, parents first; its children are left out when it returns false. */
export function walk(root: Node, visit: (node: AnyNode) => boolean | void): void {
  const stack: AnyNode[] = [root as AnyNode];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (visit(node) === false) continue;
    const children = childrenOf(node);
    for (let i = children.length - 1; i >= 0; i--) stack.push(children[i]);
  }
}

function childrenOf(node: AnyNode): AnyNode[] {
  const children: AnyNode[] = [];
  for (const key in node) {
    const value = node[key];
    if (Array.isArray(value)) {
      for (const item of value) if (isNode(item)) children.push(item);
    } else if (isNode(value)) {
      children.push(value);
    }
  }
  return children;
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === "object" && value !== null && typeof (value as { type?: unknown }).type === "string" &&
    typeof (value as { start?: unknown }).start === "number";
}

/** Whether a node begins a function of its own, in which `return`, `await` and `arguments` mean something else. */
export function isFunction(node: Node): boolean {
  return node.type === "FunctionDeclaration" || node.type === "FunctionExpression" ||
    node.type === "ArrowFunctionExpression";
}
