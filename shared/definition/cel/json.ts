/** From values of expressions to JSON. */

import { CONTEXT_BYTES_MAX, JSON_DEPTH_MAX } from "../../limits.ts";
import type { JsonObject, JsonValue } from "../../json.ts";
import type { Meter } from "./meter.ts";
import { Duration, Timestamp } from "./time.ts";
import { type CelMap, type CelValue, EvaluationError } from "./value.ts";

/**
 * The value as JSON: ints become numbers, timestamps RFC 3339 text, durations seconds as text.
 *
 * @throws EvaluationError when JSON cannot carry it, or when its text would be longer than a context may be: a small
 *   value whose parts are shared many times over may be endless as text.
 */
export function toJson(value: CelValue, meter: Meter): JsonValue {
  let charsLeft = CONTEXT_BYTES_MAX;
  const count = (chars: number): void => {
    charsLeft -= chars;
    if (charsLeft < 0) throw new EvaluationError(`the result is larger than ${CONTEXT_BYTES_MAX} bytes`);
  };

  const convert = (value: CelValue, depth: number): JsonValue => {
    meter.spend(1);
    switch (typeof value) {
      case "string":
        count(value.length + 2);
        return value;
      case "boolean":
        return value;
      case "number":
        count(2);
        if (!Number.isFinite(value)) throw new EvaluationError(`the result ${value} is no JSON number`);
        return value;
      case "bigint":
        count(2);
        if (Number.isSafeInteger(Number(value))) return Number(value);
        throw new EvaluationError(`the result ${value} is beyond 2^53 and would lose digits; use string(...)`);
    }
    if (value === null) return null;
    if (value instanceof Timestamp || value instanceof Duration) return value.toString();
    if (depth >= JSON_DEPTH_MAX) {
      throw new EvaluationError(`the result is nested deeper than ${JSON_DEPTH_MAX} levels`);
    }
    count(2);
    if (Array.isArray(value)) return value.map((item) => convert(item, depth + 1));
    const members: JsonObject = {};
    for (const [key, member] of Object.entries(value as CelMap)) {
      count(key.length + 4);
      setMember(members, key, convert(member, depth + 1));
    }
    return members;
  };
  return convert(value, 0);
}

/** Sets an object's own key, `__proto__` included, which an assignment would take for the prototype. */
export function setMember<T>(members: Record<string, T>, key: string, value: T): void {
  if (key === "__proto__") {
    Object.defineProperty(members, key, { value, enumerable: true, writable: true, configurable: true });
  } else members[key] = value;
}
