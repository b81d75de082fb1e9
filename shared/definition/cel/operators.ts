/** What the operators do, as one table by operator and operand kinds. */

import type { Meter } from "./meter.ts";
import { isEqual } from "./equality.ts";
import { Duration, type Timestamp, toTimestamp } from "./time.ts";
import { type CelMap, type CelValue, checkInt, EvaluationError, type Kind } from "./value.ts";

/** One meaning of a binary operator. */
export interface Overload {
  result: Kind;
  apply(left: CelValue, right: CelValue, meter: Meter): CelValue;
}

/** By operator, left kind, right kind. */
const OVERLOADS = new Map<string, Map<Kind, Map<Kind, Overload>>>();

// deno-lint-ignore no-explicit-any -- the kinds that select an overload are the proof of its operands' types
function add(operator: string, left: Kind, right: Kind, result: Kind, apply: (l: any, r: any, m: Meter) => CelValue) {
  const byLeft = OVERLOADS.get(operator) ?? OVERLOADS.set(operator, new Map()).get(operator)!;
  const byRight = byLeft.get(left) ?? byLeft.set(left, new Map()).get(left)!;
  byRight.set(right, { result, apply });
}

/** The meaning of an operator for two kinds, or undefined when it has none. */
export function findOverload(operator: string, left: Kind, right: Kind): Overload | undefined {
  return OVERLOADS.get(operator)?.get(left)?.get(right);
}

/** The kind that an operator gives whatever its operands are, or undefined when that depends on them. */
export function commonResult(operator: string): Kind | undefined {
  const results = new Set<Kind>();
  for (const byRight of OVERLOADS.get(operator)?.values() ?? []) {
    for (const overload of byRight.values()) results.add(overload.result);
  }
  return results.size === 1 ? [...results][0] : undefined;
}

const notZero = (divisor: bigint | number) => {
  if (Number(divisor) === 0) throw new EvaluationError("division by zero");
};

add("+", "int", "int", "int", (left: bigint, right: bigint) => checkInt(left + right));
add("-", "int", "int", "int", (left: bigint, right: bigint) => checkInt(left - right));
add("*", "int", "int", "int", (left: bigint, right: bigint) => checkInt(left * right));
add("/", "int", "int", "int", (left: bigint, right: bigint) => (notZero(right), checkInt(left / right)));
add("%", "int", "int", "int", (left: bigint, right: bigint) => (notZero(right), left % right));

// Numbers from JSON are doubles and literals are ints, so the two must mix: `context.amount * 2`.
for (const [left, right] of [["double", "double"], ["double", "int"], ["int", "double"]] as [Kind, Kind][]) {
  type Numeric = number | bigint;
  add("+", left, right, "double", (left: Numeric, right: Numeric) => Number(left) + Number(right));
  add("-", left, right, "double", (left: Numeric, right: Numeric) => Number(left) - Number(right));
  add("*", left, right, "double", (left: Numeric, right: Numeric) => Number(left) * Number(right));
  add("/", left, right, "double", (left: Numeric, right: Numeric) => {
    notZero(right);
    return Number(left) / Number(right);
  });
  add("%", left, right, "double", (left: Numeric, right: Numeric) => {
    notZero(right);
    const remainder = Number(left) % Number(right);
    if (Number.isInteger(Number(left)) && Number.isInteger(Number(right))) return remainder;
    throw new EvaluationError(`"%" takes whole numbers, not ${left} and ${right}`);
  });
}

add("+", "string", "string", "string", (left: string, right: string, meter) => {
  meter.spendChars(left.length + right.length);
  return left + right;
});
add("+", "list", "list", "list", (left: CelValue[], right: CelValue[], meter) => {
  meter.spend(left.length + right.length);
  return left.concat(right);
});

const inRange = (timestamp: Timestamp | undefined): Timestamp => {
  if (timestamp === undefined) throw new EvaluationError("the timestamp lies outside the years 0001 to 9999");
  return timestamp;
};

add("+", "timestamp", "duration", "timestamp", (left: Timestamp, right: Duration) => {
  return inRange(toTimestamp(left.epochMs + right.ms));
});
add("+", "duration", "timestamp", "timestamp", (left: Duration, right: Timestamp) => {
  return inRange(toTimestamp(right.epochMs + left.ms));
});
add("-", "timestamp", "duration", "timestamp", (left: Timestamp, right: Duration) => {
  return inRange(toTimestamp(left.epochMs - right.ms));
});
add("-", "timestamp", "timestamp", "duration", (left: Timestamp, right: Timestamp) => {
  return new Duration(left.epochMs - right.epochMs);
});
add("+", "duration", "duration", "duration", (left: Duration, right: Duration) => new Duration(left.ms + right.ms));
add("-", "duration", "duration", "duration", (left: Duration, right: Duration) => new Duration(left.ms - right.ms));

/** Orders two kinds by a number, text or truth that stands for each value. Comparing a bigint with a number is exact. */
function addOrder(left: Kind, right: Kind, rank: (value: CelValue) => CelValue = (value) => value): void {
  const ordered = (compare: (left: number, right: number) => boolean) => {
    return (left: CelValue, right: CelValue, meter: Meter) => {
      if (typeof left === "string") meter.spendChars(left.length);
      return compare(rank(left) as number, rank(right) as number);
    };
  };
  add("<", left, right, "bool", ordered((left, right) => left < right));
  add("<=", left, right, "bool", ordered((left, right) => left <= right));
  add(">", left, right, "bool", ordered((left, right) => left > right));
  add(">=", left, right, "bool", ordered((left, right) => left >= right));
}

for (const kind of ["int", "double", "string", "bool"] as Kind[]) addOrder(kind, kind);
addOrder("int", "double");
addOrder("double", "int");
addOrder("timestamp", "timestamp", (value) => (value as Timestamp).epochMs);
addOrder("duration", "duration", (value) => (value as Duration).ms);

const ALL_KINDS: Kind[] = ["null", "bool", "int", "double", "string", "list", "map", "timestamp", "duration"];
for (const left of ALL_KINDS) {
  for (const right of ALL_KINDS) {
    add("==", left, right, "bool", isEqual);
    add("!=", left, right, "bool", (left, right, meter) => !isEqual(left, right, meter));
  }
  add("in", left, "list", "bool", (item: CelValue, list: CelValue[], meter) => {
    return list.some((other) => (meter.spend(1), isEqual(item, other, meter)));
  });
}
add("in", "string", "map", "bool", (key: string, map: CelMap) => Object.hasOwn(map, key));
