/** What a definition must be beyond its shape: that what is named exists, and that nothing in it is in vain. */

import type { Definition, StateDefinition } from "./definition.ts";
import { checkGraph } from "./graph.ts";
import { nearestName } from "./nearest_name.ts";
import { quote } from "./place.ts";
import type { Reading } from "./reading.ts";
import { checkTaskNames } from "./task_names.ts";
import { waysOut } from "./ways_out.ts";

/** Checks what was read of a definition, and reports every problem. Parts that could not be read are missing. */
export function validate(definition: Partial<Definition>, reading: Reading): void {
  const { states } = definition;
  if (states === undefined) return;
  checkTargets(definition, states, reading);
  for (const state of Object.values(states)) {
    checkFinal(state, reading);
    checkOrder(state, reading);
    checkTaskNames(state, reading);
  }
  // Conclusions from the whole would be wrong if a part of it is not understood.
  if (reading.isWhole && definition.initial !== undefined) checkGraph(definition.initial, states, reading);
}

function checkTargets(
  definition: Partial<Definition>,
  states: Record<string, StateDefinition>,
  reading: Reading,
): void {
  const names = Object.keys(states);
  const missing = (name: string) => () => {
    const listed = `; the states are ${names.slice(0, 10).join(", ")}${names.length > 10 ? ", ..." : ""}`;
    return `there is no state ${quote(name)}${nearestName(name, names) || listed}`;
  };
  const { initial } = definition;
  if (initial !== undefined && !Object.hasOwn(states, initial)) {
    reading.report(reading.placeOf(definition, "initial"), missing(initial));
  }
  for (const state of Object.values(states)) {
    for (const { transition } of waysOut(state)) {
      const { target } = transition;
      if (target === undefined || Object.hasOwn(states, target)) continue;
      reading.report(reading.placeOf(transition, "target"), missing(target));
    }
  }
}

/** A final state is not left. */
function checkFinal(state: StateDefinition, reading: Reading): void {
  if (state.final === undefined) return;
  for (const key of ["on", "after", "exit"] as const) {
    if (state[key] === undefined) continue;
    reading.report(
      reading.placeOf(state, key),
      `a final state is never left, so "${key}" has no effect: remove it or "final"`,
    );
  }
}

/** What follows a transition without a guard is never reached. */
function checkOrder(state: StateDefinition, reading: Reading): void {
  const unguarded = new Set<string | number>();
  for (const { event, delayMs, transition } of waysOut(state)) {
    const trigger = event ?? delayMs!;
    if (unguarded.has(trigger)) {
      const message = "is never reached: a transition before it has no guard, and is always taken";
      reading.report(reading.placeOf(transition), message, { isLocal: true });
    }
    if (transition.guard === undefined) unguarded.add(trigger);
  }
}
