/**
 * One step in the making: the instance as it becomes, what has happened, and what the engine is to do.
 *
 * Owns every change of an instance. Never decides anything: which change comes next is said by the files around it.
 *
 * - D1 The instance handed in, the definition and the input are never changed; what changes is copied first.
 * - D2 Every change of the context has its entry, so that the context follows from the history.
 * - D3 A task leaves with exactly one of taskCompleted, taskFailed, taskCancelled; a timer is fired or cleared once.
 * - D4 `contextBytes` is the length of the context's JSON text.
 * - D5 An instance that has ended has no tasks, no timers and no kept events.
 */

import type { Definition, StateDefinition, TaskDefinition } from "../../shared/definition/definition.ts";
import { assert } from "../../shared/errors.ts";
import type { Failure } from "../../shared/failure.ts";
import { canonicalJson, type JsonObject, type JsonValue } from "../../shared/json.ts";
import { CONTEXT_BYTES_MAX, STEP_BYTES_MAX, TASKS_PER_INSTANCE_MAX } from "../../shared/limits.ts";
import { Fault } from "./fault.ts";
import type { HistoryEntry } from "./history.ts";
import type { AttemptReport, Command } from "./input.ts";
import type { ActiveTask, Instance, KeptEvent, PendingTimer, Phase } from "./instance.ts";
import { describeSize, jsonBytes, memberBytes } from "./json_bytes.ts";
import { stateOf } from "./lookup.ts";
import { hasMembers, omitMember, setMember } from "./members.ts";
import { isStateTimer } from "./timer_id.ts";
import { WorkBudget } from "./work_budget.ts";

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** What one entry takes in a history record beside its value: its kind, names and ids. */
const ENTRY_BYTES = 128;

/** Everything that {@link Draft.restore} needs. */
export interface Checkpoint {
  readonly instance: Instance;
  readonly entries: number;
  readonly commands: number;
  readonly bytes: number;
  readonly ownsContext: boolean;
}

export class Draft {
  readonly definition: Definition;
  readonly nowMs: number;
  readonly entries: HistoryEntry[] = [];
  readonly commands: Command[] = [];
  /** What the expressions of this step may still cost. */
  budget: WorkBudget = new WorkBudget();
  /** Transitions taken in this step. */
  microsteps = 0;
  #instance: Writable<Instance>;
  /** Whether the object was made in this step and handed to nobody yet, so that it may be written to (D1). */
  #ownsContext = false;
  #ownsTasks = false;
  #ownsTimers = false;
  /** What undoes the writes to an owned context since the checkpoint: to copy it each time would cost its size. */
  #undo: (() => void)[] | undefined;
  /** Number of unfinished tasks, once it was asked for. */
  #taskCount: number | undefined;
  /** Bytes that entries and task inputs of this step take. */
  #bytes = 0;

  constructor(definition: Definition, instance: Instance, nowMs: number) {
    this.definition = definition;
    this.nowMs = nowMs;
    this.#instance = { ...instance };
  }

  /** The instance as it stands; read only, as everywhere outside this file. */
  get instance(): Instance {
    return this.#instance;
  }

  get isRunning(): boolean {
    return this.#instance.status === "running";
  }

