/** The names that a piece of code uses and does not declare. */

import { analyze } from "eslint-scope";
import { parseJavascript } from "./parser.ts";

/** A use of a name that is declared elsewhere; line and column from 1. */
export interface FreeVariable {
  name: string;
  line: number;
  column: number;
}

/** Every free name of a module's source, where it is used first, in the order of the text. Throws as the parser does. */
export function freeVariables(source: string): FreeVariable[] {
  const program = parseJavascript(source, { ranges: true });
  const { globalScope } = analyze(program as Parameters<typeof analyze>[0], {
    ecmaVersion: 2022,
    sourceType: "module",
  });
  const found = new Map<string, FreeVariable>();
  for (const { identifier } of globalScope?.through ?? []) {
    const { line, column } = identifier.loc!.start;
    if (!found.has(identifier.name)) found.set(identifier.name, { name: identifier.name, line, column: column + 1 });
  }
  return [...found.values()];
}
