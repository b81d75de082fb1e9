/**
 * Undoing: before an instance fails or is cancelled, the undo actions of its completed visits run, the last first.
 *
 * - U1 A visit is completed when the tasks of its enter actions are done, which raises `complete`; from then on it is
 *      undone once, unless the instance completes.
 * - U2 Undoing always comes to an end: a failure of an undo action is noted, the others still run, and the instance then
 *      fails with COMPENSATION_FAILED.
 */

import type { CompensatedEnd } from "../../shared/definition/definition.ts";
import { describeState } from "../../shared/definition/steps/author_place.ts";
import type { Failure } from "../../shared/failure.ts";
import type { JsonObject } from "../../shared/json.ts";
import { UNDO_VISITS_MAX } from "../../shared/limits.ts";
import { runActions } from "./actions.ts";
import type { Draft } from "./draft.ts";
import { Fault } from "./fault.ts";
import type { Compensating, EventValue, UndoneEnd } from "./instance.ts";
import { stateOf } from "./lookup.ts";
import { WorkBudget } from "./work_budget.ts";

/** Notes that the visit of the current state is completed (U1). */
export function noteCompleted(draft: Draft): Fault | undefined {
  if (draft.state.compensate === undefined) return undefined;
  const undo = draft.instance.undo ?? [];
  if (undo.length >= UNDO_VISITS_MAX) {
    return new Fault("limit", `An instance may have at most ${UNDO_VISITS_MAX} visits to undo.`);
  }
  draft.setRare({ undo: [...undo, draft.instance.state] });
}

/** Whether an end is preceded by undo actions; the definition says so unless the caller does. */
export function isCompensated(draft: Draft, end: CompensatedEnd, compensate?: boolean): boolean {
  if (draft.instance.undo === undefined) return false;
  return compensate ?? draft.definition.compensateOn?.includes(end) ?? true;
}

/** Begins to undo, and to end afterwards. The first undo actions run when the instance settles. */
export function compensate(draft: Draft, end: UndoneEnd): void {
  draft.record({ kind: "compensationStarted", ...end });
  draft.stopWaiting();
  // What the step has spent before must not keep it from being undone.
  draft.budget = new WorkBudget();
  draft.setPhase({ kind: "compensating", end, state: draft.instance.state });
}

/** Runs the undo actions of the last completed visit, or ends the instance after the first one's. */
export function undoNext(draft: Draft, phase: Compensating): void {
  const { undo = [] } = draft.instance;
  if (undo.length === 0) return finish(draft, phase);
  const state = undo[undo.length - 1];
  draft.setRare({ undo: undo.length === 1 ? undefined : undo.slice(0, -1) });
  draft.setPhase({ ...phase, state });
  draft.record({ kind: "compensating", state });
  const { compensate } = stateOf(draft.definition, state);
  const fault = runActions(draft, compensate, { event: toEvent(phase.end), list: { state, list: "compensate" } });
  if (fault === undefined) return;
  const code = fault.cause === "expression" ? "EXPRESSION_FAILED" : "RESOURCE_EXHAUSTED";
  noteUndoFailure(draft, { code, message: fault.message });
}

/** An undo action failed for good (U2). */
export function noteUndoFailure(draft: Draft, failure: Failure): void {
  const phase = draft.instance.phase as Compensating;
  if (phase.failure !== undefined) return;
  const message = `Cannot undo ${describeState(draft.definition, phase.state)}: ${failure.code}: ${failure.message}`;
  draft.setPhase({ ...phase, failure: { ...failure, message } });
}

function finish(draft: Draft, { end, failure }: Compensating): void {
  if (failure !== undefined) {
    const why = end.status === "failed" ? `it failed with ${end.failure.code}: ${end.failure.message}` : end.reason;
    const message = `${failure.message}. What was to be undone, because of this: ${why}`;
    return draft.end({ kind: "failed", failure: { ...failure, code: "COMPENSATION_FAILED", message } });
  }
  if (end.status === "failed") draft.end({ kind: "failed", failure: end.failure });
  else draft.end({ kind: "cancelled", reason: end.reason });
}

/** What undo actions see as the event. */
function toEvent(end: UndoneEnd): EventValue {
  const data: JsonObject = end.status === "failed"
    ? JSON.parse(JSON.stringify(end.failure))
    : { code: "CANCELLED", message: end.reason };
  return { name: "compensate", data };
}
