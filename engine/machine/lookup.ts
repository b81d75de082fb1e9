/** Looking things up in a definition. Names come from outside, so only own members count. */

import {
  COMPLETE_EVENT,
  type Definition,
  ERROR_EVENT,
  type StateDefinition,
  type TransitionDefinition,
} from "../../shared/definition/definition.ts";
import { assert } from "../../shared/errors.ts";
import type { TransitionSource } from "./instance.ts";

/** The definition of a state, which must exist: definitions are validated before they are stored. */
export function stateOf(definition: Definition, state: string): StateDefinition {
  assert(Object.hasOwn(definition.states, state), `workflow "${definition.name}" has the state "${state}"`);
  return definition.states[state];
}

const NONE: readonly TransitionDefinition[] = Object.freeze([]);

/** The transitions that a state, or the definition for every state, declares for an event, in document order. */
export function transitionsFor(
  { on }: Pick<StateDefinition, "on">,
  eventName: string,
): readonly TransitionDefinition[] {
  return on !== undefined && Object.hasOwn(on, eventName) ? on[eventName] : NONE;
}

/** The transition that stands at a place, which must exist. */
export function transitionAt(definition: Definition, state: string, source: TransitionSource): TransitionDefinition {
  const transition = "event" in source
    ? transitionsFor(source.everywhere ? definition : stateOf(definition, state), source.event)[source.index]
    : stateOf(definition, state).after?.[source.after];
  assert(transition !== undefined, "a transition that was chosen stands in its state's definition");
  return transition;
}

/** Whether clients may send an event of this name; the machine raises the others itself. */
export function isClientEvent(eventName: string): boolean {
  return eventName !== COMPLETE_EVENT && eventName !== ERROR_EVENT;
}

/**
 * Whether the state itself declares a transition for any event that a client may send. Those of every state do not
 * count: else one of them would keep every state open that was meant to be the end.
 */
export function takesClientEvents({ on }: StateDefinition): boolean {
  for (const eventName in on) if (isClientEvent(eventName) && on[eventName].length > 0) return true;
  return false;
}
