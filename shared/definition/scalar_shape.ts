/** Shapes of single values: texts, names, numbers, durations, JSON. */

import type { JsonObject, JsonValue } from "../json.ts";
import { NAME_CHARS_MAX } from "../limits.ts";
import { formatDuration, parseDuration } from "./duration.ts";
import { quote } from "./place.ts";
import { isObject, refuse, type Shape } from "./shape.ts";

/** A text of at most so many characters, not empty. */
export function text(what: string, charsMax: number): Shape<string> {
  return {
    what,
    schema: { type: "string", minLength: 1, maxLength: charsMax },
    read: (value, place, reading) => {
      if (typeof value !== "string") return refuse(what, value, place, reading);
      if (value.length > 0 && value.length <= charsMax) return value;
      reading.report(
        place,
        value === ""
          ? `must be ${what}; it is empty`
          : `has ${value.length} characters, at most ${charsMax} are allowed`,
      );
      return undefined;
    },
  };
}

const NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/;

/** A name that others refer to: letters, digits, `_`, `-` and `.`, not beginning with the last two. */
export function name(what: string): Shape<string> {
  return {
    what,
    schema: { type: "string", pattern: NAME.source, maxLength: NAME_CHARS_MAX },
    read: (value, place, reading) => {
      if (typeof value !== "string") return refuse(what, value, place, reading);
      const problem = problemOfName(value);
      if (problem === undefined) return value;
      reading.report(place, `${quote(value)} cannot be ${what}: ${problem}`, { isLocal: true });
      return value.length <= NAME_CHARS_MAX ? value : undefined;
    },
  };
}

/** What keeps a text from being a name, or undefined. */
export function problemOfName(value: string): string | undefined {
  if (value === "") return "it is empty";
  if (value.length > NAME_CHARS_MAX) return `it has ${value.length} characters, at most ${NAME_CHARS_MAX} are allowed`;
  if (!NAME.test(value)) return 'a name has letters, digits, "_", "-" and ".", and begins with a letter, digit or "_"';
  // Objects have these from birth, and whatever looks a name up would find them.
  if (value in Object.prototype) return "JavaScript objects have a member of that name";
  return undefined;
}

/** One of a few words. */
export function word<W extends string>(what: string, words: readonly W[]): Shape<W> {
  const listed = words.map((word) => `"${word}"`).join(", ");
  return {
    what: `${what}: one of ${listed}`,
    schema: { enum: [...words] },
    read: (value, place, reading) => {
      if (words.includes(value as W)) return value as W;
      return refuse(`${what}: one of ${listed}`, value, place, reading);
    },
  };
}

/** A number within bounds. */
export function number(what: string, bounds: { min: number; max: number; whole?: boolean }): Shape<number> {
  const { min, max, whole = false } = bounds;
  const expected = `${what}: ${whole ? "a whole number" : "a number"} from ${min} to ${max}`;
  return {
    what: expected,
    schema: { type: whole ? "integer" : "number", minimum: min, maximum: max },
    read: (value, place, reading) => {
      const fits = typeof value === "number" && value >= min && value <= max && (!whole || Number.isInteger(value));
      return fits ? value : refuse(expected, value, place, reading);
    },
  };
}

export const FLAG: Shape<boolean> = {
  what: "true or false",
  schema: { type: "boolean" },
  read: (value, place, reading) => {
    return typeof value === "boolean" ? value : refuse("true or false", value, place, reading);
  },
};

/** A duration as text (`5s`, `1h30m`) or as a number of milliseconds, read into whole milliseconds. */
export function duration(what: string, bounds: { minMs: number; maxMs: number }): Shape<number> {
  const { minMs, maxMs } = bounds;
  return {
    what,
    schema: {
      anyOf: [
        { type: "integer", minimum: minMs, maximum: maxMs },
        { type: "string", pattern: "^(\\d+(\\.\\d+)?(ms|s|m|h|d))+$" },
      ],
    },
    read: (value, place, reading) => {
      const ms = typeof value === "string" ? parseDuration(value) : typeof value === "number" ? value : undefined;
      if (ms === undefined) {
        return refuse(`${what}, such as "30s", "1h30m" or a number of milliseconds`, value, place, reading);
      }
      if (Number.isInteger(ms) && ms >= minMs && ms <= maxMs) return ms;
      const range = `from ${formatDuration(minMs)} to ${formatDuration(maxMs)}`;
      reading.report(place, `${what} must be whole milliseconds ${range}, not ${quote(String(value))}`, {
        isLocal: true,
      });
      return undefined;
    },
  };
}

/** Whether all of a value could be read; what could not has been reported. */
function isRead(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return value !== undefined;
  return Object.values(value).every(isRead);
}

/** Any JSON. */
export const anyJson: Shape<JsonValue> = {
  what: "a value",
  schema: {},
  read: (value) => isRead(value) ? value as JsonValue : undefined,
};

/** A JSON object with any content. */
export function anyObject(what: string): Shape<JsonObject> {
  return {
    what,
    schema: { type: "object" },
    read: (value, place, reading) => {
      if (!isObject(value)) return refuse(what, value, place, reading);
      return isRead(value) ? value as JsonObject : undefined;
    },
  };
}
