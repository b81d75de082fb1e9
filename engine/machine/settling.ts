/**
 * What follows by itself: an instance is carried on until it waits for a task, a timer or an event, or has ended.
 *
 * - N1 Never stuck: when settling returns, an instance that runs has a task, a timer of its state, or takes an event.
 * - N2 `complete` is raised once per visit of a state, when the visit's tasks are done for the first time.
 */

import { COMPLETE_EVENT } from "../../shared/definition/definition.ts";
import { chooseForEvent } from "./choice.ts";
import { type Draft, SETTLED } from "./draft.ts";
import { endIfNothingCanHappen } from "./ends.ts";
import { Fault } from "./fault.ts";
import type { EventValue } from "./instance.ts";
import { arrive, cross, take } from "./transition.ts";

const COMPLETE: EventValue = Object.freeze({ name: COMPLETE_EVENT, data: null });

/** Carries the instance on. Bounded by MICROSTEPS_MAX transitions. */
export function settle(draft: Draft): Fault | undefined {
  while (draft.isRunning && !draft.hasTasks) {
    const { phase } = draft.instance;
    if (phase.kind === "active" && phase.settled) {
      endIfNothingCanHappen(draft);
      return undefined;
    }
    const fault = phase.kind === "active"
      ? complete(draft)
      : phase.kind === "exiting"
      ? cross(draft, phase.pending)
      : arrive(draft, phase.pending);
    if (fault !== undefined) return fault;
  }
}

function complete(draft: Draft): Fault | undefined {
  draft.setPhase(SETTLED); // N2
  const choice = chooseForEvent(draft, COMPLETE);
  return choice === undefined || choice instanceof Fault ? choice : take(draft, choice);
}
