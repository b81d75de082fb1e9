/** Operators: arithmetic, comparison, logic and choice. */

import type { ASTNode } from "@marcbachmann/cel-js";
import { MeterExhausted } from "./meter.ts";
import { commonResult, findOverload, type Overload } from "./operators.ts";
import { type CelValue, checkInt, describeKind, EvaluationError, kindOf, type StaticKind } from "./value.ts";
import { type Compiled, ExpressionRefused, type Frame, sourceOf } from "./node.ts";

function cannotApply(node: ASTNode, left: StaticKind, right: StaticKind): string {
  return `cannot apply "${node.op}" to ${describeKind(left)} and ${describeKind(right)} in ${sourceOf(node)}`;
}

export function compileBinary(node: ASTNode, [left, right]: Compiled[]): Compiled {
  const operator = node.op;
  if (left.kind !== "dyn" && right.kind !== "dyn") {
    const overload = findOverload(operator, left.kind, right.kind);
    if (overload === undefined) throw new ExpressionRefused(cannotApply(node, left.kind, right.kind), node);
    return {
      node,
      kind: overload.result,
      run: (frame) => overload.apply(left.run(frame), right.run(frame), frame.meter),
    };
  }
  const find = (left: CelValue, right: CelValue): Overload => {
    const overload = findOverload(operator, kindOf(left), kindOf(right));
    if (overload === undefined) throw new EvaluationError(cannotApply(node, kindOf(left), kindOf(right)));
    return overload;
  };
  return {
    node,
    kind: commonResult(operator) ?? "dyn",
    run: (frame) => {
      const leftValue = left.run(frame);
      const rightValue = right.run(frame);
      return find(leftValue, rightValue).apply(leftValue, rightValue, frame.meter);
    },
  };
}

/** Refuses an operand that can never be what is needed. @throws ExpressionRefused */
function requireStatic(operand: Compiled, kind: StaticKind, what: string): void {
  if (operand.kind !== "dyn" && operand.kind !== kind) {
    throw new ExpressionRefused(`${what} takes a ${kind}, not ${describeKind(operand.kind)}`, operand.node);
  }
}

/** The operand's value, which must be a bool. @throws EvaluationError */
export function runBool(operand: Compiled, frame: Frame, what: string): boolean {
  const value = operand.run(frame);
  if (typeof value === "boolean") return value;
  throw new EvaluationError(
    `${what} takes a bool, but ${sourceOf(operand.node)} is ${describeKind(kindOf(value))}`,
  );
}

/** `&&` and `||`: an error on one side is absorbed when the other side alone decides, as CEL has it. */
export function compileLogical(node: ASTNode, [left, right]: Compiled[]): Compiled {
  const what = `"${node.op}"`;
  const deciding = node.op === "||";
  requireStatic(left, "bool", what);
  requireStatic(right, "bool", what);
  return {
    node,
    kind: "bool",
    run: (frame) => {
      let leftValue: boolean;
      try {
        leftValue = runBool(left, frame, what);
      } catch (error) {
        if (error instanceof MeterExhausted || runBool(right, frame, what) !== deciding) throw error;
        return deciding;
      }
      return leftValue === deciding ? deciding : runBool(right, frame, what);
    },
  };
}

export function compileTernary(node: ASTNode, [condition, yes, no]: Compiled[]): Compiled {
  requireStatic(condition, "bool", '"?"');
  return {
    node,
    kind: yes.kind === no.kind ? yes.kind : "dyn",
    run: (frame) => (runBool(condition, frame, '"?"') ? yes : no).run(frame),
  };
}

export function compileNot(node: ASTNode, operand: Compiled): Compiled {
  requireStatic(operand, "bool", '"!"');
  return { node, kind: "bool", run: (frame) => !runBool(operand, frame, '"!"') };
}

export function compileNegation(node: ASTNode, operand: Compiled): Compiled {
  const refuse = (kind: StaticKind) => `"-" takes a number, not ${describeKind(kind)} in ${sourceOf(node)}`;
  if (!["dyn", "int", "double"].includes(operand.kind)) throw new ExpressionRefused(refuse(operand.kind), node);
  return {
    node,
    kind: operand.kind,
    run: (frame) => {
      const value = operand.run(frame);
      if (typeof value === "number") return -value;
      if (typeof value === "bigint") return checkInt(-value);
      throw new EvaluationError(refuse(kindOf(value)));
    },
  };
}