  get hasTasks(): boolean {
    return hasMembers(this.#instance.tasks);
  }

  get hasStateTimers(): boolean {
    for (const timerId in this.#instance.timers) if (isStateTimer(timerId)) return true;
    return false;
  }

  /** The definition of the current state. */
  get state(): StateDefinition {
    return stateOf(this.definition, this.#instance.state);
  }

  /** The value of an expression may be the context itself, which then must not be written to any more (D1). */
  shareContext(): void {
    this.#ownsContext = false;
  }

  record(entry: HistoryEntry): void {
    this.entries.push(entry);
    this.#bytes += ENTRY_BYTES;
  }

  /** Takes note that the step will write so many bytes more, or says why it may not. */
  reserve(bytes: number): Fault | undefined {
    if (this.#bytes + bytes > STEP_BYTES_MAX) {
      return new Fault("limit", `one step may write at most ${STEP_BYTES_MAX} bytes of task inputs and history`);
    }
    this.#bytes += bytes;
  }

  setPhase(phase: Phase): void {
    this.#instance.phase = phase;
  }

  /** Makes `state` the current one, active and not settled. */
  enterState(state: string): void {
    this.#instance.state = state;
    this.#instance.entries++;
    this.#instance.phase = UNSETTLED;
    this.record({ kind: "stateEntered", state });
  }

  /** Writes a key of the context for a `set` action. */
  setContext(key: string, value: JsonValue): Fault | undefined {
    const bytes = memberBytes(key, value, CONTEXT_BYTES_MAX);
    const fault = this.#checkMember(key, bytes) ?? this.reserve(bytes);
    if (fault !== undefined) return fault;
    this.#writeMember(key, value, bytes);
    this.record({ kind: "contextSet", key, value });
  }

  /** Writes a line into the history for a `log` action; a value that is no text is written as canonical JSON (M1). */
  log(value: JsonValue): Fault | undefined {
    const bytes = jsonBytes(value, STEP_BYTES_MAX);
    const fault = describeSize("the message", bytes, STEP_BYTES_MAX) ?? this.reserve(bytes);
    if (fault !== undefined) return fault;
    this.record({ kind: "logged", message: typeof value === "string" ? value : canonicalJson(value) });
  }

  /**
   * Puts a failure into the context, where the transitions for `error` find it. It is written even beyond the context's
   * bound, which it cannot exceed by more than its own, so that a full context never keeps a failure from being handled.
   */
  setContextError(value: JsonObject): void {
    this.#writeMember("error", value, memberBytes("error", value, Number.MAX_SAFE_INTEGER));
    this.record({ kind: "contextSet", key: "error", value });
  }

  /** Removes a key of the context, if it is there. */
  clearContext(key: string): void {
    const { context } = this.#instance;
    if (!Object.hasOwn(context, key)) return;
    const bytes = memberBytes(key, context[key], Number.MAX_SAFE_INTEGER);
    const rest = omitMember(context, key);
    this.#instance.context = rest;
    this.#ownsContext = true;
    this.#instance.contextBytes -= bytes + (hasMembers(rest) ? 1 : 0); // D4: with its comma
    this.record({ kind: "contextCleared", key });
  }

  /** Schedules a task with the whole context (`input` undefined) or with the given input. */
  scheduleTask(task: TaskDefinition, mapped: JsonValue | undefined): Fault | undefined {
    const instance = this.#instance;
    const bytes = mapped === undefined ? instance.contextBytes : jsonBytes(mapped, STEP_BYTES_MAX);
    const fault = describeSize("its input", bytes, STEP_BYTES_MAX) ?? this.reserve(bytes);
    if (fault !== undefined) return fault;
    this.#taskCount ??= Object.keys(instance.tasks).length;
    if (this.#taskCount >= TASKS_PER_INSTANCE_MAX) {
      return new Fault("limit", `an instance may have at most ${TASKS_PER_INSTANCE_MAX} unfinished tasks`);
    }
    const input = mapped === undefined ? instance.context : mapped;
    if (mapped === undefined) this.#ownsContext = false;
    const taskId = `t${++instance.tasksScheduled}`;
    this.#ownTasks()[taskId] = {
      name: task.name,
      output: task.output ?? task.name,
      ...(task.merge && { merge: true }),
    };
    this.#taskCount++;
    this.commands.push({ kind: "scheduleTask", taskId, task, input });
    this.record({ kind: "taskScheduled", taskId, name: task.name });
  }

  /** Ends a task with its output; or, where the context has no room for that, with the failure returned. */
  completeTask(taskId: string, output: JsonValue, report: AttemptReport): Failure | undefined {
    const { name, output: key, merge } = this.#instance.tasks[taskId];
    const merged = merge && isObject(output) ? output : undefined;
    const sizes = merged === undefined
      ? [memberBytes(key, output, CONTEXT_BYTES_MAX)]
      : Object.keys(merged).map((key) => memberBytes(key, merged[key], CONTEXT_BYTES_MAX));
    const fault = merged === undefined
      ? this.#checkMember(key, sizes[0]) ?? this.reserve(sizes[0])
      : this.#checkMerge(merged, sizes) ?? this.reserve(sizes.reduce((sum, bytes) => sum + bytes, 0));
    if (fault !== undefined) {
      const failure: Failure = {
        code: fault.cause === "limit" ? "RESOURCE_EXHAUSTED" : "INVALID_OUTPUT",
        message: `Cannot store the output of task "${name}": ${fault.message}.`,
        task: name,
      };
      this.failTask(taskId, failure, report);
      return failure;
    }
    this.#removeTask(taskId);
    if (merged === undefined) this.#writeMember(key, output, sizes[0]);
    else Object.keys(merged).forEach((key, index) => this.#writeMember(key, merged[key], sizes[index]));
    this.record({ kind: "taskCompleted", taskId, name, key, output, ...(merged && { merged: true }), ...report });
  }

  failTask(taskId: string, failure: Failure, report: AttemptReport): void {
    const { name } = this.#instance.tasks[taskId];
    this.#removeTask(taskId);
    this.record({ kind: "taskFailed", taskId, name, failure, ...report });
  }

  cancelTasks(): void {
    const { tasks } = this.#instance;
    if (!hasMembers(tasks)) return;
    for (const taskId of Object.keys(tasks).sort(byAge)) {
      this.commands.push({ kind: "cancelTask", taskId });
      this.record({ kind: "taskCancelled", taskId, name: tasks[taskId].name });
    }
    this.#instance.tasks = {};
    this.#ownsTasks = true;
    this.#taskCount = undefined;
  }

  setTimer(timerId: string, delayMs: number): void {
    assert(!Object.hasOwn(this.#instance.timers, timerId), `timer ${timerId} is set once`);
    const fireAtMs = this.nowMs + delayMs;
    this.#ownTimers()[timerId] = { fireAtMs };
    this.commands.push({ kind: "setTimer", timerId, fireAtMs });
  }

  fireTimer(timerId: string): void {
    this.#instance.timers = omitMember(this.#instance.timers, timerId);
    this.#ownsTimers = true;
    this.record({ kind: "timerFired", timerId });
  }

  /** Clears the timers of the current visit. */
  clearStateTimers(): void {
    if (this.hasStateTimers) this.#clearTimers(isStateTimer);
  }

  keepEvent(event: KeptEvent): void {
    this.#instance.kept = [...this.#instance.kept, event];
    this.record({ kind: "eventKept", ...event });
  }

  /** Takes an event out of those kept. */
  releaseEvent(index: number): KeptEvent {
    const event = this.#instance.kept[index];
    this.#instance.kept = this.#instance.kept.toSpliced(index, 1);
    return event;
  }

  /** Ends the instance (D5). Its own entry comes last. */
  end(status: "completed" | "failed" | "cancelled", entry: HistoryEntry): void {
    const instance = this.#instance;
    assert(instance.status === "running", "an instance ends once");
    this.cancelTasks();
    if (hasMembers(instance.timers)) this.#clearTimers(() => true);
    instance.kept = [];
    instance.phase = SETTLED;
    instance.status = status;
    instance.endedAtMs = this.nowMs;
    if (entry.kind === "failed") instance.failure = entry.failure;
    this.record(entry);
  }

  /** Makes an instance that has failed run again. */
  revive(): void {
    const { failure: _failure, endedAtMs: _endedAtMs, ...rest } = this.#instance;
    this.#instance = { ...rest, status: "running" };
    this.record({ kind: "retried", state: rest.state });
  }

  /** The draft as it stands, to come back to. */
  checkpoint(): Checkpoint {
    this.#disownPending();
    this.#undo = [];
    return {
      instance: { ...this.#instance },
      entries: this.entries.length,
      commands: this.commands.length,
      bytes: this.#bytes,
      ownsContext: this.#ownsContext,
    };
  }

  /** Undoes everything since the checkpoint, the newest, except that transitions and work stay counted. */
  restore(checkpoint: Checkpoint): void {
    this.#disownPending();
    for (const undo of this.#undo?.reverse() ?? []) undo();
    this.#undo = undefined;
    this.#ownsContext = checkpoint.ownsContext;
    this.#instance = { ...checkpoint.instance };
    this.entries.length = checkpoint.entries;
    this.commands.length = checkpoint.commands;
    this.#bytes = checkpoint.bytes;
  }

  /** The instance with its revision counted. */
  finish(): Instance {
    this.#instance.revision++;
    this.#instance.updatedAtMs = this.nowMs;
    return this.#instance;
  }

  #checkMember(key: string, bytes: number): Fault | undefined {
    const { context, contextBytes } = this.#instance;
    const fault = describeSize(`the value of "${key}"`, bytes, CONTEXT_BYTES_MAX);
    if (fault !== undefined || contextBytes + bytes + 1 <= CONTEXT_BYTES_MAX) return fault;
    const old = Object.hasOwn(context, key) ? memberBytes(key, context[key], Number.MAX_SAFE_INTEGER) : 0;
    // A context beyond its bound may still shrink.
    if (bytes <= old || contextBytes + bytes - old + 1 <= CONTEXT_BYTES_MAX) return undefined;
    return new Fault("limit", `with "${key}" the context would exceed its ${CONTEXT_BYTES_MAX} bytes`);
  }

  /** Whether all members fit together; a part of an output is never written without the rest. */
  #checkMerge(members: JsonObject, sizes: readonly number[]): Fault | undefined {
    const { context, contextBytes } = this.#instance;
    let bytes = contextBytes;
    for (const [index, key] of Object.keys(members).entries()) {
      const fault = describeSize(`the value of "${key}"`, sizes[index], CONTEXT_BYTES_MAX);
      if (fault !== undefined) return fault;
      const isNew = !Object.hasOwn(context, key);
      bytes += sizes[index] + (isNew ? 1 : -memberBytes(key, context[key], Number.MAX_SAFE_INTEGER));
    }
    if (bytes <= CONTEXT_BYTES_MAX || bytes <= contextBytes) return undefined;
    return new Fault("limit", `with its members the context would exceed its ${CONTEXT_BYTES_MAX} bytes`);
  }

  #writeMember(key: string, value: JsonValue, bytes: number): void {
    const instance = this.#instance;
    let delta = bytes;
    if (Object.hasOwn(instance.context, key)) {
      delta -= memberBytes(key, instance.context[key], Number.MAX_SAFE_INTEGER);
    } else if (hasMembers(instance.context)) delta += 1; // D4: a comma
    instance.contextBytes += delta;
    if (!this.#ownsContext) {
      instance.context = { ...instance.context };
      this.#ownsContext = true;
    }
    const context = instance.context as JsonObject;
    this.#undo?.push(toUndo(context, key));
    setMember(context, key, value);
  }

  #ownTasks(): Record<string, ActiveTask> {
    if (!this.#ownsTasks) this.#instance.tasks = { ...this.#instance.tasks };
    this.#ownsTasks = true;
    return this.#instance.tasks;
  }

  #removeTask(taskId: string): void {
    this.#instance.tasks = omitMember(this.#instance.tasks, taskId);
    this.#ownsTasks = true;
    this.#taskCount = undefined;
  }

  #ownTimers(): Record<string, PendingTimer> {
    if (!this.#ownsTimers) this.#instance.timers = { ...this.#instance.timers };
    this.#ownsTimers = true;
    return this.#instance.timers;
  }

  /** A checkpoint now sees the tasks and timers as they are. */
  #disownPending(): void {
    this.#ownsTasks = this.#ownsTimers = false;
    this.#taskCount = undefined;
  }

  #clearTimers(isChosen: (timerId: string) => boolean): void {
    const left: Record<string, PendingTimer> = {};
    const { timers } = this.#instance;
    for (const timerId of Object.keys(timers).sort(byAge)) {
      if (isChosen(timerId)) {
        this.commands.push({ kind: "clearTimer", timerId, fireAtMs: timers[timerId].fireAtMs });
      } else left[timerId] = timers[timerId];
    }
    this.#instance.timers = left;
    this.#ownsTimers = true;
  }
}

const UNSETTLED: Phase = Object.freeze({ kind: "active", settled: false });
export const SETTLED: Phase = Object.freeze({ kind: "active", settled: true });

function toUndo(context: JsonObject, key: string): () => void {
  if (!Object.hasOwn(context, key)) return () => delete context[key];
  const value = context[key];
  return () => setMember(context, key, value);
}

/** Ids with one prefix, by their numbers, whatever order they come in after storage. */
function byAge(left: string, right: string): number {
  return left.length - right.length || (left < right ? -1 : 1);
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
