/** What a definition must be beyond its shape: that what is named exists, and that nothing in it is in vain. */

import { COMPLETE_EVENT, type Definition, ERROR_EVENT, type StateDefinition } from "./definition.ts";
import { checkGraph } from "./graph.ts";
import { nearestName } from "./nearest_name.ts";
import { quote } from "./place.ts";
import type { Reading } from "./reading.ts";
import { checkMachineNames, checkTaskNames } from "./task_names.ts";
import { partsOf, type WayOut, waysOut } from "./ways_out.ts";

/** Checks what was read of a definition, and reports every problem. Parts that could not be read are missing. */
export function validate(definition: Partial<Definition>, reading: Reading): void {
  const { states } = definition;
  if (states === undefined) return;
  checkTargets(definition, states, reading);
  for (const state of Object.values(states)) {
    checkFinal(state, reading);
    checkOrder(waysOut(state), reading);
    checkCodes(waysOut(state), reading);
    checkTaskNames(state, reading);
  }
  checkOrder(waysOut(definition), reading);
  checkCodes(waysOut(definition), reading);
  checkMachineNames(definition, reading);
  refuseComplete(definition, reading);
  // Conclusions from the whole would be wrong if a part of it is not understood.
  if (reading.isWhole && definition.initial !== undefined) {
    checkGraph({ initial: definition.initial, states, on: definition.on }, reading);
  }
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
  for (const owner of [...Object.values(states), { on: definition.on }]) {
    for (const { transition } of waysOut(owner)) {
      const { target } = transition;
      if (target === undefined || Object.hasOwn(states, target)) continue;
      reading.report(reading.placeOf(transition, "target"), missing(target));
    }
    for (const part of partsOf(owner)) {
      if (Object.hasOwn(states, part.state!)) continue;
      reading.report(reading.placeOf(part, "state"), missing(part.state!));
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
  if (state.final === "completed" && state.compensate !== undefined) {
    const message =
      'nothing is undone once an instance is completed, so "compensate" has no effect: remove it or "final"';
    reading.report(reading.placeOf(state, "compensate"), message);
  }
}

/** What follows a transition that is always taken is never reached. */
function checkOrder(ways: Iterable<WayOut>, reading: Reading): void {
  /** By trigger: the codes for which a transition is always taken, or all of them. */
  const taken = new Map<string | number, Set<string> | "all">();
  for (const { event, delayMs, transition } of ways) {
    const trigger = event ?? delayMs!;
    const before = taken.get(trigger);
    const { codes } = transition;
    if (before === "all" || before !== undefined && codes?.every((code) => before.has(code))) {
      const which = before === "all" ? "has no guard" : "takes the same codes without a guard";
      const message = `is never reached: a transition before it ${which}, and is always taken`;
      reading.report(reading.placeOf(transition), message, { isLocal: true });
    }
    if (transition.guard !== undefined || before === "all") continue;
    taken.set(trigger, codes === undefined ? "all" : new Set([...before ?? [], ...codes]));
  }
}

/** Only failures have codes. */
function checkCodes(ways: Iterable<WayOut>, reading: Reading): void {
  for (const { event, transition } of ways) {
    if (event === ERROR_EVENT || transition.codes === undefined) continue;
    const message = `only the event "${ERROR_EVENT}" has codes: remove "codes", or use a guard`;
    reading.report(reading.placeOf(transition, "codes"), message, { isLocal: true });
  }
}

/** Each state is complete by itself. */
function refuseComplete(definition: Partial<Definition>, reading: Reading): void {
  const transitions = definition.on?.[COMPLETE_EVENT];
  if (transitions === undefined || transitions.length === 0) return;
  const message = `the event "${COMPLETE_EVENT}" belongs to one state: move this into the states that it is for`;
  reading.report(reading.placeOf(transitions[0]), message, { isLocal: true });
}
