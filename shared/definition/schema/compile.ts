/**
 * From a JSON Schema to what checks values against it.
 *
 * The dialect is 2020-12 with a closed set of keywords: one that is not known is refused, not passed over, as it would
 * check nothing. References lead within the schema only: nothing is ever fetched.
 */

import type { JsonObject, JsonValue } from "../../json.ts";
import { SUBSCHEMAS_MAX } from "../../limits.ts";
import { nearestName } from "../nearest_name.ts";
import { compilePattern, type PatternResult } from "../pattern.ts";
import { type Place, quote } from "../place.ts";
import type { Reading } from "../reading.ts";
import { COMBINING_KEYWORDS } from "./combining_keywords.ts";
import { type Check, isSchemaObject, type Keyword } from "./keyword.ts";
import { PART_KEYWORDS } from "./part_keywords.ts";
import type { Checker } from "./run.ts";
import { VALUE_KEYWORDS } from "./value_keywords.ts";

const KEYWORDS: Readonly<Record<string, Keyword>> = { ...VALUE_KEYWORDS, ...PART_KEYWORDS, ...COMBINING_KEYWORDS };

/** Keywords that check nothing. `format` is one of them, as the dialect has it. */
const ANNOTATIONS = new Set(
  "$schema $id $comment $defs definitions title description default examples deprecated readOnly writeOnly format contentMediaType contentEncoding"
    .split(" "),
);

/** What to use instead of keywords of other dialects, or of the parts of this one that are not taken here. */
const INSTEAD: Readonly<Record<string, string>> = {
  additionalItems: 'use "items" beside "prefixItems"',
  dependencies: 'use "dependentRequired" or "dependentSchemas"',
  unevaluatedProperties: 'use "additionalProperties"',
  unevaluatedItems: 'use "items"',
  nullable: 'use "type" with "null" in a list',
  id: 'use "$id"',
  $anchor: 'use "$ref" with a JSON pointer, such as "#/$defs/address"',
  $dynamicRef: 'use "$ref"',
  $dynamicAnchor: 'use "$ref" with a JSON pointer, such as "#/$defs/address"',
};

/** A schema that was compiled, or is about to be. */
class CompiledSchema implements Checker {
  readonly place: Place;
  isCompiled = false;
  checks: Check[] = [];
  /** Schemas that check the same value. */
  readonly inPlace: CompiledSchema[] = [];
  steps = 1;

  constructor(place: Place) {
    this.place = place;
  }

  check: Checker["check"] = (value, path, run) => {
    run.meter.spend(this.steps);
    for (const check of this.checks) check(value, path, run);
  };
}

