/** How an instance ends. */

import { COMPLETE_EVENT, type TransitionDefinition } from "../../shared/definition/definition.ts";
import type { Failure } from "../../shared/failure.ts";
import { isJsonObject } from "../../shared/json.ts";
import type { Draft } from "./draft.ts";
import type { Fault } from "./fault.ts";
import { takesClientEvents, transitionsFor } from "./lookup.ts";
import { formatTransitionPlace, type TransitionPlace } from "./place.ts";

/** Fails the instance. */
export function fail(draft: Draft, failure: Failure): void {
  draft.end("failed", { kind: "failed", failure });
}

/** Fails the instance because of a fault that no client can be told of. */
export function failByFault(draft: Draft, fault: Fault): void {
  fail(draft, {
    code: fault.cause === "expression" ? "EXPRESSION_FAILED" : "RESOURCE_EXHAUSTED",
    message: fault.message,
  });
}

/**
 * Ends the instance if nothing can happen to it any more in a state that has received `complete` and has no tasks.
 *
 * It has then come to its end, if the state is final or was never meant to be left. If it declares transitions that
 * were to lead on by themselves, it has come to a dead end, and fails rather than wait for ever.
 */
export function endIfNothingCanHappen(draft: Draft): void {
  const { state } = draft;
  if (state.final === undefined) {
    if (draft.hasStateTimers || takesClientEvents(state)) return;
    const untaken = automaticWaysOut(draft);
    if (untaken.length > 0) return fail(draft, { code: "NO_TRANSITION", message: describeDeadEnd(draft, untaken) });
  }
  if (state.final === "failed") return fail(draft, { code: "STATE_FAILED", message: describeFailedState(draft) });
  draft.end("completed", { kind: "completed" });
}

interface WayOut {
  readonly place: TransitionPlace;
  readonly transition: TransitionDefinition;
}

function automaticWaysOut({ state }: Draft): WayOut[] {
  const complete = transitionsFor(state, COMPLETE_EVENT);
  return [
    ...complete.map((transition, index) => ({ place: { event: COMPLETE_EVENT, index }, transition })),
    ...(state.after ?? []).map((transition, index) => ({ place: { after: index }, transition })),
  ].filter(({ transition }) => transition.target !== undefined);
}

function describeDeadEnd({ instance }: Draft, untaken: readonly WayOut[]): string {
  const guards = untaken.map(({ place, transition }) =>
    `${formatTransitionPlace(place)} (${transition.guard === undefined ? "no guard" : `\`${transition.guard}\``})`
  );
  return `Cannot leave state "${instance.state}": its tasks are done, it takes no events, no timer is left, and none of ` +
    `these was taken: ${guards.join(", ")}. Add a transition without a guard, or an event for the state to wait for.`;
}

function describeFailedState({ instance, definition }: Draft): string {
  const { error } = instance.context;
  const reason = isJsonObject(error) && typeof error.message === "string" ? `: ${error.message}` : "";
  return `Workflow "${definition.name}" ended in state "${instance.state}", which is final and means failure${reason}`;
}
