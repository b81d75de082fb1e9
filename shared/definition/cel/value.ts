/** The values that expressions compute with. */

import { Duration, Timestamp } from "./time.ts";

/**
 * A value while an expression is evaluated.
 *
 * Numbers that come from JSON are doubles (`number`), whole numbers written in the expression are ints (`bigint`, 64
 * bits); operators take them mixed. Maps have string keys only, as in JSON.
 */
export type CelValue =
  | null
  | boolean
  | bigint
  | number
  | string
  | readonly CelValue[]
  | CelMap
  | Timestamp
  | Duration;

export interface CelMap {
  readonly [key: string]: CelValue;
}

/** The name of a value's type, as messages give it. */
export type Kind = "null" | "bool" | "int" | "double" | "string" | "list" | "map" | "timestamp" | "duration";

/** What is known of a type before evaluation; `dyn` is any. */
export type StaticKind = Kind | "dyn";

export function kindOf(value: CelValue): Kind {
  switch (typeof value) {
    case "string":
      return "string";
    case "number":
      return "double";
    case "bigint":
      return "int";
    case "boolean":
      return "bool";
    default:
      if (value === null || value === undefined) return "null";
      if (Array.isArray(value)) return "list";
      if (value instanceof Timestamp) return "timestamp";
      if (value instanceof Duration) return "duration";
      return "map";
  }
}

/** The kind in words, with an article. */
export function describeKind(kind: StaticKind): string {
  return kind === "null" ? "null" : kind === "int" ? "an int" : `a ${kind}`;
}

/** The expression could not be evaluated; the message says why. `||`, `&&`, `all` and `exists` may absorb it. */
export class EvaluationError extends Error {
  override readonly name = "EvaluationError";
}

const INT_MAX = 2n ** 63n - 1n;
const INT_MIN = -(2n ** 63n);

/** The value, if it is within 64 bits. @throws EvaluationError */
export function checkInt(value: bigint): bigint {
  if (value > INT_MAX || value < INT_MIN) {
    throw new EvaluationError(`integer overflow: ${value} needs more than 64 bits`);
  }
  return value;
}
