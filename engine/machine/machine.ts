/**
 * The machine: one pure function, (definition, instance, input, now) -> (instance, commands, entries) or a typed rejection.
 *
 * Owns what an input means. Has no clock, no randomness, no I/O and nothing asynchronous; what it is given is never
 * changed. Never throws, except for a bug of its caller (a state that the definition lacks, a timer that is not due).
 *
 * - M1 Deterministic: the same arguments give the same result, whatever was computed before.
 * - M2 An accepted input counts the revision up by one and has at least one entry; a rejected one changes nothing.
 * - M3 Never stuck: an instance that runs has a task, a timer or an event that it takes (settling.ts, N1).
 * - M4 The context follows from the entries alone (context_at.ts).
 * - M5 A task is scheduled once, and completed, failed or cancelled once; a timer is set once, and fired or cleared once.
 * - M6 One result never both schedules and cancels a task, or sets and clears a timer.
 * - M7 Work, memory and what is to be written are bounded for each input, whatever the definition says.
 */

import type { Definition } from "../../shared/definition/definition.ts";
import type { JsonObject } from "../../shared/json.ts";
import { CONTEXT_BYTES_MAX, HISTORY_RECORDS_MAX } from "../../shared/limits.ts";
import { assert } from "../../shared/errors.ts";
import { Draft } from "./draft.ts";
import { fail, failByFault } from "./ends.ts";
import { enterFirst } from "./entering.ts";
import { applyKept, receive } from "./events.ts";
import { Fault } from "./fault.ts";
import type { Command, MachineInput, MachineResult, Rejection } from "./input.ts";
import type { Instance } from "./instance.ts";
import { describeSize, jsonBytes } from "./json_bytes.ts";
import { settle } from "./settling.ts";
import { completeTask, failTask } from "./tasks.ts";
import { fireTimer } from "./timers.ts";

export { contextAt } from "./context_at.ts";
export { explain, takes, type Wait } from "./waits.ts";

/** Who is started. */
export interface Start {
  readonly id: string;
  readonly version: number;
  readonly input: JsonObject;
}

/**
 * Starts an instance in the definition's initial state. Its enter actions see the event `start`, with the input as data.
 *
 * Rejected only with contextTooLarge; an expression that cannot be evaluated gives an instance that has failed.
 */
export function start(definition: Definition, start: Start, nowMs: number): MachineResult {
  const contextBytes = jsonBytes(start.input, CONTEXT_BYTES_MAX);
  const oversize = describeSize("the input", contextBytes, CONTEXT_BYTES_MAX);
  if (oversize !== undefined) return rejected({ reason: "contextTooLarge", message: oversize.message });
  const draft = new Draft(definition, beforeStart(definition, { start, contextBytes, nowMs }), nowMs);
  draft.record({ kind: "started", input: start.input });
  const fault = draft.reserve(contextBytes) ??
    enterFirst(draft, definition.initial, { name: "start", data: start.input }) ?? settle(draft);
  if (fault?.cause === "limit") return rejected(toRejection(fault));
  if (fault !== undefined) failByFault(draft, fault);
  return accepted(draft);
}

/** Applies one input to an instance. */
export function advance(definition: Definition, instance: Instance, input: MachineInput, nowMs: number): MachineResult {
  assert(instance.workflow === definition.name, `instance ${instance.id} is one of workflow ${instance.workflow}`);
  const draft = new Draft(definition, instance, nowMs);
  const begun = begin(draft, input);
  if (begun !== undefined && !(begun instanceof Fault)) return rejected(begun);
  const fault = begun ?? settle(draft);
  if (fault !== undefined) {
    // A client can be told, and can do better; nobody else can.
    if (input.kind === "event" || input.kind === "retry") return rejected(toRejection(fault));
    failByFault(draft, fault);
  }
  applyKept(draft);
  return accepted(draft);
}

function begin(draft: Draft, input: MachineInput): Rejection | Fault | undefined {
  switch (input.kind) {
    case "event":
      return draft.isRunning ? receive(draft, input) : { reason: "wrongStatus" };
    case "taskCompleted":
      return completeTask(draft, input);
    case "taskFailed":
      return failTask(draft, input);
    case "timerFired":
      return fireTimer(draft, input.timerId);
    case "cancel":
      if (!draft.isRunning) return { reason: "wrongStatus" };
      draft.end("cancelled", { kind: "cancelled", reason: input.reason });
      return undefined;
    case "retry":
      return retry(draft);
  }
}

/** Enters the state anew in which the instance failed, without the failure, and with its full timeout again. */
function retry(draft: Draft): Rejection | Fault | undefined {
  if (draft.instance.status !== "failed") return { reason: "wrongStatus" };
  if (draft.instance.revision >= HISTORY_RECORDS_MAX) return { reason: "historyFull" };
  draft.revive();
  draft.clearContext("error");
  return enterFirst(draft, draft.instance.state, { name: "retry", data: null });
}

function accepted(draft: Draft): MachineResult {
  if (draft.isRunning && draft.instance.revision + 1 >= HISTORY_RECORDS_MAX) failByHistory(draft);
  return { kind: "accepted", instance: draft.finish(), commands: net(draft.commands), entries: draft.entries };
}

function rejected(rejection: Rejection): MachineResult {
  return { kind: "rejected", rejection };
}

function toRejection({ cause, message }: Fault): Rejection {
  return { reason: cause === "expression" ? "expressionFailed" : "contextTooLarge", message };
}

function failByHistory(draft: Draft): void {
  const message =
    `The history has reached its ${HISTORY_RECORDS_MAX} records, last in state "${draft.instance.state}". ` +
    "A workflow that goes on for longer must be divided into several instances.";
  fail(draft, { code: "RESOURCE_EXHAUSTED", message });
}

/** Without what was begun and undone within the step (M6). */
function net(commands: readonly Command[]): readonly Command[] {
  const undone = new Set<string>();
  for (const command of commands) {
    if (command.kind === "cancelTask") undone.add(command.taskId);
    else if (command.kind === "clearTimer") undone.add(command.timerId);
  }
  if (undone.size === 0) return commands;
  const begun = new Set<string>();
  for (const command of commands) {
    if (command.kind === "scheduleTask") begun.add(command.taskId);
    else if (command.kind === "setTimer") begun.add(command.timerId);
  }
  if (begun.size === 0) return commands;
  return commands.filter((command) => {
    const id = "taskId" in command ? command.taskId : command.timerId;
    return !(undone.has(id) && begun.has(id));
  });
}

function beforeStart(
  definition: Definition,
  { start, contextBytes, nowMs }: { start: Start; contextBytes: number; nowMs: number },
): Instance {
  return {
    id: start.id,
    workflow: definition.name,
    version: start.version,
    status: "running",
    state: definition.initial,
    phase: { kind: "active", settled: false },
    input: start.input,
    context: start.input,
    contextBytes,
    tasks: {},
    timers: {},
    kept: [],
    revision: 0,
    tasksScheduled: 0,
    entries: 0,
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
  };
}
