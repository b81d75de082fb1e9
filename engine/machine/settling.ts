/**
 * What follows by itself: an instance is carried on until it waits for a task, a timer or an event, or has ended.
 *
 * - N1 Never stuck: when settling returns, an instance that runs has a task, a timer of its state, or takes an event; or
 *      it is paused, or waits for other instances of its workflow to end.
 * - N2 `complete` is raised once per visit of a state, when the visit's tasks are done for the first time.
 */

import { COMPLETE_EVENT } from "../../shared/definition/definition.ts";
import { chooseForEvent } from "./choice.ts";
import { noteCompleted, undoNext } from "./compensation.ts";
import { pursue } from "./deciding.ts";
import { type Draft, SETTLED } from "./draft.ts";
import { endIfNothingCanHappen, failByFault } from "./ends.ts";
import { Fault } from "./fault.ts";
import type { EventValue } from "./instance.ts";
import { handleFailure } from "./tasks.ts";
import { arrive, cross } from "./transition.ts";

const COMPLETE: EventValue = Object.freeze({ name: COMPLETE_EVENT, data: null });

/** Carries the instance on. Bounded by MICROSTEPS_MAX transitions, and by the visits there are to undo. */
export function settle(draft: Draft): Fault | undefined {
  while (draft.isRunning && (draft.isRaised || draft.tasks.isEmpty)) {
    const { phase } = draft.instance;
    let fault: Fault | undefined;
    if (draft.isRaised) {
      fault = handleFailure(draft, draft.takeRaised()); // D7
      if (fault !== undefined) return fault;
      continue;
    }
    switch (phase.kind) {
      case "active":
        if (phase.settled) {
          fault = endIfNothingCanHappen(draft);
          // Otherwise it ended, waits, or is to be undone.
          if (fault === undefined && draft.instance.phase.kind !== "compensating") return undefined;
        } else fault = complete(draft);
        break;
      case "exiting":
        fault = cross(draft, phase.pending);
        break;
      case "transitioning":
        fault = arrive(draft, phase.pending);
        break;
      case "compensating":
        undoNext(draft, phase);
        break;
      case "deciding":
      case "waiting":
        return undefined;
    }
    if (fault !== undefined) return fault;
  }
}

/** Fails the instance because of a fault that no client can be told of, or goes on with undoing so that it then fails. */
export function giveUp(draft: Draft, fault: Fault): void {
  failByFault(draft, fault);
  if (!draft.instance.paused) settle(draft); // undoing has no faults
}

function complete(draft: Draft): Fault | undefined {
  draft.setPhase(SETTLED); // N2
  const fault = noteCompleted(draft);
  if (fault !== undefined) return fault;
  const choice = chooseForEvent(draft, COMPLETE);
  return choice === undefined || choice instanceof Fault ? choice : pursue(draft, choice);
}
