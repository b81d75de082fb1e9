/** Keywords for any value, for numbers and for texts. */

import { canonicalJson, type JsonValue } from "../../json.ts";
import { quote } from "../place.ts";
import type { Meter } from "../cel/meter.ts";
import { counting, type Keyword, onNumbers, onTexts, plural } from "./keyword.ts";

const TYPES: Record<string, { what: string; fits: (value: JsonValue) => boolean }> = {
  null: { what: "null", fits: (value) => value === null },
  boolean: { what: "true or false", fits: (value) => typeof value === "boolean" },
  integer: { what: "a whole number", fits: (value) => Number.isInteger(value) },
  number: { what: "a number", fits: (value) => typeof value === "number" },
  string: { what: "a string", fits: (value) => typeof value === "string" },
  array: { what: "an array", fits: (value) => Array.isArray(value) },
  object: {
    what: "an object",
    fits: (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  },
};

/** What a value is, for messages. */
function describe(value: JsonValue): string {
  if (typeof value === "string") return quote(value);
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" && value !== null ? "an object" : String(value);
}

/** The text that equal values share. Spends for its length. */
export function identityOf(value: JsonValue, meter: Meter): string {
  const identity = canonicalJson(value);
  meter.spendChars(identity.length);
  return identity;
}

const equalTo = (choices: JsonValue[]): ReturnType<Keyword> => {
  const identities = new Set(choices.map((choice) => canonicalJson(choice)));
  const listed = choices.slice(0, 10).map((choice) => canonicalJson(choice).slice(0, 60)).join(", ");
  const expected = choices.length === 1 ? listed : `one of ${listed}${choices.length > 10 ? ", ..." : ""}`;
  return (value, path, run) => {
    if (!identities.has(identityOf(value, run.meter))) run.report(path, `must be ${expected}, not ${describe(value)}`);
  };
};

type Compare = (value: number, bound: number) => boolean;

const bound = (what: string, fits: Compare): Keyword => (bound, around) => {
  if (typeof bound !== "number") return around.refuse("must be a number");
  return onNumbers((value, path, run) => {
    if (!fits(value, bound)) run.report(path, `must be ${what} ${bound}, not ${value}`);
  });
};

const textLength = (what: string, fits: Compare): Keyword =>
  counting((count) =>
    onTexts((value, path, run) => {
      run.meter.spend(value.length >>> 2);
      let length = 0;
      for (const _ of value) length++;
      if (!fits(length, count)) run.report(path, `must have ${what} ${plural(count, "character")}, not ${length}`);
    })
  );

export const VALUE_KEYWORDS: Record<string, Keyword> = {
  type: (types, around) => {
    const names = Array.isArray(types) ? types : [types];
    const unknown = names.find((name) => typeof name !== "string" || !Object.hasOwn(TYPES, name));
    if (unknown !== undefined || names.length === 0) {
      return around.refuse(`must be one or more of ${Object.keys(TYPES).join(", ")}`);
    }
    const known = names.map((name) => TYPES[name as string]);
    const expected = known.map(({ what }) => what).join(" or ");
    return (value, path, run) => {
      if (!known.some(({ fits }) => fits(value))) run.report(path, `must be ${expected}, not ${describe(value)}`);
    };
  },
  enum: (choices, around) =>
    Array.isArray(choices) && choices.length > 0 ? equalTo(choices) : around.refuse("must be a list of values"),
  const: (choice) => equalTo([choice]),

  minimum: bound("at least", (value, bound) => value >= bound),
  maximum: bound("at most", (value, bound) => value <= bound),
  exclusiveMinimum: bound("more than", (value, bound) => value > bound),
  exclusiveMaximum: bound("less than", (value, bound) => value < bound),
  multipleOf: (factor, around) => {
    if (typeof factor !== "number" || factor <= 0) return around.refuse("must be a number above 0");
    return onNumbers((value, path, run) => {
      const times = value / factor;
      // 19.99 / 0.01 is 1998.9999999999998: what decimals lose in binary is forgiven.
      const isMultiple = Math.abs(times - Math.round(times)) <= 1e-9 * Math.max(1, Math.abs(times));
      if (!isMultiple) run.report(path, `must be a multiple of ${factor}, not ${value}`);
    });
  },

  minLength: textLength("at least", (length, count) => length >= count),
  maxLength: textLength("at most", (length, count) => length <= count),
  pattern: (source, around) => {
    if (typeof source !== "string") return around.refuse("must be a regular expression as a text");
    const compiled = around.pattern(source);
    if (compiled === undefined) return undefined;
    if (!compiled.ok) return around.refuse(compiled.message);
    return onTexts((value, path, run) => {
      if (compiled.pattern.isFoundIn(value, run.meter)) return;
      run.report(path, `must match the pattern ${source}, not ${describe(value)}`);
    });
  },
};
