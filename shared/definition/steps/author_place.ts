/**
 * Back from the machine that steps were compiled to, for messages while it runs: an author knows steps, not states.
 *
 * Nothing is stored for this. The steps that a definition keeps are compiled once more when a message first needs a
 * place; they are looked at for nothing but that, so that a document that is not what it was compiled from can at worst
 * give a wrong place.
 */

import type { Definition } from "../definition.ts";
import { quote } from "../place.ts";
import { recompile, type Recompiled } from "./recompile.ts";
import { ABORTED, END } from "./step.ts";

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
  const { source } = definition;
  if (source === undefined) return undefined;
  const compiled = cache.get(definition) ?? recompile(source);
  cache.set(definition, compiled);
  const place = compiled === undefined ? undefined : placeIn(compiled, path);
  if (place === undefined) return undefined;
  const [whole, state] = path;
  return whole === "states" ? `step ${quote(stepOf(definition, String(state)))}, ${place}` : place;
}

const cache = new WeakMap<Definition, Recompiled | undefined>();

/** The place of the innermost part on the way that has one. */
function placeIn({ definition, reading }: Recompiled, path: PartPath): string | undefined {
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
