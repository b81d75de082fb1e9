/**
 * Back from the machine that steps were compiled to, for messages while it runs: an author knows steps, not states.
 *
 * Nothing is stored for this. The steps that a definition keeps are compiled once more when a message first needs a
 * place; they are looked at for nothing but that, so that a document that is not what it was compiled from can at worst
 * give a wrong place.
 */

import { readValue } from "../document.ts";
import type { Definition } from "../definition.ts";
import { quote } from "../place.ts";
import { type CompileCode, Reading } from "../reading.ts";
import { compileSteps } from "./compile.ts";
import { ABORTED, END } from "./step.ts";
import { STEPS_DOCUMENT } from "./steps_shape.ts";

/** Where a part of a definition is: the keys and indices that lead to it. */
export type PartPath = readonly (string | number)[];

/** The step that a state was made for, or the state itself in a definition that was written as states. */
export function stepOf({ source }: Definition, state: string): string {
  return source === undefined ? state : state.split(".", 1)[0];
}

/** As `step "price"`, or `state "price"` in a definition that was written as states. */
export function describeState(definition: Definition, state: string): string {
  const step = stepOf(definition, state);
  const isStep = definition.source !== undefined && step !== END && step !== ABORTED;
  return `${isStep ? "step" : "state"} "${step}"`;
}

/** As `step "price", steps[0].type.script.input`; undefined where the definition was written as states. */
export function authorPlace(definition: Definition, path: PartPath): string | undefined {
  if (definition.source === undefined) return undefined;
  const compiled = cache.get(definition) ?? recompile(definition);
  cache.set(definition, compiled);
  const place = compiled === undefined ? undefined : placeIn(compiled, path);
  if (place === undefined) return undefined;
  const [whole, state] = path;
  return whole === "states" ? `step ${quote(stepOf(definition, String(state)))}, ${place}` : place;
}

interface Compiled {
  definition: Definition;
  reading: Reading;
}

const cache = new WeakMap<Definition, Compiled | undefined>();

/** The code was compiled when the definition was accepted. */
const COMPILED: ReturnType<CompileCode> = { ok: true, code: { kind: "script", body: "", insertions: [] }, hash: "" };

function recompile({ source }: Definition): Compiled | undefined {
  const reading = new Reading(() => COMPILED);
  const { value, place } = readValue(source!.document, reading);
  const steps = STEPS_DOCUMENT.read(value, place, reading);
  const definition = steps && compileSteps(steps, source!.document, { reading, place });
  return definition && { definition, reading };
}

/** The place of the innermost part on the way that has one. */
function placeIn({ definition, reading }: Compiled, path: PartPath): string | undefined {
  let place: string | undefined;
  let part: unknown = definition;
  for (const key of path) {
    if (typeof part !== "object" || part === null) break;
    if (reading.isNoted(part, String(key))) place = reading.placeOf(part, String(key)).path;
    else if (reading.isNoted(part, "")) place = reading.placeOf(part).path;
    part = Object.hasOwn(part, key) ? (part as Record<string | number, unknown>)[key] : undefined;
  }
  return place === "" ? undefined : place;
}
