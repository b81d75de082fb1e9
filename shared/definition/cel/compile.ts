/**
 * From the parser's tree to closures that evaluate it.
 *
 * The library's own evaluator is not used: its work has no bound, and as `||` and `exists` swallow errors, none can be
 * put around it. Measured on cel-js 8.0.0: `[[1]]` followed by `.map(a,a+a)` 24 times, 276 characters, takes 785 MB, and
 * twice that with the next; `matches("(a+)+$")` on 31 characters had not ended after 100 s. Here every loop and every
 * operation on data of any size goes through the {@link Meter}.
 *
 * Bounded without the meter: evaluating each node of the tree once, since a text of EXPRESSION_CHARS_MAX characters
 * has no more nodes than that.
 */

import type { ASTNode } from "@marcbachmann/cel-js";
import { compileAccess } from "./access.ts";
import { compileCall, compileMethod } from "./call.ts";
import { compileBinary, compileLogical, compileNegation, compileNot, compileTernary } from "./operation.ts";
import { setMember } from "./json.ts";
import { type Compiled, ExpressionRefused, type Names } from "./node.ts";
import { type CelMap, type CelValue, checkInt, describeKind, EvaluationError, kindOf } from "./value.ts";

/** Compiles a tree. @throws ExpressionRefused */
export function compileNode(node: ASTNode, names: Names): Compiled {
  switch (node.op) {
    case "value":
      return compileLiteral(node, node.args);
    case "id":
      return compileName(node, node.args, names);
    case ".":
    case "[]":
      return compileAccess(node, names);
    case "call":
      return compileCall(node, names);
    case "rcall":
      return compileMethod(node, names);
    case "list":
      return compileList(node, node.args, names);
    case "map":
      return compileMap(node, node.args, names);
    case "?:":
      return compileTernary(node, node.args.map((arg) => compileNode(arg, names)));
    case "&&":
    case "||":
      return compileLogical(node, node.args.map((arg) => compileNode(arg, names)));
    case "!_":
      return compileNot(node, compileNode(node.args, names));
    case "-_":
      if (node.args.op === "value" && typeof node.args.args === "bigint") return compileLiteral(node, -node.args.args);
      return compileNegation(node, compileNode(node.args, names));
    case ".?":
    case "[?]":
      throw new ExpressionRefused(`"${node.op}" is not supported; test with has(...) first`, node);
    default:
      return compileBinary(node, node.args.map((arg) => compileNode(arg, names)));
  }
}

function compileLiteral(node: ASTNode, value: unknown): Compiled {
  if (typeof value === "bigint") {
    try {
      checkInt(value);
    } catch {
      throw new ExpressionRefused(`the number ${value} needs more than 64 bits`, node);
    }
  } else if (typeof value === "object" && value !== null) {
    throw new ExpressionRefused(
      value instanceof Uint8Array ? "bytes are not supported; use a string" : "unsigned numbers are not supported",
      node,
    );
  }
  const literal = value as CelValue;
  return { node, kind: kindOf(literal), run: () => literal };
}

function compileName(node: ASTNode, name: string, names: Names): Compiled {
  const slot = names.slotOf(name);
  if (slot === undefined) {
    throw new ExpressionRefused(`unknown name "${name}"${names.nearest(name)}; in reach here are ${names}`, node);
  }
  return { node, kind: "dyn", run: (frame) => frame.slots[slot] };
}

function compileList(node: ASTNode, args: ASTNode[], names: Names): Compiled {
  const items = args.map((arg) => compileNode(arg, names));
  return { node, kind: "list", run: (frame) => items.map((item) => item.run(frame)) };
}

function compileMap(node: ASTNode, args: [ASTNode, ASTNode][], names: Names): Compiled {
  const entries = args.map(([key, value]) => ({ key: compileNode(key, names), value: compileNode(value, names) }));
  for (const { key } of entries) {
    if (key.kind !== "dyn" && key.kind !== "string") {
      throw new ExpressionRefused(`a map's keys are strings, not ${describeKind(key.kind)}`, key.node);
    }
  }
  return {
    node,
    kind: "map",
    run: (frame) => {
      const members: Record<string, CelValue> = {};
      for (const entry of entries) {
        const key = entry.key.run(frame);
        if (typeof key !== "string") {
          throw new EvaluationError(`a map's keys are strings, not ${describeKind(kindOf(key))}`);
        }
        setMember(members, key, entry.value.run(frame));
      }
      return members as CelMap;
    },
  };
}
