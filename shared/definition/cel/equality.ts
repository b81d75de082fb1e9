/** Equality of values: deep, with ints and doubles compared as numbers; values of different kinds are unequal. */

import type { Meter } from "./meter.ts";
import { Duration, Timestamp } from "./time.ts";
import type { CelMap, CelValue } from "./value.ts";

/** Whether two values are equal. Spends a step per element, so that shared parts cannot make it exponential. */
export function isEqual(left: CelValue, right: CelValue, meter: Meter): boolean {
  if (typeof left === "string" && typeof right === "string") {
    if (left.length !== right.length) return false;
    meter.spendChars(left.length);
    return left === right;
  }
  // Loose equality between bigint and number is exact, and right for nothing else.
  if (typeof left === "bigint" && typeof right === "number") return Number(left) === right && left == BigInt(right);
  if (typeof left === "number" && typeof right === "bigint") return isEqual(right, left, meter);
  if (left === null || right === null || typeof left !== "object" || typeof right !== "object") return left === right;
  meter.spend(1);
  if (Array.isArray(left) || Array.isArray(right)) {
    return Array.isArray(left) && Array.isArray(right) && areListsEqual(left, right, meter);
  }
  if (left instanceof Timestamp) return right instanceof Timestamp && left.epochMs === right.epochMs;
  if (left instanceof Duration) return right instanceof Duration && left.ms === right.ms;
  if (right instanceof Timestamp || right instanceof Duration) return false;
  return areMapsEqual(left as CelMap, right as CelMap, meter);
}

function areListsEqual(left: readonly CelValue[], right: readonly CelValue[], meter: Meter): boolean {
  if (left.length !== right.length) return false;
  for (let index = 0; index < left.length; index++) {
    meter.spend(1);
    if (!isEqual(left[index], right[index], meter)) return false;
  }
  return true;
}

function areMapsEqual(left: CelMap, right: CelMap, meter: Meter): boolean {
  const keys = Object.keys(left);
  meter.spend(keys.length);
  if (keys.length !== Object.keys(right).length) return false;
  return keys.every((key) => Object.hasOwn(right, key) && isEqual(left[key], right[key], meter));
}
