/** How an instance ends. */

import { COMPLETE_EVENT, type Mapping, type TransitionDefinition } from "../../shared/definition/definition.ts";
import { describeState, type PartPath } from "../../shared/definition/steps/author_place.ts";
import type { Failure } from "../../shared/failure.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../shared/json.ts";
import { OUTPUT_BYTES_MAX } from "../../shared/limits.ts";
import { compensate, isCompensated } from "./compensation.ts";
import type { Draft } from "./draft.ts";
import { evaluateText } from "./expression.ts";
import { Fault } from "./fault.ts";
import type { EventValue, TransitionSource } from "./instance.ts";
import { describeSize, jsonBytes } from "./json_bytes.ts";
import { takesClientEvents, transitionsFor } from "./lookup.ts";
import { setMember } from "./members.ts";
import { describePlace, formatPath, toSourcePath } from "./place.ts";

/** Fails the instance, or begins to undo what it has done so that it then fails. */
export function fail(draft: Draft, failure: Failure): void {
  if (draft.instance.phase.kind !== "compensating" && isCompensated(draft, "failed")) {
    compensate(draft, { status: "failed", failure });
  } else draft.end({ kind: "failed", failure });
}

/** Cancels the instance, or begins to undo what it has done so that it is cancelled then. */
export function cancel(draft: Draft, reason: string, isCompensating: boolean | undefined): void {
  if (draft.instance.phase.kind !== "compensating" && isCompensated(draft, "cancelled", isCompensating)) {
    compensate(draft, { status: "cancelled", reason });
  } else draft.end({ kind: "cancelled", reason }, isCompensating);
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
export function endIfNothingCanHappen(draft: Draft): Fault | undefined {
  const { state } = draft;
  if (state.final === undefined) {
    if (draft.timers.hasOfState || takesClientEvents(state)) return undefined;
    const untaken = automaticWaysOut(draft);
    if (untaken.length > 0) {
      return void fail(draft, { code: "NO_TRANSITION", message: describeDeadEnd(draft, untaken) });
    }
  }
  if (state.final === "failed") {
    return void fail(draft, { code: "STATE_FAILED", message: describeFailedState(draft) });
  }
  const output = toOutput(draft);
  if (output instanceof Fault) return output;
  draft.end({ kind: "completed", ...(output === undefined ? {} : { output }) });
}

/** Expressions at the end see no event. */
const NO_EVENT: EventValue = Object.freeze({ name: "", data: null });

/** The result of the instance; undefined where that is its context. */
function toOutput(draft: Draft): JsonValue | Fault | undefined {
  const { instance, definition } = draft;
  const value = instance.part === undefined
    ? definition.output === undefined ? undefined : evaluateOutput(draft, definition.output)
    : pick(instance.context, instance.part);
  if (value === undefined || value instanceof Fault) return value;
  const bytes = jsonBytes(value, OUTPUT_BYTES_MAX);
  const fault = describeSize("the output", bytes, OUTPUT_BYTES_MAX) ?? draft.reserve(bytes);
  return fault === undefined ? value : new Fault(fault.cause, `Cannot complete: ${fault.message}.`);
}

function pick(context: JsonObject, keys: readonly string[]): JsonObject {
  const members: JsonObject = {};
  for (const key of keys) if (Object.hasOwn(context, key)) setMember(members, key, context[key]);
  return members;
}

function evaluateOutput(draft: Draft, output: Mapping): JsonValue | Fault {
  const evaluateAt = (text: string, path: PartPath) =>
    evaluateText(draft, text, { event: NO_EVENT, reach: "end", place: () => describePlace(draft.definition, path) });
  if (typeof output === "string") return evaluateAt(output, ["output"]);
  const members: JsonObject = {};
  for (const [key, text] of Object.entries(output)) {
    const member = evaluateAt(text, ["output", key]);
    if (member instanceof Fault) return member;
    setMember(members, key, member);
  }
  return members;
}

interface WayOut {
  readonly place: TransitionSource;
  readonly transition: TransitionDefinition;
}

function automaticWaysOut({ state }: Draft): WayOut[] {
  const complete = transitionsFor(state, COMPLETE_EVENT);
  return [
    ...complete.map((transition, index) => ({ place: { event: COMPLETE_EVENT, index }, transition })),
    ...(state.after ?? []).map((transition, index) => ({ place: { after: index }, transition })),
  ].filter(({ transition }) => transition.target !== undefined);
}

function describeDeadEnd({ instance, definition }: Draft, untaken: readonly WayOut[]): string {
  const guards = untaken.map(({ place, transition }) =>
    `${formatPath(toSourcePath(place))} (${describeGuard(transition)})`
  );
  return `Cannot leave ${
    describeState(definition, instance.state)
  }: its tasks are done, it takes no events, no timer is left, and none of ` +
    `these was taken: ${guards.join(", ")}. Add a transition without a guard, or an event for the state to wait for.`;
}

function describeGuard({ guard }: TransitionDefinition): string {
  if (guard === undefined) return "no guard";
  return typeof guard === "string" ? `\`${guard}\`` : "a function";
}

function describeFailedState({ instance, definition }: Draft): string {
  const { error } = instance.context;
  const reason = isJsonObject(error) && typeof error.message === "string" ? `: ${error.message}` : "";
  return `Workflow "${definition.name}" ended in ${
    describeState(definition, instance.state)
  }, which is final and means failure${reason}`;
}
