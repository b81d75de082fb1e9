/** Which of several transitions is taken: the first, in document order, whose guard holds. */

import type { TransitionDefinition } from "../../shared/definition/definition.ts";
import { assert } from "../../shared/errors.ts";
import type { Draft } from "./draft.ts";
import { evaluateGuard } from "./expression.ts";
import { Fault } from "./fault.ts";
import type { EventValue } from "./instance.ts";
import { transitionAt, transitionsFor } from "./lookup.ts";
import { formatTransitionPlace, type TransitionPlace } from "./place.ts";

/** A transition that was chosen, and what for. */
export interface Choice {
  readonly transition: TransitionDefinition;
  readonly place: TransitionPlace;
  readonly event: EventValue;
}

/** The transition that the current state takes for an event, or undefined when no guard holds or none is declared. */
export function chooseForEvent(draft: Draft, event: EventValue): Choice | Fault | undefined {
  const transitions = transitionsFor(draft.state, event.name);
  for (let index = 0; index < transitions.length; index++) {
    const choice = consider(draft, transitions[index], { place: { event: event.name, index }, event });
    if (choice !== undefined) return choice;
  }
}

/** The state's `after[index]`, or undefined when its guard does not hold. */
export function chooseAfter(draft: Draft, index: number, event: EventValue): Choice | Fault | undefined {
  const place = { after: index };
  return consider(draft, transitionAt(draft.state, place), { place, event });
}

function consider(
  draft: Draft,
  transition: TransitionDefinition,
  options: { place: TransitionPlace; event: EventValue },
): Choice | Fault | undefined {
  if (transition.guard !== undefined) {
    assert(typeof transition.guard === "string", "a guard is an expression");
    const holds = evaluateGuard(draft, transition.guard, {
      event: options.event,
      place: () => `states.${draft.instance.state}.${formatTransitionPlace(options.place)}.guard`,
    });
    if (holds instanceof Fault) return holds;
    if (!holds) return undefined;
  }
  return { transition, ...options };
}
