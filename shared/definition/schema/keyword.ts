/** What a keyword of JSON Schema is to the compiler. */

import type { JsonObject, JsonValue } from "../../json.ts";
import type { PatternResult } from "../pattern.ts";
import type { Place } from "../place.ts";
import type { Checker, Path, Run } from "./run.ts";

/** What a keyword makes of a value. */
export type Check = (value: JsonValue, path: Path | undefined, run: Run) => void;

/** What a keyword needs of its surroundings. */
export interface Surroundings {
  /** The schema that the keyword stands in, for its neighbours. */
  schema: JsonObject;
  /** Where the keyword's value is. */
  place: Place;
  /** Where the value of a neighbouring keyword is. */
  beside(keyword: string): Place;
  /** Reports that the keyword's value cannot be used. */
  refuse(message: string, place?: Place): undefined;
  /** A schema within this one; `isInPlace` says that it is for the same value, not for a part of it. */
  subschema(schema: JsonValue, place: Place, options?: { isInPlace: boolean }): Checker;
  /** The schema that `$ref` names. */
  reference(pointer: string): Checker;
  /** The compiled regular expression; undefined when there are too many. The same text is compiled and counted once. */
  pattern(source: string): PatternResult | undefined;
}

/** Turns a keyword's value into its check. Undefined: nothing to check, or refused. */
export type Keyword = (value: JsonValue, around: Surroundings) => Check | undefined;

/** A check of numbers only, strings only and so on: other values fit. */
export function onNumbers(check: (value: number, path: Path | undefined, run: Run) => void): Check {
  return (value, path, run) => typeof value === "number" && check(value, path, run);
}

export function onTexts(check: (value: string, path: Path | undefined, run: Run) => void): Check {
  return (value, path, run) => typeof value === "string" && check(value, path, run);
}

export function onLists(check: (value: JsonValue[], path: Path | undefined, run: Run) => void): Check {
  return (value, path, run) => Array.isArray(value) && check(value, path, run);
}

export function onObjects(check: (value: JsonObject, path: Path | undefined, run: Run) => void): Check {
  return (value, path, run) => {
    if (typeof value === "object" && value !== null && !Array.isArray(value)) check(value, path, run);
  };
}

/** A keyword whose value is a whole number, 0 or more. */
export function counting(toCheck: (count: number) => Check): Keyword {
  return (value, around) =>
    Number.isInteger(value) && (value as number) >= 0
      ? toCheck(value as number)
      : around.refuse("must be a whole number, 0 or more");
}

export function isSchemaObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `1 item`, `2 items`. */
export function plural(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}