/** Compiles a schema; what is wrong with it is reported to the reading, and then checks nothing. */
export function compileSchema(root: JsonObject, place: Place, reading: Reading): Checker {
  const compiled = new Map<string, CompiledSchema>();
  const patterns = new Map<string, PatternResult>();
  /** Schemas that are referred to, and compiled after what refers to them: a chain may be as long as the document. */
  const referred: { schema: JsonValue; result: CompiledSchema }[] = [];
  const report = (place: Place, message: string | (() => string)) => reading.report(place, message, { isLocal: true });

  const known = (place: Place): CompiledSchema => {
    const result = compiled.get(place.path) ?? new CompiledSchema(place);
    compiled.set(place.path, result);
    return result;
  };

  const compile = (schema: JsonValue, result: CompiledSchema): void => {
    if (result.isCompiled || compiled.size > SUBSCHEMAS_MAX) return;
    result.isCompiled = true;
    const { place } = result;
    if (compiled.size === SUBSCHEMAS_MAX) {
      report(place, `more than ${SUBSCHEMAS_MAX} schemas within the input schema`);
    } else if (schema === false) result.checks = [(_value, path, run) => run.report(path, "is not allowed here")];
    else if (isSchemaObject(schema)) compileKeywords(schema, result);
    else if (schema !== true) report(place, "must be a schema: an object, true or false");
  };

  const compileKeywords = (schema: JsonObject, result: CompiledSchema): void => {
    for (const [name, value] of Object.entries(schema)) {
      result.steps += 1 + (typeof value === "object" && value !== null ? Object.keys(value).length : 0);
      if (Object.hasOwn(KEYWORDS, name)) {
        const check = KEYWORDS[name](value, surroundings(schema, result, name));
        if (check !== undefined) result.checks.push(check);
      } else if (name === "$defs" || name === "definitions") {
        const definitions = isSchemaObject(value) ? value : {};
        for (const key of Object.keys(definitions)) {
          compile(definitions[key], known(result.place.member(name).member(key)));
        }
      } else if (!ANNOTATIONS.has(name) && !name.startsWith("x-")) {
        report(result.place.key(name), () => {
          const instead = Object.hasOwn(INSTEAD, name) ? `; ${INSTEAD[name]}` : undefined;
          const hint = instead ?? nearestName(name, [...Object.keys(KEYWORDS), ...ANNOTATIONS]);
          return `${quote(name)} is no keyword of JSON Schema that is taken here${hint}`;
        });
      }
    }
  };

  const surroundings = (schema: JsonObject, result: CompiledSchema, name: string): Parameters<Keyword>[1] => {
    const place = result.place.member(name);
    const inPlace = (other: CompiledSchema): CompiledSchema => {
      result.inPlace.push(other);
      return other;
    };
    return {
      schema,
      place,
      beside: (keyword) => result.place.member(keyword),
      refuse: (message, where = place) => report(where, message) as undefined,
      subschema: (schema, where, options) => {
        const other = known(where);
        compile(schema, other);
        return options?.isInPlace ? inPlace(other) : other;
      },
      reference: (pointer) => inPlace(resolve(pointer, place)),
      pattern: (source) => {
        let compiled = patterns.get(source);
        if (compiled !== undefined || !reading.count("regular expressions", place)) return compiled;
        compiled = compilePattern(source);
        patterns.set(source, compiled);
        return compiled;
      },
    };
  };

  const resolve = (pointer: string, from: Place): CompiledSchema => {
    let target: JsonValue | undefined = root;
    let where = place;
    const isPointer = pointer === "#" || pointer.startsWith("#/");
    for (const part of isPointer ? pointer.split("/").slice(1) : []) {
      const key = decodePointer(part);
      if (Array.isArray(target) && /^\d+$/.test(key)) where = where.item(Number(key));
      else where = where.member(key);
      target = partOf(target, key);
    }
    if (isPointer && target !== undefined) {
      const result = known(where);
      referred.push({ schema: target, result });
      return result;
    }
    const expected = 'a reference leads into this schema, such as "#/$defs/address"; nothing is fetched';
    report(from, isPointer ? `there is nothing at ${quote(pointer)} in the schema` : expected);
    return new CompiledSchema(from);
  };

  const checker = known(place);
  compile(root, checker);
  for (let next = referred.pop(); next !== undefined; next = referred.pop()) compile(next.schema, next.result);
  refuseCycles(compiled.values(), report);
  return checker;
}

function partOf(value: JsonValue | undefined, key: string): JsonValue | undefined {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key)
    ? (value as JsonObject)[key]
    : undefined;
}

function decodePointer(part: string): string {
  try {
    return decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~");
  } catch {
    return part;
  }
}

/** A schema that leads to itself for the same value would never come to an end. */
function refuseCycles(schemas: Iterable<CompiledSchema>, report: (place: Place, message: string) => void): void {
  const state = new Map<CompiledSchema, "open" | "done">();
  for (const start of schemas) {
    // Not by recursion: a chain of references may be as long as the document.
    const stack = [{ schema: start, next: 0 }];
    while (stack.length > 0) {
      const top = stack[stack.length - 1];
      if (top.next === 0 && state.get(top.schema) === "done") {
        stack.pop();
        continue;
      }
      state.set(top.schema, "open");
      const child = top.schema.inPlace[top.next++];
      if (child === undefined) {
        state.set(top.schema, "done");
        stack.pop();
      } else if (state.get(child) === "open") {
        report(child.place, "leads back to itself for the same value, without end");
        child.checks = [];
      } else if (state.get(child) === undefined) stack.push({ schema: child, next: 0 });
    }
  }
}
