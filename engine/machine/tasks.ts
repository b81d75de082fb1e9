/** What the outcome of a task leads to. */

import { ERROR_EVENT } from "../../shared/definition/definition.ts";
import { stepOf } from "../../shared/definition/steps/author_place.ts";
import type { Failure } from "../../shared/failure.ts";
import type { JsonObject } from "../../shared/json.ts";
import { HELD_MAX } from "../../shared/limits.ts";
import { chooseForEvent } from "./choice.ts";
import { noteUndoFailure } from "./compensation.ts";
import { decide, pursue, toFailedVerdict, toVerdict } from "./deciding.ts";
import type { Draft } from "./draft.ts";
import { fail } from "./ends.ts";
import { Fault } from "./fault.ts";
import { hold } from "./held.ts";
import type { MachineInput, Rejection } from "./input.ts";
import type { Verdict } from "./instance.ts";
import { completeItem, continueMaps, failMap } from "./maps.ts";

type CompletedInput = Extract<MachineInput, { kind: "taskCompleted" }>;
type FailedInput = Extract<MachineInput, { kind: "taskFailed" }>;

/** Stores a task's output; what follows from it, settling finds. */
export function completeTask(draft: Draft, input: CompletedInput): Rejection | Fault | undefined {
  const { taskId, output, attempt } = input;
  const { tasks } = draft.instance;
  if (!Object.hasOwn(tasks, taskId) || tasks[taskId].map !== undefined) return { reason: "unknownTask" };
  const { isGuard, item } = tasks[taskId];
  if (isGuard) return takeVerdict(draft, toVerdict(draft, taskId, output, attempt));
  const failure = item === undefined
    ? draft.tasks.complete(taskId, output, attempt)
    : completeItem(draft, taskId, output, attempt);
  if (failure !== undefined) return void giveUp(draft, failure);
  if (!draft.instance.paused) return continueMaps(draft);
}

/**
 * A task has failed for good: the first transition for `error` whose guard holds is taken, whatever the phase.
 * With a target it replaces a pending one. If there is none, the instance fails.
 */
export function failTask(draft: Draft, input: FailedInput): Rejection | Fault | undefined {
  const { taskId, attempt } = input;
  const { tasks } = draft.instance;
  if (!Object.hasOwn(tasks, taskId) || tasks[taskId].map !== undefined) return { reason: "unknownTask" };
  const { name, isGuard, item } = tasks[taskId];
  if (isGuard) return takeVerdict(draft, toFailedVerdict(draft, taskId, input.failure, attempt));
  const failure: Failure = { ...input.failure, task: name };
  draft.tasks.fail(taskId, failure, attempt);
  if (item !== undefined) failMap(draft, item.mapId, failure);
  const { phase, paused, held = [] } = draft.instance;
  if (!paused && phase.kind !== "deciding") return handleFailure(draft, failure) ?? continueMaps(draft);
  if (held.length >= HELD_MAX) return void fail(draft, failure);
  // Without its stack, of which the history has a copy: many of them would not fit into an instance.
  const { stack: _stack, ...short } = failure;
  hold(draft, { kind: "failure", failure: short });
}

/** Looks for a transition that takes a failure. */
export function handleFailure(draft: Draft, failure: Failure): Fault | undefined {
  if (draft.instance.phase.kind === "compensating") return void noteUndoFailure(draft, failure);
  const error = toErrorValue(failure, stepOf(draft.definition, draft.instance.state));
  draft.context.setError(error);
  const choice = chooseForEvent(draft, { name: ERROR_EVENT, data: error });
  if (choice instanceof Fault) return choice;
  if (choice === undefined) fail(draft, failure);
  else return pursue(draft, choice);
}

function takeVerdict(draft: Draft, verdict: Verdict): Fault | undefined {
  if (!draft.instance.paused) return decide(draft, verdict);
  hold(draft, { kind: "decided", verdict });
}

/** The context or a map has no room for an output. */
function giveUp(draft: Draft, failure: Failure): void {
  if (draft.instance.phase.kind === "compensating") noteUndoFailure(draft, failure);
  else fail(draft, failure);
}

/** A failure as `context.error` and as the data of the event `error`. */
function toErrorValue(failure: Failure, state: string): JsonObject {
  return JSON.parse(JSON.stringify({ ...failure, state }));
}
