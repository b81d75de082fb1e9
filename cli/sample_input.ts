/** A start input to begin with: what a schema requires, as small as it may be. */

import { isJsonObject, type JsonObject, type JsonValue } from "../shared/json.ts";
import { quoteWord } from "./config.ts";

const EMPTY: { readonly [type: string]: JsonValue } = {
  string: "",
  integer: 0,
  number: 0,
  boolean: false,
  array: [],
  object: {},
};

/** The flag that gives it, with a space before; empty where nothing is required. */
export function sampleInputFlag(schema: JsonValue | undefined): string {
  if (!isJsonObject(schema) || !Array.isArray(schema.required) || schema.required.length === 0) return "";
  const properties = isJsonObject(schema.properties) ? schema.properties : {};
  const required = schema.required.filter((key) => typeof key === "string");
  const input = Object.fromEntries(required.map((key) => [key, sampleOf(properties[key])]));
  return ` -i ${quoteWord(JSON.stringify(input))}`;
}

function sampleOf(schema: JsonValue | undefined): JsonValue {
  const own: JsonObject = isJsonObject(schema) ? schema : {};
  if (own.default !== undefined) return own.default;
  if (Array.isArray(own.enum) && own.enum.length > 0) return own.enum[0];
  if (typeof own.minimum === "number") return own.minimum;
  return typeof own.type === "string" ? EMPTY[own.type] ?? null : null;
}
