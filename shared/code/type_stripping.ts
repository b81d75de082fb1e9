/** Removes TypeScript's types. */

import { stripTypeScriptTypes } from "node:module";
import type { Problem } from "../errors.ts";

export function stripTypes(source: string): string | Problem {
  return stripTypeScriptTypes(source, { mode: "strip" });
}
