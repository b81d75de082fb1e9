/** The canonical text of a definition, and the hash that decides whether two are the same. */

import { createHash } from "node:crypto";
import { canonicalJson } from "../json.ts";
import type { Definition } from "./definition.ts";

/** The canonical JSON of a canonical definition: the same content gives the same text, whatever it was written in. */
export function canonicalDefinition(definition: Definition): string {
  return canonicalJson(definition);
}

/** SHA-256 of the canonical JSON, in hex. */
export function definitionHash(definition: Definition): string {
  return createHash("sha256").update(canonicalDefinition(definition)).digest("hex");
}
