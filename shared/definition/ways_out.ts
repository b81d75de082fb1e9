/** The transitions of a state. */

import { COMPLETE_EVENT, ERROR_EVENT, type StateDefinition, type TransitionDefinition } from "./definition.ts";

/** A transition and what it answers to. */
export interface WayOut {
  /** Undefined for a delayed transition. */
  event?: string;
  delayMs?: number;
  transition: TransitionDefinition;
}

export function* waysOut(state: StateDefinition): Generator<WayOut> {
  for (const [event, transitions] of Object.entries(state.on ?? {})) {
    for (const transition of transitions) yield { event, transition };
  }
  for (const transition of state.after ?? []) yield { delayMs: transition.delayMs, transition };
}

/** Whether an event comes from outside, rather than from the state itself. */
export function isOutsideEvent(event: string): boolean {
  return event !== COMPLETE_EVENT && event !== ERROR_EVENT;
}
