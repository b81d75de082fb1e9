/** The steps that a definition keeps, compiled once more: for what is not stored, as the places of its parts. */

import type { Definition, SourceDefinition } from "../definition.ts";
import { readValue } from "../document.ts";
import { type CompileCode, Reading } from "../reading.ts";
import { compileSteps } from "./compile.ts";
import { STEPS_DOCUMENT } from "./steps_shape.ts";

export interface Recompiled {
  definition: Definition;
  /** Knows the place of every part. */
  reading: Reading;
}

/** The code was compiled when the definition was accepted. */
const COMPILED: ReturnType<CompileCode> = { ok: true, code: { kind: "script", body: "", insertions: [] }, hash: "" };

/** Undefined where the document is no steps workflow. Nothing says that it is the one that was compiled before. */
export function recompile({ document }: SourceDefinition): Recompiled | undefined {
  const reading = new Reading(() => COMPILED);
  const { value, place } = readValue(document, reading);
  const steps = STEPS_DOCUMENT.read(value, place, reading);
  const definition = steps && compileSteps(steps, document, { reading, place });
  return definition && { definition, reading };
}
