/**
 * Shapes: what a part of a document may look like, described once. Reading, unknown keys, suggestions and the JSON
 * Schema of the format all follow from the description.
 *
 * A shape reads a part into its canonical form. It reports what is wrong and gives undefined, or what is right of it;
 * a part that is `undefined` has been reported already.
 */

import type { JsonObject } from "../json.ts";
import { nearestName } from "./nearest_name.ts";
import { type Place, quote } from "./place.ts";
import type { Reading } from "./reading.ts";

export interface Shape<T> {
  /** In words with an article, as in "must be a text". */
  readonly what: string;
  readonly schema: JsonObject;
  read(value: unknown, place: Place, reading: Reading): T | undefined;
}

/** What a value is, for messages. */
export function describeValue(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  switch (typeof value) {
    case "string":
      return `the text ${quote(value)}`;
    case "object":
      return "an object";
    default:
      return String(value);
  }
}

/** Reports that a value is not what is expected here. */
export function refuse(what: string, value: unknown, place: Place, reading: Reading): undefined {
  if (value !== undefined) reading.report(place, `must be ${what}, not ${describeValue(value)}`);
  return undefined;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** One shape or another, told apart by what the value looks like. */
export function either<T>(
  what: string,
  choices: { when: (value: unknown) => boolean; shape: Shape<T> }[],
): Shape<T> {
  return {
    what,
    schema: { anyOf: choices.map(({ shape }) => shape.schema) },
    read: (value, place, reading) => {
      const choice = choices.find(({ when }) => when(value));
      return choice === undefined ? refuse(what, value, place, reading) : choice.shape.read(value, place, reading);
    },
  };
}

/** The shape, with more done to what it has read. */
export function followedBy<S, T>(
  shape: Shape<S>,
  then: (read: S, place: Place, reading: Reading, value: unknown) => T | undefined,
): Shape<T> {
  return {
    what: shape.what,
    schema: shape.schema,
    read: (value, place, reading) => {
      const read = shape.read(value, place, reading);
      return read === undefined ? undefined : then(read, place, reading, value);
    },
  };
}

/** A list of at most `max` parts. */
export function listOf<T>(shape: Shape<T>, max: number): Shape<T[]> {
  const what = `a list, each part ${shape.what}`;
  return {
    what,
    schema: { type: "array", items: shape.schema, maxItems: max },
    read: (value, place, reading) => {
      if (!Array.isArray(value)) return refuse(what, value, place, reading);
      if (value.length > max) reading.report(place, `has ${value.length} parts, at most ${max} are allowed`);
      const parts: T[] = [];
      for (const [index, item] of value.slice(0, max).entries()) {
        const part = shape.read(item, place.item(index), reading);
        if (part !== undefined) parts.push(part);
      }
      return parts;
    },
  };
}

/** A list, or one part that stands for a list of it. */
export function oneOrMany<T>(shape: Shape<T>, max: number): Shape<T[]> {
  const many = listOf(shape, max);
  return {
    what: `${shape.what}, or a list of such`,
    schema: { anyOf: [shape.schema, many.schema] },
    read: (value, place, reading) => {
      if (Array.isArray(value)) return many.read(value, place, reading);
      const part = shape.read(value, place, reading);
      return part === undefined ? undefined : [part];
    },
  };
}

/** The shape under a name in the JSON Schema's `$defs`, where it is given once however often it is used. */
export function defined<T>(name: string, shape: Shape<T>): Shape<T> {
  return { ...shape, schema: { $ref: `#/$defs/${name}` } };
}

/** An object whose keys are names of the author's choice. What is read keeps every name, for others to refer to. */
export function mapOf<T>(
  keys: Shape<string>,
  values: Shape<T>,
  options: { what: string; max: number },
): Shape<Map<string, T | undefined>> {
  return {
    what: options.what,
    schema: {
      type: "object",
      propertyNames: keys.schema,
      additionalProperties: values.schema,
      maxProperties: options.max,
    },
    read: (value, place, reading) => {
      if (!isObject(value)) return refuse(options.what, value, place, reading);
      const names = Object.keys(value);
      if (names.length > options.max) {
        reading.report(place, `has ${names.length} entries, at most ${options.max} are allowed`);
      }
      const read = new Map<string, T | undefined>();
      for (const name of names.slice(0, options.max)) {
        const key = keys.read(name, place.key(name), reading);
        const part = values.read(value[name], place.member(name), reading);
        if (key !== undefined) read.set(key, part);
      }
      return read;
    },
  };
}

/** One key of a record. */
export interface Field {
  shape: Shape<unknown>;
  /** What it is for; becomes the description in the JSON Schema. */
  about: string;
  required?: true;
  /** The key in the canonical form, where this is another way to write it. */
  as?: string;
  /** Only another word for a key, which messages do not show. */
  isSynonym?: true;
}

/**
 * An object with known keys. Fields that are wrong or missing are missing in what is read.
 *
 * `alsoKnownAs` leads from keys that other tools use to ours.
 */
export function record<T extends object>(
  what: string,
  fields: Record<string, Field>,
  options: { alsoKnownAs?: Record<string, string> } = {},
): Shape<Partial<T>> {
  const keys = Object.keys(fields);
  // Of two ways to write one field, messages show the one that is not the canonical form, unless that is but a synonym.
  const known = keys.filter((key) => !fields[key].isSynonym);
  const shown = known.filter((key) => !known.some((other) => fields[other].as === key));
  return {
    what,
    schema: schemaOf(fields),
    read: (value, place, reading) => {
      if (!isObject(value)) return refuse(`${what} (an object)`, value, place, reading);
      const result: Record<string, unknown> = {};
      reading.note(result, "", place);
      for (const key of Object.keys(value)) {
        if (!Object.hasOwn(fields, key)) {
          reading.report(place.key(key), () => {
            const other = Object.hasOwn(options.alsoKnownAs ?? {}, key) ? options.alsoKnownAs![key] : undefined;
            const hint = other === undefined ? nearestName(key, keys) : `; here it is "${other}"`;
            return `${what} has no ${quote(key)}${hint || `; it has ${shown.join(", ")}`}`;
          });
          continue;
        }
        const { as = key, shape } = fields[key];
        if (reading.isNoted(result, as)) {
          const twins = keys.filter((other) => (fields[other].as ?? other) === as && Object.hasOwn(value, other));
          reading.report(place.key(key), `give ${twins.map((twin) => `"${twin}"`).join(" or ")}, not both`);
          continue;
        }
        reading.note(result, as, place.member(key));
        const read = shape.read(value[key], place.member(key), reading);
        if (read !== undefined) result[as] = read;
      }
      for (const key of shown) {
        if (fields[key].required && !reading.isNoted(result, fields[key].as ?? key)) {
          reading.report(place, `${what} needs "${key}": ${fields[key].about}`);
        }
      }
      return result as Partial<T>;
    },
  };
}

/** Of several keys of a record one is needed; undefined where there are none or more. */
export function requireOne<T extends object>(
  part: T,
  keys: readonly string[],
  { what, place, reading }: { what: string; place: Place; reading: Reading },
): T | undefined {
  const given = keys.filter((key) => reading.isNoted(part, key));
  if (given.length === 1) return part;
  reading.report(place, `${what} needs ${keys.map(quote).join(" or ")}${given.length > 1 ? ", not both" : ""}`);
  return undefined;
}

function schemaOf(fields: Record<string, Field>): JsonObject {
  const properties: JsonObject = {};
  for (const [key, { shape, about }] of Object.entries(fields)) {
    properties[key] = { description: about, ...shape.schema };
  }
  const needed = Object.keys(fields).filter((key) => fields[key].required);
  // A key that may be written in two ways is needed in one of them.
  const twins = needed.filter((key) => fields[key].as !== undefined && Object.hasOwn(fields, fields[key].as));
  const required = needed.filter((key) => !twins.includes(key));
  return {
    type: "object",
    properties,
    additionalProperties: false,
    ...(required.length > 0 && { required }),
    ...(twins.length > 0 && {
      allOf: twins.map((key) => ({ anyOf: [{ required: [key] }, { required: [fields[key].as!] }] })),
    }),
  };
}
