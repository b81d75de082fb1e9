/** The one way in which the machine's data tests run: a definition, steps, and what must be the case afterwards. */

import assert from "node:assert/strict";
import type {
  ActionDefinition,
  Definition,
  StateDefinition,
  TaskDefinition,
} from "../../../shared/definition/definition.ts";
import type { JsonObject, JsonValue } from "../../../shared/json.ts";
import type { Command, MachineInput, MachineResult, Rejection } from "../input.ts";
import type { Instance, InstanceStatus } from "../instance.ts";
import { takes } from "../machine.ts";
import { SoundRun } from "./soundness.ts";
import { formatEntry } from "./trace.ts";

/** The states alone, the first being the initial one; or a whole definition without its name. */
export type Outline = Record<string, StateDefinition> | Omit<Definition, "name">;

/** An action that runs a task. */
export function task(name: string, more: Partial<TaskDefinition> = {}): ActionDefinition {
  return { task: { name, code: "input", ...more } };
}

/** An action that logs a text. */
export function log(message: string): ActionDefinition {
  return { log: { message } };
}

/** An action that sets a key to the value of an expression. */
export function set(key: string, expression: string): ActionDefinition {
  return { set: { key, expression } };
}

/** One input. Tasks are given by name; of several unfinished ones with that name the oldest is meant. */
export type Step =
  | { event: string; data?: JsonValue; keep?: boolean; id?: string }
  | { done: string; output?: JsonValue }
  | { failed: string; code?: string; message?: string }
  /** Fires a timer when it is due. */
  | { timer: string }
  /** Any input as it is, `afterMs` later. */
  | { input: MachineInput; afterMs?: number };

/** What must be the case after the last step. What is absent is not looked at. */
export interface Expected {
  status?: InstanceStatus;
  state?: string;
  phase?: Instance["phase"]["kind"];
  context?: JsonObject;
  /** Names of unfinished tasks, oldest first. */
  tasks?: string[];
  timers?: string[];
  kept?: string[];
  takes?: string[];
  /** Every entry since the start, which itself is left out. */
  trace?: string[];
  /** Entries of the last step alone. */
  lastTrace?: string[];
  commands?: Command[];
  failure?: { code: string; message?: string | RegExp; task?: string };
  /** How the last step was refused; its message may be given as a pattern. */
  rejection?: Rejection | { reason: Rejection["reason"]; message: RegExp };
}

export interface CheckOptions {
  /** The start input. Default `{}`. */
  input?: JsonObject;
}

/** Registers a test. Every step's outcome must satisfy the machine's invariants too. */
export function check(
  name: string,
  outline: Outline,
  steps: readonly Step[],
  expected: Expected,
  options: CheckOptions = {},
): void {
  Deno.test(name, () => {
    const run = SoundRun.start(toDefinition(outline), options.input ?? {});
    if (!(run instanceof SoundRun)) return assertRejection(run, expected);
    steps.forEach((step, index) => {
      const { input, nowMs } = toInput(run, step);
      const result = run.advance(input, nowMs);
      const isLast = index === steps.length - 1;
      if (!isLast || expected.rejection === undefined) {
        assert.equal(result.kind, "accepted", `step ${index}: ${JSON.stringify(result)}`);
      }
    });
    assertExpected(run, expected);
  });
}

/** A whole definition, named `w`. */
export function toDefinition(outline: Outline): Definition {
  const isDefinition = "initial" in outline && typeof outline.initial === "string";
  if (isDefinition) return { name: "w", ...outline as Omit<Definition, "name"> };
  return { name: "w", initial: Object.keys(outline)[0], states: outline as Record<string, StateDefinition> };
}

function toInput(run: SoundRun, step: Step): { input: MachineInput; nowMs: number } {
  const { nowMs } = run;
  if ("event" in step) {
    const { event: name, data = null, keep = false, id } = step;
    return { input: { kind: "event", name, data, keep, ...(id !== undefined && { id }) }, nowMs };
  }
  if ("done" in step) {
    const taskId = toTaskId(run.instance, step.done);
    return { input: { kind: "taskCompleted", taskId, output: step.output ?? null, attempt: { attempt: 1 } }, nowMs };
  }
  if ("failed" in step) {
    const failure = { code: step.code ?? "TASK_FAILED", message: step.message ?? "it broke" };
    const taskId = toTaskId(run.instance, step.failed);
    return { input: { kind: "taskFailed", taskId, failure, attempt: { attempt: 3 } }, nowMs };
  }
  if ("timer" in step) {
    const { fireAtMs } = run.instance.timers[step.timer] ?? { fireAtMs: nowMs };
    return { input: { kind: "timerFired", timerId: step.timer }, nowMs: Math.max(nowMs, fireAtMs) };
  }
  return { input: step.input, nowMs: nowMs + (step.afterMs ?? 0) };
}

function toTaskId({ tasks }: Instance, name: string): string {
  const taskId = Object.keys(tasks).find((taskId) => tasks[taskId].name === name);
  assert.ok(taskId !== undefined, `a task "${name}" is unfinished`);
  return taskId;
}

function assertExpected(run: SoundRun, expected: Expected): void {
  const { instance, last, records, definition } = run;
  const actual: Expected = {
    status: instance.status,
    state: instance.state,
    phase: instance.phase.kind,
    context: instance.context,
    tasks: Object.values(instance.tasks).map(({ name }) => name),
    timers: Object.keys(instance.timers),
    kept: instance.kept.map(({ name }) => name),
    takes: takes(definition, instance),
    trace: records.flatMap(({ entries }) => entries).slice(1).map(formatEntry),
    lastTrace: last.kind === "accepted" ? last.entries.map(formatEntry) : [],
    commands: last.kind === "accepted" ? [...last.commands] : [],
  };
  const { failure, rejection, ...plain } = expected;
  for (const key of Object.keys(plain) as (keyof typeof plain)[]) assert.deepEqual(actual[key], plain[key], key);
  if (failure !== undefined) assertLike(instance.failure, failure);
  if (rejection !== undefined) assertRejection(last, expected);
}

function assertRejection(result: MachineResult, { rejection }: Expected): void {
  assert.equal(result.kind, "rejected", JSON.stringify(result));
  assert.ok(rejection !== undefined, `the input was rejected: ${JSON.stringify(result)}`);
  if (result.kind === "rejected") assertLike(result.rejection, rejection);
}

/** Every member of `pattern` equals that of `actual`; a regular expression is matched. */
function assertLike(actual: unknown, pattern: object): void {
  assert.ok(typeof actual === "object" && actual !== null, `there is none: ${JSON.stringify(pattern)}`);
  for (const [key, wanted] of Object.entries(pattern)) {
    const found: unknown = (actual as Record<string, unknown>)[key];
    if (wanted instanceof RegExp) assert.match(String(found), wanted);
    else assert.deepEqual(found, wanted, key);
  }
}
