/** Writes docs/definition.schema.json, the JSON Schema of definitions for editors. With --check, says whether it is fresh. */

import { join } from "node:path";
import { DEFINITION_JSON_SCHEMA } from "../shared/definition/definition_shape.ts";

export const SCHEMA_FILE = join(import.meta.dirname!, "..", "docs", "definition.schema.json");

/** The file as it must be. */
export function schemaText(): string {
  return `${JSON.stringify(DEFINITION_JSON_SCHEMA, null, 2)}\n`;
}

if (import.meta.main) {
  const text = schemaText();
  const isFresh = text === await Deno.readTextFile(SCHEMA_FILE).catch(() => "");
  if (!isFresh && !Deno.args.includes("--check")) await Deno.writeTextFile(SCHEMA_FILE, text);
  if (!isFresh) console.log(`docs/definition.schema.json is ${Deno.args.includes("--check") ? "stale" : "written"}`);
  if (!isFresh && Deno.args.includes("--check")) Deno.exit(1);
}
