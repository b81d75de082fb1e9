/** The shapes of actions on data: set and log. */

import { ACTIONS_PER_LIST_MAX } from "../limits.ts";
import type { JsonValue } from "../json.ts";
import { parseExpression } from "./cel.ts";
import type { LogDefinition, SetDefinition } from "./definition.ts";
import { expression } from "./expression_shape.ts";
import { type Place, quote } from "./place.ts";
import type { Reading } from "./reading.ts";
import { anyJson, name, text } from "./scalar_shape.ts";
import { either, followedBy, isObject, mapOf, record, requireOne, type Shape } from "./shape.ts";

const EXPRESSION = expression("an expression");
const CONTEXT_KEY = name("a key of the context");

const LONG_SET: Shape<SetDefinition> = followedBy(
  record<{ key: string; value: JsonValue; expression: string }>("a set action", {
    key: { about: "the key of the context", shape: CONTEXT_KEY, required: true },
    value: { about: "the value as it is", shape: anyJson },
    expression: { about: "a CEL expression that gives the value", shape: EXPRESSION },
  }),
  (set, place, reading) =>
    requireOne(set, ["value", "expression"], { what: "a set action", place, reading }) as SetDefinition | undefined,
);

/** `{expression: ...}` */
export const COMPUTED: Shape<{ expression: string }> = followedBy(
  record<{ expression: string }>("a computed value", {
    expression: { about: "a CEL expression that gives the value", shape: EXPRESSION, required: true },
  }),
  (computed) => computed as { expression: string },
);

/** One value of the short form, which is literal unless it is `{expression: ...}`. */
const SHORT_SET_VALUE = either<{ value: JsonValue } | { expression: string }>("a value", [
  { when: (value) => isObject(value) && Object.keys(value).join() === "expression", shape: COMPUTED },
  { when: () => true, shape: followedBy(anyJson, (value) => ({ value })) },
]);

/** Keys and their values: as many actions, in the order of the keys' code units, for an object has no other. */
const SHORT_SET: Shape<SetDefinition[]> = followedBy(
  mapOf(CONTEXT_KEY, SHORT_SET_VALUE, {
    what: "a set action: keys of the context and their values",
    max: ACTIONS_PER_LIST_MAX,
  }),
  (read, place, reading) => {
    const keys = [...read.keys()].sort();
    if (keys.length === 0) reading.report(place, "sets nothing: give keys and their values");
    for (const key of keys) {
      const value = read.get(key);
      if (value !== undefined && "expression" in value) refuseOrder(value.expression, key, keys, place, reading);
    }
    return keys.flatMap((key) => {
      const value = read.get(key);
      if (value === undefined) return [];
      const set = { key, ...value };
      reading.renote(value, set);
      return [set];
    });
  },
);

/** An author would take the order of writing for the order of setting. */
function refuseOrder(source: string, key: string, keys: string[], place: Place, reading: Reading): void {
  const parsed = parseExpression(source);
  if (!parsed.ok) return;
  const other = keys.find((other) => other !== key && parsed.expression.contextKeys.has(other));
  if (other === undefined) return;
  const message = `reads ${
    quote(other)
  }, which the same action sets; the keys of one action have no order: use two actions`;
  reading.report(place.member(key), message, { isLocal: true });
}

const MERGE: Shape<SetDefinition[]> = followedBy(
  record<{ merge: string }>("a set action that merges", {
    merge: {
      about: "a CEL expression that gives an object, whose members are written each under its own key",
      shape: expression("an object to merge", { gives: "map" }),
      required: true,
    },
  }),
  (set) => [set as SetDefinition],
);

export const SET: Shape<SetDefinition[]> = either<SetDefinition[]>(
  "a set action: keys of the context and their values",
  [
    { when: isLongSet, shape: followedBy(LONG_SET, (set) => [set]) },
    { when: isMerge, shape: MERGE },
    { when: isObject, shape: SHORT_SET },
  ],
);

/** `{key, value}` and `{key, expression}` are the long form, never two keys of the context. */
function isLongSet(value: unknown): boolean {
  return isObject(value) && ["expression,key", "key,value"].includes(Object.keys(value).sort().join());
}

/** `{merge: text}` is never a key of the context with a text; that is written in the long form. */
function isMerge(value: unknown): boolean {
  return isObject(value) && Object.keys(value).join() === "merge" && typeof value.merge === "string";
}

export const LOG: Shape<LogDefinition> = either<LogDefinition>(
  "a log action: a text, or an object with an expression",
  [
    {
      when: (value) => typeof value === "string",
      shape: followedBy(text("a message", 4_096), (message) => ({ message })),
    },
    {
      when: isObject,
      shape: followedBy(
        record<{ message: string; expression: string }>("a log action", {
          message: { about: "the text", shape: text("a message", 4_096) },
          expression: { about: "a CEL expression whose value is written", shape: EXPRESSION },
        }),
        (log, place, reading) =>
          requireOne(log, ["message", "expression"], { what: "a log action", place, reading }) as
            | LogDefinition
            | undefined,
      ),
    },
  ],
);
