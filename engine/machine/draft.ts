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

import type {
  CodeDefinition,
  Definition,
  StateDefinition,
  TransitionDefinition,
} from "../../shared/definition/definition.ts";
import { assert } from "../../shared/errors.ts";
import type { Failure } from "../../shared/failure.ts";
import { canonicalJson, type JsonObject, type JsonValue } from "../../shared/json.ts";
import { CONTEXT_BYTES_MAX, STEP_BYTES_MAX, TASKS_PER_INSTANCE_MAX } from "../../shared/limits.ts";
import { checkMember, checkMerge } from "./context_room.ts";
import { type EndEntry, tellParent } from "./ending_child.ts";
import { Fault } from "./fault.ts";
import type { HistoryEntry } from "./history.ts";
import type { AttemptReport, Command, Message } from "./input.ts";
import type { ActiveTask, Instance, KeptEvent, PendingTimer, Phase, TransitionSource } from "./instance.ts";
import { describeSize, jsonBytes, memberBytes } from "./json_bytes.ts";
import { stateOf, transitionAt } from "./lookup.ts";
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

  /** A transition that the current state takes, by its place. */
  transitionAt(source: TransitionSource): TransitionDefinition {
    return transitionAt(this.definition, this.#instance.state, source);
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
    const fault = checkMember(this.#instance, key, bytes) ?? this.reserve(bytes);
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

  /** Schedules code with the whole context (`input` undefined) or with the given input; its id. */
  scheduleTask(
    { code, task, limitKey }: { code: CodeDefinition; task: ActiveTask; limitKey?: string },
    mapped: JsonValue | undefined,
  ): string | Fault {
    const { context, contextBytes } = this.#instance;
    const bytes = mapped === undefined ? contextBytes : jsonBytes(mapped, STEP_BYTES_MAX);
    const fault = describeSize("its input", bytes, STEP_BYTES_MAX) ?? this.reserve(bytes);
    if (fault !== undefined) return fault;
    const taskId = this.beginTask(task);
    if (taskId instanceof Fault) return taskId;
    const input = mapped === undefined ? context : mapped;
    if (mapped === undefined) this.#ownsContext = false;
    this.commands.push({
      kind: "scheduleTask",
      taskId,
      task: code,
      input,
      ...(limitKey === undefined ? {} : { limitKey }),
    });
    return taskId;
  }

  /** Begins something that is waited for as a task is; its id. */
  beginTask(task: ActiveTask): string | Fault {
    if (this.taskCount >= TASKS_PER_INSTANCE_MAX) {
      return new Fault("limit", `an instance may have at most ${TASKS_PER_INSTANCE_MAX} unfinished tasks`);
    }
    const taskId = `t${++this.#instance.tasksScheduled}`;
    this.#ownTasks()[taskId] = task;
    this.#taskCount!++;
    const { name, item, child } = task;
    this.record({
      kind: "taskScheduled",
      taskId,
      name,
      ...(item === undefined ? {} : { index: item.index }),
      ...(child === undefined ? {} : { child: child.id }),
    });
    return taskId;
  }

  /** Number of unfinished tasks. */
  get taskCount(): number {
    return this.#taskCount ??= Object.keys(this.#instance.tasks).length;
  }

  /** Replaces what is known of a task that goes on. */
  setTask(taskId: string, task: ActiveTask): void {
    this.#ownTasks()[taskId] = task;
  }

  /** Sends something to another instance, after all that was sent before. */
  send(message: Message): void {
    const number = this.nextMessage;
    this.#instance.messages = number;
    this.commands.push({ kind: "message", number, ...message });
  }

  /** The number of the message that is sent next. */
  get nextMessage(): number {
    return (this.#instance.messages ?? 0) + 1;
  }

  /** Sets members of the instance that few have; undefined removes one. */
  setRare(members: RareMembers): void {
    for (const key of Object.keys(members) as (keyof RareMembers)[]) {
      if (members[key] === undefined) delete this.#instance[key];
    }
    Object.assign(
      this.#instance,
      Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)),
    );
  }

  /** Ends a task with its output; or, where the context has no room for that, with the failure returned. */
  completeTask(taskId: string, output: JsonValue, report: AttemptReport): Failure | undefined {
    const { name, output: key, merge } = this.#instance.tasks[taskId];
    const merged = merge && isObject(output) ? output : undefined;
    const sizes = merged === undefined
      ? [memberBytes(key, output, CONTEXT_BYTES_MAX)]
      : Object.keys(merged).map((key) => memberBytes(key, merged[key], CONTEXT_BYTES_MAX));
    const fault = merged === undefined
      ? checkMember(this.#instance, key, sizes[0]) ?? this.reserve(sizes[0])
      : checkMerge(this.#instance, merged, sizes) ?? this.reserve(sizes.reduce((sum, bytes) => sum + bytes, 0));
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

  /** Ends a task with no more than an entry of its own. */
  endTask(taskId: string, entry: HistoryEntry): void {
    this.#removeTask(taskId);
    this.record(entry);
  }

  /** Cancels every task, and drops what was put aside of the tasks and timers that it came from. */
  cancelTasks(compensate?: boolean): void {
    delete this.#instance.held;
    const { tasks } = this.#instance;
    if (!hasMembers(tasks)) return;
    for (const taskId of Object.keys(tasks).sort(byAge)) this.#commandCancel(taskId, tasks[taskId], compensate);
    this.#instance.tasks = {};
    this.#ownsTasks = true;
    this.#taskCount = undefined;
  }

  /** Cancels the tasks that are chosen. */
  cancelSome(isChosen: (task: ActiveTask) => boolean): void {
    const { tasks } = this.#instance;
    for (const taskId of Object.keys(tasks).filter((taskId) => isChosen(tasks[taskId])).sort(byAge)) {
      this.#commandCancel(taskId, tasks[taskId], undefined);
      this.#removeTask(taskId);
    }
  }

  #commandCancel(taskId: string, { name, child, map }: ActiveTask, compensate: boolean | undefined): void {
    if (child !== undefined) {
      const reason = `The instance "${this.#instance.id}" that started it does not wait for it any more`;
      const how = compensate === undefined ? {} : { compensate };
      this.send({ about: "cancel", taskId, child: child.id, reason, ...how });
    } else if (map === undefined) this.commands.push({ kind: "cancelTask", taskId });
    this.record({ kind: "taskCancelled", taskId, name });
  }

  setTimer(timerId: string, delayMs: number): void {
    this.setTimerAt(timerId, this.nowMs + delayMs);
  }

  /** Sets a timer for a time, which may be over; the engine has it unless the instance is paused. */
  setTimerAt(timerId: string, fireAtMs: number): void {
    assert(!Object.hasOwn(this.#instance.timers, timerId), `timer ${timerId} is set once`);
    this.#ownTimers()[timerId] = { fireAtMs };
    if (!this.#instance.paused) this.commands.push({ kind: "setTimer", timerId, fireAtMs });
  }

  /** Clears every timer. */
  dropTimers(): void {
    if (!this.#instance.paused) this.#clearTimers(() => true);
    this.#instance.timers = {};
    this.#ownsTimers = true;
  }

  /** Takes every timer from the engine, or gives it to it again; the instance keeps them all the while. */
  moveTimers(kind: "setTimer" | "clearTimer"): void {
    const { timers } = this.#instance;
    for (const timerId of Object.keys(timers).sort(byAge)) {
      this.commands.push({ kind, timerId, fireAtMs: timers[timerId].fireAtMs });
    }
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
    const { refusedIn: _refusedIn, ...entry } = event;
    this.record({ kind: "eventKept", ...entry });
  }

  /** Takes an event out of those kept. */
  releaseEvent(index: number): KeptEvent {
    const event = this.#instance.kept[index];
    this.#instance.kept = this.#instance.kept.toSpliced(index, 1);
    return event;
  }

  /** Cancels tasks, clears timers and drops kept events: nothing that was waited for is waited for any more. */
  stopWaiting(compensate?: boolean): void {
    this.cancelTasks(compensate);
    if (hasMembers(this.#instance.timers)) this.dropTimers();
    this.#instance.kept = [];
  }

  /** Ends the instance (D5). Its own entry comes last. */
  end(entry: EndEntry, compensate?: boolean): void {
    const instance = this.#instance;
    assert(instance.status === "running", "an instance ends once");
    this.stopWaiting(compensate);
    delete instance.undo;
    delete instance.paused;
    instance.phase = SETTLED;
    instance.status = entry.kind;
    instance.endedAtMs = this.nowMs;
    if (entry.kind === "failed") instance.failure = entry.failure;
    if (entry.kind === "completed" && entry.output !== undefined) instance.output = entry.output;
    tellParent(this, entry);
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

/** Members that only some features use. */
type RareMembers = Partial<Pick<Writable<Instance>, "paused" | "undo" | "held" | "entries" | "version">>;

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
