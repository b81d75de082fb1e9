/**
 * Taking a transition: exit actions, then the transition's own, then the target's enter actions, each list's tasks
 * being awaited before the next list begins. Without a target only the transition's own actions run.
 */

import { describeState } from "../../shared/definition/steps/author_place.ts";
import { assert } from "../../shared/errors.ts";
import { MICROSTEPS_MAX } from "../../shared/limits.ts";
import { runActions } from "./actions.ts";
import type { Choice } from "./choice.ts";
import type { Draft } from "./draft.ts";
import { fail } from "./ends.ts";
import { enter } from "./entering.ts";
import type { Fault } from "./fault.ts";
import type { PendingTransition } from "./instance.ts";

/** Begins a transition. Leaving cancels the state's tasks and clears its timers at once. */
export function take(draft: Draft, choice: Choice): Fault | undefined {
  if (++draft.microsteps > MICROSTEPS_MAX) return failAsLoop(draft);
  if (choice.transition.target === undefined) return runOwnActions(draft, choice);
  const { phase, state } = draft.instance;
  draft.tasks.cancel();
  const pending: PendingTransition = { source: choice.place, event: choice.event };
  // A state that is being left already is not left a second time: its exit actions have run, or were running.
  if (phase.kind !== "active") return cross(draft, pending);
  draft.timers.clearOfState();
  draft.setPhase({ kind: "exiting", pending });
  return runActions(draft, draft.state.exit, { event: choice.event, list: { state, list: "exit" } });
}

/** Goes on with a transition whose exit actions are done. */
export function cross(draft: Draft, pending: PendingTransition): Fault | undefined {
  const { phase, state } = draft.instance;
  if (phase.kind !== "transitioning") draft.record({ kind: "stateExited", state });
  draft.setPhase({ kind: "transitioning", pending });
  const transition = draft.transitionAt(pending.source);
  return runOwnActions(draft, { transition, place: pending.source, event: pending.event });
}

/** Goes on with a transition whose own actions are done. */
export function arrive(draft: Draft, pending: PendingTransition): Fault | undefined {
  const { target } = draft.transitionAt(pending.source);
  assert(target !== undefined, "a transition that is pending has a target");
  return enter(draft, target, pending.event);
}

function runOwnActions(draft: Draft, { transition, place, event }: Choice): Fault | undefined {
  const from = draft.instance.state;
  const { target: to, actions } = transition;
  draft.record({ kind: "transitionTaken", from, ...(to !== undefined && { to }), event: event.name });
  return runActions(draft, actions, { event, list: { state: from, list: place } });
}

function failAsLoop(draft: Draft): undefined {
  const recent = draft.entries.slice(draft.entries.length >> 1);
  const states = new Set(
    recent.flatMap((entry) => entry.kind === "stateEntered" ? [describeState(draft.definition, entry.state)] : []),
  );
  const message = `Stopped after ${MICROSTEPS_MAX} transitions in one step: ${[...states].join(", ")} ` +
    "lead to one another without end. One of them must run a task, wait for an event or a timer, or have a guard " +
    "that ends the loop.";
  fail(draft, { code: "RESOURCE_EXHAUSTED", message });
}
