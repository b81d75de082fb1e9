/**
 * Guards that a worker evaluates: the instance is in the phase `deciding` until the value is there.
 *
 * - G1 While it decides, failures and timers of the visit are put aside, and take effect once the decision is made.
 * - G2 A client's event is never the end of an instance: if its guard fails for good, or what it would lead to cannot be
 *      done, it is dropped and the history says why.
 */

import { COMPLETE_EVENT, ERROR_EVENT } from "../../shared/definition/definition.ts";
import { describeState } from "../../shared/definition/steps/author_place.ts";
import type { Failure } from "../../shared/failure.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../shared/json.ts";
import { KEPT_EVENTS_MAX } from "../../shared/limits.ts";
import { type Choice, chooseForEvent } from "./choice.ts";
import type { Draft } from "./draft.ts";
import { fail } from "./ends.ts";
import { Fault } from "./fault.ts";
import type { AttemptReport } from "./input.ts";
import type { Deciding, SteadyPhase, Verdict } from "./instance.ts";
import { formatPath, toTransitionPath } from "./place.ts";
import { settle } from "./settling.ts";
import { take } from "./transition.ts";

/** Takes a transition, or asks a worker first whether it is to be taken. */
export function pursue(draft: Draft, choice: Choice, client?: Deciding["client"]): Fault | undefined {
  const { question, place: source, event } = choice;
  if (question === undefined) return take(draft, choice);
  const { context, input, phase, state } = draft.instance;
  const name = formatPath(toTransitionPath(state, source));
  draft.context.share();
  const task = { name, output: name, isGuard: true } as const;
  // An event is plain JSON; only its interface does not say so.
  const taskInput = { context, input, event: event as unknown as JsonObject };
  const taskId = draft.tasks.schedule({ code: question, task }, taskInput);
  if (taskId instanceof Fault) {
    return new Fault(taskId.cause, `Cannot evaluate ${name}.guard: ${taskId.message}.`);
  }
  draft.setPhase({
    kind: "deciding",
    resume: phase as SteadyPhase, // nothing is chosen in another
    taskId,
    source,
    event,
    ...(client === undefined ? {} : { client }),
  });
}

/** Takes in what a guard's code gave. */
export function toVerdict(draft: Draft, taskId: string, output: JsonValue, attempt: AttemptReport): Verdict {
  const { name } = draft.instance.tasks[taskId];
  if (typeof output === "boolean") {
    draft.tasks.end(taskId, { kind: "guardEvaluated", taskId, name, holds: output, ...attempt });
    return { holds: output };
  }
  const message = `Cannot use ${name}.guard: it must give true or false, and gave ${describe(output)}`;
  const failure: Failure = { code: "EXPRESSION_FAILED", message };
  draft.tasks.fail(taskId, failure, attempt);
  return { failure };
}

/** Takes in that a guard's code failed for good. */
export function toFailedVerdict(draft: Draft, taskId: string, cause: Failure, attempt: AttemptReport): Verdict {
  const { name } = draft.instance.tasks[taskId];
  draft.tasks.fail(taskId, cause, attempt);
  const message = `Cannot evaluate ${name}.guard: ${cause.code}: ${cause.message}`;
  return { failure: { ...cause, code: "EXPRESSION_FAILED", message } };
}

/** Goes on with a choice. */
export function decide(draft: Draft, verdict: Verdict): Fault | undefined {
  const phase = draft.instance.phase as Deciding;
  draft.setPhase(phase.resume);
  if (phase.client === undefined) return goOn(draft, phase, verdict);
  const { name } = phase.event;
  const { id } = phase.client;
  const drop = (message: string) =>
    draft.record({ kind: "eventDropped", name, ...(id === undefined ? {} : { id }), message });
  if ("failure" in verdict) return void drop(verdict.failure.message);
  const before = draft.checkpoint();
  // What was put aside comes before what follows by itself.
  const fault = goOn(draft, phase, verdict) ?? (draft.instance.held === undefined ? settle(draft) : undefined);
  if (fault === undefined) return undefined;
  draft.restore(before); // G2
  drop(fault.message);
}

function goOn(draft: Draft, phase: Deciding, verdict: Verdict): Fault | undefined {
  if ("failure" in verdict) return void fail(draft, verdict.failure);
  const { source, event, client } = phase;
  if (verdict.holds) {
    return take(draft, { transition: draft.transitionAt(source), place: source, event });
  }
  if ("after" in source) return undefined;
  const next = chooseForEvent(draft, event, source);
  if (next instanceof Fault) return next;
  if (next !== undefined) return pursue(draft, next, client);
  if (event.name === COMPLETE_EVENT) return undefined;
  if (event.name === ERROR_EVENT) return void fail(draft, toFailure(event.data));
  keepOrDrop(draft, phase);
}

/** No transition takes a client's event. */
function keepOrDrop(draft: Draft, { event, client }: Deciding): void {
  const { kept, entries, state } = draft.instance;
  const id = client?.id === undefined ? {} : { id: client.id };
  if (client?.keep && kept.length < KEPT_EVENTS_MAX) {
    draft.keepEvent({ ...event, ...id, refusedIn: entries });
    return;
  }
  const message = `No guard of ${describeState(draft.definition, state)} lets it pass`;
  draft.record({ kind: "eventDropped", name: event.name, ...id, message });
}

/** The failure in the data of an event `error`. */
export function toFailure(data: JsonValue): Failure {
  const { state: _state, ...failure } = isJsonObject(data) ? data : {};
  return failure as unknown as Failure;
}

function describe(value: JsonValue): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "a list" : typeof value === "object" ? "an object" : `a ${typeof value}`;
}
