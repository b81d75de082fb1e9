/** What follows from all states together: which are reached, which lead nowhere, which go round without end. */

import {
  type ActionDefinition,
  COMPLETE_EVENT,
  type Definition,
  ERROR_EVENT,
  type StateDefinition,
} from "./definition.ts";
import { quote } from "./place.ts";
import type { Reading } from "./reading.ts";
import { isOutsideEvent, partsOf, waysOut } from "./ways_out.ts";

type States = Record<string, StateDefinition>;

export function checkGraph(definition: Pick<Definition, "initial" | "states" | "on">, reading: Reading): void {
  const { states } = definition;
  const reached = reachedFrom(definition);
  for (const [name, state] of Object.entries(states)) {
    if (!reached.has(name)) {
      reading.report(reading.placeOf(state), `nothing leads to state ${quote(name)}: make it a target, or remove it`);
    }
    checkErrorHandler(name, state, reading);
    checkDeadEnd(name, state, reading);
  }
  checkRounds(states, reading);
}

function reachedFrom({ initial, states, on }: Pick<Definition, "initial" | "states" | "on">): Set<string> {
  const reached = new Set([initial]);
  // A set yields what is added while it is gone through.
  for (const name of reached) {
    const ways = states[name].final === undefined ? [...waysOut(states[name]), ...waysOut({ on })] : [];
    for (const { transition } of ways) {
      if (transition.target !== undefined) reached.add(transition.target);
    }
    for (const part of [...partsOf(states[name]), ...partsOf({ on })]) reached.add(part.state!);
  }
  return reached;
}

/** Whether something in a state may fail, so that the event `error` may come. */
export function canFail(state: StateDefinition): boolean {
  return hasTask(state) || hasFail(state);
}

/** Whether something is done that the state waits for. */
function hasTask(state: StateDefinition): boolean {
  return listsOf(state).some((list) => list?.some(isWaitedFor));
}

/** Whether something fails as soon as it is done. */
function hasFail(state: StateDefinition): boolean {
  return listsOf(state).some((list) => list?.some((action) => "fail" in action));
}

function listsOf(state: StateDefinition): (readonly ActionDefinition[] | undefined)[] {
  return [state.enter, state.exit, ...[...waysOut(state)].map(({ transition }) => transition.actions)];
}

function isWaitedFor(action: ActionDefinition): boolean {
  return "task" in action || "map" in action || "start" in action && action.start.wait !== false;
}

function checkErrorHandler(name: string, state: StateDefinition, reading: Reading): void {
  if (state.on?.[ERROR_EVENT] === undefined || canFail(state)) return;
  const message = `nothing in state ${quote(name)} can fail, so the event "${ERROR_EVENT}" never comes: remove it`;
  reading.report(reading.placeOf(state.on[ERROR_EVENT][0]), message);
}

/** A state that waits, but for nothing that can come. Transitions of every state keep none of them waiting. */
function checkDeadEnd(name: string, state: StateDefinition, reading: Reading): void {
  const events = Object.keys(state.on ?? {});
  const leadsOn = state.after !== undefined ||
    events.some((event) => event === COMPLETE_EVENT || isOutsideEvent(event));
  if (leadsOn || events.length === 0 || !hasTask(state) || hasFail(state)) return;
  const message = `once its tasks are done, nothing leads on from state ${quote(name)}: ` +
    `add a transition for "${COMPLETE_EVENT}", another event or a delay`;
  reading.report(reading.placeOf(state, "on"), message);
}

/** States without tasks that lead from one to the next at once, and back to the first. */
function checkRounds(states: States, reading: Reading): void {
  const done = new Set<string>();
  for (const start of Object.keys(states)) {
    const path = new Set<string>();
    let name: string | undefined = start;
    while (name !== undefined && !done.has(name) && !path.has(name)) {
      path.add(name);
      name = nextAtOnce(states[name]);
    }
    if (name !== undefined && path.has(name) && !done.has(name)) {
      const round = [...path].slice([...path].indexOf(name));
      const message = `goes round without end, as nothing is waited for: ${[...round, name].join(" -> ")}`;
      reading.report(reading.placeOf(states[name].on![COMPLETE_EVENT][0]), message);
    }
    for (const seen of path) done.add(seen);
  }
}

/** Where a state without tasks leads as soon as it is entered, whatever the context. */
function nextAtOnce(state: StateDefinition): string | undefined {
  const [first] = state.on?.[COMPLETE_EVENT] ?? [];
  return first?.guard === undefined && !canFail(state) ? first?.target : undefined;
}
