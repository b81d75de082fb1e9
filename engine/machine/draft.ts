/**
 * One step in the making: the instance as it becomes, what has happened, and what the engine is to do.
 *
 * Owns every change of an instance, together with its parts: the context, the tasks and the timers. Never decides
 * anything: which change comes next is said by the files around it.
 *
 * - D1 The instance handed in, the definition and the input are never changed; what changes is copied first.
 * - D5 An instance that has ended has no tasks, no timers and no kept events.
 * - D7 A failure that was raised is handled in the same step, before anything else goes on.
 */

import type { Definition, StateDefinition, TransitionDefinition } from "../../shared/definition/definition.ts";
import { assert } from "../../shared/errors.ts";
import type { Failure } from "../../shared/failure.ts";
import { canonicalJson, type JsonValue } from "../../shared/json.ts";
import { STEP_BYTES_MAX } from "../../shared/limits.ts";
import { ContextDraft } from "./context_draft.ts";
import { type EndEntry, tellParent } from "./ending_child.ts";
import type { Fault } from "./fault.ts";
import type { HistoryEntry } from "./history.ts";
import type { Command, Message } from "./input.ts";
import type { Instance, KeptEvent, Phase, TransitionSource } from "./instance.ts";
import { describeSize, jsonBytes } from "./json_bytes.ts";
import { stateOf, transitionAt } from "./lookup.ts";
import { Making, type Writable } from "./making.ts";
import { TaskDraft } from "./task_draft.ts";
import { TimerDraft } from "./timer_draft.ts";
import { WorkBudget } from "./work_budget.ts";

/** Everything that {@link Draft.restore} needs. */
export interface Checkpoint {
  readonly instance: Instance;
  readonly entries: number;
  readonly commands: number;
  readonly bytes: number;
  readonly isContextOwned: boolean;
}

export class Draft {
  readonly definition: Definition;
  readonly nowMs: number;
  readonly context: ContextDraft;
  readonly tasks: TaskDraft;
  readonly timers: TimerDraft;
  /** What the expressions of this step may still cost. */
  budget: WorkBudget = new WorkBudget();
  /** Transitions taken in this step. */
  microsteps = 0;
  readonly #making: Making;
  #raised: Failure | undefined;

