/** Calls of functions, methods and macros. */

import type { ASTNode } from "@marcbachmann/cel-js";
import { compilePattern } from "../pattern.ts";
import { nearestName } from "../nearest_name.ts";
import { compileHas } from "./access.ts";
import { compileNode } from "./compile.ts";
import { FUNCTIONS, METHODS, type Signature } from "./functions.ts";
import { compileMacro, MACROS } from "./macro.ts";
import { describeKind, EvaluationError, type Kind, kindOf } from "./value.ts";
import { type Compiled, ExpressionRefused, type Names, sourceOf } from "./node.ts";

export function compileCall(node: ASTNode & { op: "call" }, names: Names): Compiled {
  const [name, args] = node.args;
  if (name === "has") return compileHas(node, args, names);
  const signature = FUNCTIONS.get(name);
  if (signature === undefined) {
    throw new ExpressionRefused(`unknown function "${name}"${nearestName(name, [...FUNCTIONS.keys(), "has"])}`, node);
  }
  return compileSignature(node, `${name}()`, [signature], args.map((arg) => compileNode(arg, names)));
}

export function compileMethod(node: ASTNode & { op: "rcall" }, names: Names): Compiled {
  const [name, receiver, args] = node.args;
  if (MACROS.has(name)) return compileMacro(node, names);
  if (name === "matches") return compileMatches(node, names);
  const signatures = METHODS.get(name);
  if (signatures === undefined) {
    const known = [...METHODS.keys(), ...MACROS.keys(), "matches"];
    throw new ExpressionRefused(`unknown method "${name}"${nearestName(name, known)}`, {
      start: node.input.lastIndexOf(name, args[0]?.start ?? node.end),
    });
  }
  const operands = [receiver, ...args].map((operand) => compileNode(operand, names));
  return compileSignature(node, `${name}()`, signatures, operands);
}

function compileSignature(
  node: ASTNode,
  what: string,
  signatures: readonly Signature[],
  operands: Compiled[],
): Compiled {
  const signature = signatures.find(({ takes }) => takes.length === operands.length);
  if (signature === undefined) {
    throw new ExpressionRefused(`${what} does not take so many arguments in ${sourceOf(node)}`, node);
  }
  const expected = (kinds: readonly Kind[]) => kinds.map(describeKind).join(" or ");
  const refuse = (index: number, kind: Kind) =>
    `${what} takes ${expected(signature.takes[index])}, but ${sourceOf(operands[index].node)} is ${describeKind(kind)}`;
  operands.forEach(({ kind, node }, index) => {
    if (kind !== "dyn" && !signature.takes[index].includes(kind)) {
      throw new ExpressionRefused(refuse(index, kind), node);
    }
  });
  return {
    node,
    kind: signature.gives,
    run: (frame) => {
      const values = operands.map((operand) => operand.run(frame));
      values.forEach((value, index) => {
        const kind = kindOf(value);
        if (!signature.takes[index].includes(kind)) throw new EvaluationError(refuse(index, kind));
      });
      return signature.apply(values, frame.meter);
    },
  };
}

/** The pattern must be a literal, so that it is compiled, and refused, when the expression is parsed. */
function compileMatches(node: ASTNode & { op: "rcall" }, names: Names): Compiled {
  const [, receiver, args] = node.args;
  const text = compileNode(receiver, names);
  if (args.length !== 1 || args[0].op !== "value" || typeof args[0].args !== "string") {
    throw new ExpressionRefused('matches() takes one literal, such as context.zip.matches("^[0-9]{5}$")', node);
  }
  const compiled = compilePattern(args[0].args);
  if (!compiled.ok) throw new ExpressionRefused(compiled.message, args[0]);
  return {
    node,
    kind: "bool",
    run: (frame) => {
      const value = text.run(frame);
      if (typeof value === "string") return compiled.pattern.isFoundIn(value, frame.meter);
      throw new EvaluationError(
        `matches() takes a string, but ${sourceOf(receiver)} is ${describeKind(kindOf(value))}`,
      );
    },
  };
}
