/** Shapes of expressions, and of mappings made of them. */

import { EXPRESSION_CHARS_MAX } from "../limits.ts";
import { parseExpression, type Reach } from "./cel.ts";
import { describeKind, type Kind } from "./cel/value.ts";
import type { Mapping } from "./definition.ts";
import type { Place } from "./place.ts";
import type { Reading } from "./reading.ts";
import { defined, either, followedBy, isObject, mapOf, type Shape } from "./shape.ts";
import { text } from "./scalar_shape.ts";

export interface ExpressionOptions {
  /** What it must give, where that is known before it is evaluated. */
  gives?: Kind;
  /** Which names are in reach; those of a state's events if not given. */
  reach?: Reach;
}

/** A CEL expression, read into its text. `what` has an article, as in "a guard". */
export function expression(what: string, options: ExpressionOptions = {}): Shape<string> {
  return followedBy(text(`${what} (a CEL expression as a text)`, EXPRESSION_CHARS_MAX), (source, place, reading) => {
    checkExpression(source, { what, place, ...options }, reading);
    return source;
  });
}

function checkExpression(
  source: string,
  { what, place, gives, reach }: ExpressionOptions & { what: string; place: Place },
  reading: Reading,
): void {
  const cannotUse = `cannot use ${what.replace(/^an? /, "this ")}`;
  if (!reading.count("expressions", place)) return;
  const parsed = parseExpression(source, { reach });
  if (parsed.ok) reading.count("regular expressions", place, parsed.expression.patterns);
  if (!parsed.ok) {
    const { message, line = 1, column = 1 } = parsed.problem;
    reading.report(place, `${cannotUse}: ${message}`, { within: { line, column }, isLocal: true });
  } else if (gives !== undefined && parsed.expression.kind !== "dyn" && parsed.expression.kind !== gives) {
    const wanted = gives === "bool" ? "true or false" : describeKind(gives);
    const message = `${cannotUse}: it must give ${wanted}, but gives ${describeKind(parsed.expression.kind)}`;
    reading.report(place, message, { within: { line: 1, column: 1 }, isLocal: true });
  }
}

/** A number, true, false or null among the values of a mapping is an expression that gives it. */
function literal(what: string): Shape<string> {
  return {
    what,
    schema: { type: ["number", "boolean", "null"] },
    read: (value) => String(value),
  };
}

/** One expression, or one for each key. `what` has an article, as in "a task's input". */
export function mapping(what: string, options: { reach?: Reach } = {}): Shape<Mapping> {
  return defined("mapping", mappingIn(what, options));
}

function mappingIn(what: string, options: { reach?: Reach }): Shape<Mapping> {
  const about = what.replace(/^an? /, "");
  const part = `a value of the ${about.replace(/^.*'s /, "")}`;
  return either<Mapping>(`${what}: a CEL expression as a text, or an object of such`, [
    { when: (value) => typeof value === "string", shape: expression(what, options) },
    {
      when: isObject,
      shape: followedBy(
        mapOf(
          text(`a key of the ${about.replace(/^.*'s /, "")}`, 128),
          either("a CEL expression as a text", [
            { when: (value) => typeof value === "string", shape: expression(part, options) },
            { when: (value) => value === null || ["number", "boolean"].includes(typeof value), shape: literal(part) },
          ]),
          { what, max: 1_000 },
        ),
        (read) => toRecord(read),
      ),
    },
  ]);
}

/** The definition of `$defs/mapping` in the JSON Schema. */
export const MAPPING_SCHEMA = mappingIn("a mapping", {}).schema;

/** The entries whose values could be read. */
export function toRecord<T>(read: Map<string, T | undefined>): Record<string, T> {
  return Object.fromEntries([...read].filter((entry): entry is [string, T] => entry[1] !== undefined));
}
