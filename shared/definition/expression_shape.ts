/** Shapes of guards and of values that are computed. */

import { EXPRESSION_CHARS_MAX } from "../limits.ts";
import { parseExpression } from "./cel.ts";
import { describeKind } from "./cel/value.ts";
import type { GuardDefinition } from "./definition.ts";
import type { Place } from "./place.ts";
import type { Reading } from "./reading.ts";
import { either, followedBy, mapOf, type Shape } from "./shape.ts";
import { text } from "./scalar_shape.ts";

/** A CEL expression, read into its text. `what` has an article, as in "a guard". */
export function expression(what: string, options: { gives?: "bool" } = {}): Shape<string> {
  return followedBy(text(`${what} (a CEL expression as a text)`, EXPRESSION_CHARS_MAX), (source, place, reading) => {
    checkExpression(source, what, place, reading, options.gives);
    return source;
  });
}

function checkExpression(source: string, what: string, place: Place, reading: Reading, gives?: "bool"): void {
  const cannotUse = `cannot use ${what.replace(/^an? /, "this ")}`;
  if (!reading.count("expressions", place)) return;
  const parsed = parseExpression(source);
  if (parsed.ok) reading.count("regular expressions", place, parsed.expression.patterns);
  if (!parsed.ok) {
    const { message, line = 1, column = 1 } = parsed.problem;
    reading.report(place, `${cannotUse}: ${message}`, { within: { line, column }, isLocal: true });
  } else if (gives !== undefined && parsed.expression.kind !== "dyn" && parsed.expression.kind !== gives) {
    reading.report(
      place,
      `${cannotUse}: it must give true or false, but gives ${describeKind(parsed.expression.kind)}`,
      {
        within: { line: 1, column: 1 },
        isLocal: true,
      },
    );
  }
}

export const GUARD: Shape<GuardDefinition> = expression("a guard", { gives: "bool" });

const INPUT_KEY = text("a key of the input", 128);
const INPUT_VALUE = expression("a value of the input");

/** A number, true, false or null among the values of an input is an expression that gives it. */
const LITERAL: Shape<string> = {
  what: "a value of the input",
  schema: { type: ["number", "boolean", "null"] },
  read: (value) => String(value),
};

/** What a task receives: one expression, or one for each key. */
export const TASK_INPUT: Shape<string | Record<string, string>> = either<string | Record<string, string>>(
  "a task's input: a CEL expression as a text, or an object of such",
  [
    { when: (value) => typeof value === "string", shape: expression("a task's input") },
    {
      when: (value) => typeof value === "object" && value !== null && !Array.isArray(value),
      shape: followedBy(
        mapOf(
          INPUT_KEY,
          either("a CEL expression as a text", [
            { when: (value) => typeof value === "string", shape: INPUT_VALUE },
            { when: (value) => value === null || ["number", "boolean"].includes(typeof value), shape: LITERAL },
          ]),
          { what: "a task's input", max: 1_000 },
        ),
        (read) => toRecord(read),
      ),
    },
  ],
);

/** The entries whose values could be read. */
export function toRecord<T>(read: Map<string, T | undefined>): Record<string, T> {
  return Object.fromEntries([...read].filter((entry): entry is [string, T] => entry[1] !== undefined));
}
