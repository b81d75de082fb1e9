/** The transitions of a state, or of every state. */

import {
  type ChildDefinition,
  COMPLETE_EVENT,
  type Definition,
  ERROR_EVENT,
  type StateDefinition,
  type TransitionDefinition,
} from "./definition.ts";

/** A transition and what it answers to. */
export interface WayOut {
  /** Undefined for a delayed transition. */
  event?: string;
  delayMs?: number;
  transition: TransitionDefinition;
}

/** The transitions of a state's own; given a definition, those that it declares for every state. */
export function* waysOut(
  { on, after }: Pick<StateDefinition, "on" | "after"> | Pick<Definition, "on"> & { after?: undefined },
): Generator<WayOut> {
  for (const [event, transitions] of Object.entries(on ?? {})) {
    for (const transition of transitions) yield { event, transition };
  }
  for (const transition of after ?? []) yield { delayMs: transition.delayMs, transition };
}

/** Whether an event comes from outside, rather than from the state itself. */
export function isOutsideEvent(event: string): boolean {
  return event !== COMPLETE_EVENT && event !== ERROR_EVENT;
}

/** The parts of itself that a state starts: where each begins. */
export function* partsOf(state: Partial<StateDefinition> & Pick<Definition, "on">): Generator<ChildDefinition> {
  const lists = [state.enter, state.exit, state.compensate];
  for (const { transition } of waysOut({ on: state.on, after: state.after })) lists.push(transition.actions);
  for (const action of lists.flatMap((list) => list ?? [])) {
    const child = "start" in action ? action.start : "map" in action ? action.map.start : undefined;
    if (child?.state !== undefined) yield child;
  }
}