  constructor(definition: Definition, instance: Instance, nowMs: number) {
    this.definition = definition;
    this.nowMs = nowMs;
    this.#making = new Making(instance);
    this.context = new ContextDraft(this.#making);
    this.tasks = new TaskDraft(this.#making, this.context);
    this.timers = new TimerDraft(this.#making, nowMs);
  }

  /** The instance as it stands; read only, as everywhere outside this file and its parts. */
  get instance(): Instance {
    return this.#making.instance;
  }

  get entries(): readonly HistoryEntry[] {
    return this.#making.entries;
  }

  get commands(): readonly Command[] {
    return this.#making.commands;
  }

  get isRunning(): boolean {
    return this.#making.instance.status === "running";
  }

  /** The definition of the current state. */
  get state(): StateDefinition {
    return stateOf(this.definition, this.#making.instance.state);
  }

  /** A transition that the current state takes, by its place. */
  transitionAt(source: TransitionSource): TransitionDefinition {
    return transitionAt(this.definition, this.#making.instance.state, source);
  }

  record(entry: HistoryEntry): void {
    this.#making.record(entry);
  }

  /** Takes note that the step will write so many bytes more, or says why it may not. */
  reserve(bytes: number): Fault | undefined {
    return this.#making.reserve(bytes);
  }

  /** Gives the engine something to do. */
  command(command: Command): void {
    this.#making.commands.push(command);
  }

  /** Sends something to another instance, after all that was sent before. */
  send(message: Message): void {
    this.#making.send(message);
  }

  /** The number of the message that is sent next. */
  get nextMessage(): number {
    return this.#making.nextMessage;
  }

  setPhase(phase: Phase): void {
    this.#making.instance.phase = phase;
  }

  /** Makes `state` the current one, active and not settled. */
  enterState(state: string): void {
    const { instance } = this.#making;
    instance.state = state;
    instance.entries++;
    instance.phase = UNSETTLED;
    this.record({ kind: "stateEntered", state });
  }

  /** Writes a line into the history for a `log` action; a value that is no text is written as canonical JSON (M1). */
  log(value: JsonValue): Fault | undefined {
    const bytes = jsonBytes(value, STEP_BYTES_MAX);
    const fault = describeSize("the message", bytes, STEP_BYTES_MAX) ?? this.reserve(bytes);
    if (fault !== undefined) return fault;
    this.record({ kind: "logged", message: typeof value === "string" ? value : canonicalJson(value) });
  }

  /** Raises a failure, for whoever carries the step on to handle (D7). */
  raise(failure: Failure): void {
    this.#raised = failure;
  }

  get isRaised(): boolean {
    return this.#raised !== undefined;
  }

  /** Takes the failure that was raised. */
  takeRaised(): Failure {
    const failure = this.#raised;
    assert(failure !== undefined, "a failure was raised");
    this.#raised = undefined;
    return failure;
  }

  /** Sets members of the instance that few have; undefined removes one. */
  setRare(members: RareMembers): void {
    const { instance } = this.#making;
    for (const key of Object.keys(members) as (keyof RareMembers)[]) {
      if (members[key] === undefined) delete instance[key];
    }
    Object.assign(instance, Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)));
  }

  keepEvent(event: KeptEvent): void {
    const { instance } = this.#making;
    instance.kept = [...instance.kept, event];
    const { refusedIn: _refusedIn, ...entry } = event;
    this.record({ kind: "eventKept", ...entry });
  }

  /** Takes an event out of those kept. */
  releaseEvent(index: number): KeptEvent {
    const { instance } = this.#making;
    const event = instance.kept[index];
    instance.kept = instance.kept.toSpliced(index, 1);
    return event;
  }

  /** Cancels tasks, clears timers and drops kept events: nothing that was waited for is waited for any more. */
  stopWaiting(compensate?: boolean): void {
    this.tasks.cancel(compensate);
    this.timers.drop();
    this.#making.instance.kept = [];
  }

  /** Ends the instance (D5). Its own entry comes last. */
  end(entry: EndEntry, compensate?: boolean): void {
    const { instance } = this.#making;
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

  /** Makes an instance that has failed run again; in a version without a limit it counts towards none. */
  revive(): void {
    const { failure: _failure, endedAtMs: _endedAtMs, limitKey, ...rest } = this.#making.instance;
    const counted = limitKey === undefined || this.definition.limit === undefined ? {} : { limitKey };
    this.#making.instance = { ...rest, ...counted, status: "running" };
    this.record({ kind: "retried", state: rest.state });
  }

  /** The draft as it stands, to come back to. */
  checkpoint(): Checkpoint {
    this.tasks.disown();
    this.timers.disown();
    const { instance, entries, commands, bytes } = this.#making;
    return {
      instance: { ...instance },
      entries: entries.length,
      commands: commands.length,
      bytes,
      isContextOwned: this.context.checkpoint(),
    };
  }

  /** Undoes everything since the checkpoint, the newest, except that transitions and work stay counted. */
  restore(checkpoint: Checkpoint): void {
    this.tasks.disown();
    this.timers.disown();
    this.context.restore(checkpoint.isContextOwned);
    this.#raised = undefined;
    this.#making.instance = { ...checkpoint.instance };
    this.#making.entries.length = checkpoint.entries;
    this.#making.commands.length = checkpoint.commands;
    this.#making.bytes = checkpoint.bytes;
  }

  /** The instance with its revision counted. */
  finish(): Instance {
    const { instance } = this.#making;
    instance.revision++;
    instance.updatedAtMs = this.nowMs;
    return instance;
  }
}

/** Members that only some features use. */
type RareMembers = Partial<Pick<Writable<Instance>, "paused" | "undo" | "held" | "entries" | "version">>;

const UNSETTLED: Phase = Object.freeze({ kind: "active", settled: false });
export const SETTLED: Phase = Object.freeze({ kind: "active", settled: true });
