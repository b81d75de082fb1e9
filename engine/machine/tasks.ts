/** What the outcome of a task leads to. */

import { ERROR_EVENT } from "../../shared/definition/definition.ts";
import type { Failure } from "../../shared/failure.ts";
import type { JsonObject } from "../../shared/json.ts";
import { chooseForEvent } from "./choice.ts";
import type { Draft } from "./draft.ts";
import { fail } from "./ends.ts";
import { Fault } from "./fault.ts";
import type { MachineInput, Rejection } from "./input.ts";
import { take } from "./transition.ts";

type CompletedInput = Extract<MachineInput, { kind: "taskCompleted" }>;
type FailedInput = Extract<MachineInput, { kind: "taskFailed" }>;

/** Stores a task's output; what follows from it, settling finds. */
export function completeTask(draft: Draft, input: CompletedInput): Rejection | undefined {
  if (!Object.hasOwn(draft.instance.tasks, input.taskId)) return { reason: "unknownTask" };
  const failure = draft.completeTask(input.taskId, input.output, input.attempt);
  if (failure !== undefined) fail(draft, failure);
}

/**
 * A task has failed for good: the first transition for `error` whose guard holds is taken, whatever the phase.
 * With a target it replaces a pending one. If there is none, the instance fails.
 */
export function failTask(draft: Draft, input: FailedInput): Rejection | Fault | undefined {
  if (!Object.hasOwn(draft.instance.tasks, input.taskId)) return { reason: "unknownTask" };
  const failure: Failure = { ...input.failure, task: draft.instance.tasks[input.taskId].name };
  draft.failTask(input.taskId, failure, input.attempt);
  const error = toErrorValue(failure, draft.instance.state);
  draft.setContextError(error);
  const event = { name: ERROR_EVENT, data: error };
  const choice = chooseForEvent(draft, event);
  if (choice instanceof Fault) return choice;
  if (choice === undefined) fail(draft, failure);
  else return take(draft, choice);
}

/** A failure as `context.error` and as the data of the event `error`. */
function toErrorValue(failure: Failure, state: string): JsonObject {
  return JSON.parse(JSON.stringify({ ...failure, state }));
}
