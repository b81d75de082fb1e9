/** Members and items: `context.order.amount`, `context.items[0]`, and has(). */

import type { ASTNode } from "@marcbachmann/cel-js";
import { compileNode } from "./compile.ts";
import { type CelMap, type CelValue, describeKind, EvaluationError, kindOf } from "./value.ts";
import { type Compiled, ExpressionRefused, type Names, sourceOf } from "./node.ts";

export function compileAccess(node: ASTNode & { op: "." | "[]" }, names: Names): Compiled {
  const object = compileNode(node.args[0], names);
  if (object.kind !== "dyn" && object.kind !== "map" && !(object.kind === "list" && node.op === "[]")) {
    throw new ExpressionRefused(`${sourceOf(object.node)} is ${describeKind(object.kind)} and has no members`, node);
  }
  if (node.op === ".") {
    const key = node.args[1];
    return { node, kind: "dyn", run: (frame) => memberOf(object.run(frame), key, node) };
  }
  const index = compileNode(node.args[1], names);
  return {
    node,
    kind: "dyn",
    run: (frame) => {
      const container = object.run(frame);
      const at = index.run(frame);
      return Array.isArray(container) ? itemOf(container, at, node) : memberOf(container, at, node);
    },
  };
}

/** has(a.b): whether the member is there. An error when `a` itself is missing. */
export function compileHas(node: ASTNode, args: ASTNode[], names: Names): Compiled {
  const [member] = args;
  if (args.length !== 1 || member.op !== ".") {
    throw new ExpressionRefused("has() takes one member, such as has(context.order.amount)", node);
  }
  const object = compileNode(member.args[0], names);
  const key = member.args[1];
  return {
    node,
    kind: "bool",
    run: (frame) => {
      const container = object.run(frame);
      if (kindOf(container) === "map") return Object.hasOwn(container as CelMap, key);
      throw new EvaluationError(noMembers(container, member));
    },
  };
}

function noMembers(container: CelValue, node: ASTNode & { args: [ASTNode, unknown] }): string {
  return `no such key: ${sourceOf(node)}: ${sourceOf(node.args[0])} is ${describeKind(kindOf(container))}`;
}

function memberOf(container: CelValue, key: CelValue, node: ASTNode & { op: "." | "[]" }): CelValue {
  if (kindOf(container) !== "map") throw new EvaluationError(noMembers(container, node));
  if (typeof key !== "string") {
    throw new EvaluationError(`a map's keys are strings, not ${describeKind(kindOf(key))}, in ${sourceOf(node)}`);
  }
  const member = Object.hasOwn(container as CelMap, key) ? (container as CelMap)[key] : undefined;
  if (member === undefined) throw new EvaluationError(`no such key: ${sourceOf(node)}`);
  return member;
}

function itemOf(list: readonly CelValue[], at: CelValue, node: ASTNode): CelValue {
  const index = typeof at === "bigint" || typeof at === "number" ? Number(at) : NaN;
  if (!Number.isInteger(index)) {
    throw new EvaluationError(`a list's index is a whole number, not ${describeAt(at)}, in ${sourceOf(node)}`);
  }
  if (index < 0 || index >= list.length) {
    throw new EvaluationError(`no such index: ${sourceOf(node)}: ${index} is outside a list of ${list.length}`);
  }
  return list[index] ?? null;
}

function describeAt(at: CelValue): string {
  return typeof at === "number" ? String(at) : describeKind(kindOf(at));
}
