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
import { describeState } from "../../shared/definition/steps/author_place.ts";
import type { JsonObject } from "../../shared/json.ts";
import { CONTEXT_BYTES_MAX, HISTORY_RECORDS_MAX } from "../../shared/limits.ts";
import { assert } from "../../shared/errors.ts";
import { Draft } from "./draft.ts";
import { cancel } from "./ends.ts";
import { admit, enterFirst, waitForAdmission } from "./entering.ts";
import { applyKept, receive } from "./events.ts";
import { Fault } from "./fault.ts";
import { hold } from "./held.ts";
import type { Command, MachineInput, MachineResult, Rejection } from "./input.ts";
import type { Instance, Parent } from "./instance.ts";
import { describeSize, jsonBytes } from "./json_bytes.ts";
import { applyHeld, pause, resume } from "./pausing.ts";
import { giveUp, settle } from "./settling.ts";
import { completeTask, failTask } from "./tasks.ts";
import { fireTimer } from "./timers.ts";

export { contextAt } from "./context_at.ts";
export { instanceLimitKey } from "./limit_key.ts";
export { explain, takes, type Wait } from "./waits.ts";

/** Who is started. */
export interface Start {
  readonly id: string;
  readonly version: number;
  readonly input: JsonObject;
  /** What it belongs to. */
  readonly parent?: Parent;
  readonly depth?: number;
  readonly schedule?: string;
  readonly limitKey?: string;
  /** It is a part of its parent. */
  readonly part?: true;
  /** Enter the initial state only when it is admitted. */
  readonly waiting?: true;
}

/** Where another instance stood after one of its records. */
export interface Origin {
  readonly instanceId: string;
  readonly sequence: number;
  readonly state: string;
  readonly context: JsonObject;
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
  return begun(draft, draft.reserve(contextBytes) ?? enterOrWait(draft, start));
}

/** Starts an instance where another once was: it enters that state anew, with the context of then. */
export function fork(definition: Definition, start: Start, origin: Origin, nowMs: number): MachineResult {
  const contextBytes = jsonBytes(origin.context, Number.MAX_SAFE_INTEGER);
  const { state, context } = origin;
  const instance = { ...beforeStart(definition, { start, contextBytes, nowMs }), state, context };
  const draft = new Draft(definition, instance, nowMs);
  draft.record({ kind: "started", input: start.input });
  draft.record({ kind: "forked", from: origin.instanceId, sequence: origin.sequence, context });
  const bytes = jsonBytes(start.input, Number.MAX_SAFE_INTEGER) + contextBytes;
  return begun(draft, draft.reserve(bytes) ?? enterOrWait(draft, start));
}

function enterOrWait(draft: Draft, { waiting, input }: Start): Fault | undefined {
  if (waiting) return void waitForAdmission(draft, "start");
  return enterFirst(draft, draft.instance.state, { name: "start", data: input }) ?? settle(draft);
}

function begun(draft: Draft, fault: Fault | undefined): MachineResult {
  if (fault?.cause === "limit") return rejected(toRejection(fault));
  if (fault !== undefined) giveUp(draft, fault);
  return accepted(draft);
}

/** Applies one input to an instance. */
export function advance(definition: Definition, instance: Instance, input: MachineInput, nowMs: number): MachineResult {
  assert(instance.workflow === definition.name, `instance ${instance.id} is one of workflow ${instance.workflow}`);
  const draft = new Draft(definition, instance, nowMs);
  const taken = begin(draft, input);
  if (taken !== undefined && !(taken instanceof Fault)) return rejected(taken);
  let fault = taken;
  if (fault === undefined && !draft.instance.paused) fault = applyHeld(draft) ?? settle(draft);
  if (fault !== undefined) {
    // A client can be told, and can do better; nobody else can.
    if (input.kind === "event" || input.kind === "retry") return rejected(toRejection(fault));
    giveUp(draft, fault);
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
      if (draft.instance.phase.kind === "compensating" && input.compensate !== false) return { reason: "compensating" };
      return void cancel(draft, input.reason, input.compensate);
    case "retry":
      return retry(draft, input.waiting === true);
    case "pause":
      return pause(draft, input);
    case "resume":
      return resume(draft);
    case "admit":
      if (!draft.isRunning || draft.instance.phase.kind !== "waiting") return { reason: "wrongStatus" };
      if (!draft.instance.paused) return admit(draft);
      draft.record({ kind: "admitted" });
      return void hold(draft, { kind: "admitted" });
    case "undelivered":
      if (draft.instance.revision >= HISTORY_RECORDS_MAX) return { reason: "historyFull" };
      return void draft.record(input);
  }
}

/** Enters the state anew in which the instance failed, without the failure, and with its full timeout again. */
function retry(draft: Draft, waiting: boolean): Rejection | Fault | undefined {
  if (draft.instance.status !== "failed") return { reason: "wrongStatus" };
  if (draft.instance.revision >= HISTORY_RECORDS_MAX) return { reason: "historyFull" };
  draft.revive();
  draft.context.clear("error");
  if (waiting) return void waitForAdmission(draft, "retry");
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
    `The history has reached its ${HISTORY_RECORDS_MAX} records, last in ${
      describeState(draft.definition, draft.instance.state)
    }. ` +
    "A workflow that goes on for longer must be divided into several instances.";
  // There is no room for undoing, either.
  draft.end({ kind: "failed", failure: { code: "RESOURCE_EXHAUSTED", message } });
}

/** Without what was begun and undone within the step (M6). */
function net(commands: readonly Command[]): readonly Command[] {
  const undone = new Set<string>();
  for (const command of commands) if (isUndoing(command)) undone.add(idOf(command)!);
  if (undone.size === 0) return commands;
  const begun = new Set<string>();
  for (const command of commands) {
    const id = idOf(command);
    if (id !== undefined && undone.has(id) && !isUndoing(command)) begun.add(id);
  }
  if (begun.size === 0) return commands;
  return commands.filter((command) => {
    const id = idOf(command);
    return id === undefined || !begun.has(id);
  });
}

function isUndoing(command: Command): boolean {
  return command.kind === "cancelTask" || command.kind === "clearTimer" ||
    (command.kind === "message" && command.about === "cancel");
}

/** What a command begins or undoes. */
function idOf(command: Command): string | undefined {
  switch (command.kind) {
    case "scheduleTask":
    case "cancelTask":
      return command.taskId;
    case "setTimer":
    case "clearTimer":
      return command.timerId;
    case "message":
      return command.about === "start" || command.about === "cancel" ? command.taskId : undefined;
    default:
      return undefined;
  }
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
    ...(start.parent === undefined ? {} : { parent: start.parent }),
    ...(start.depth === undefined ? {} : { depth: start.depth }),
    ...(start.part === undefined ? {} : { part: [] }),
    ...(start.schedule === undefined ? {} : { schedule: start.schedule }),
    ...(start.limitKey === undefined ? {} : { limitKey: start.limitKey }),
  };
}
