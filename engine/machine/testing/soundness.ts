/** What must hold of every run, whatever the definition and the inputs: the machine's invariants, checked step by step. */

import assert from "node:assert/strict";
import type { Definition } from "../../../shared/definition/definition.ts";
import { canonicalJson, type JsonObject } from "../../../shared/json.ts";
import type { HistoryRecord } from "../history.ts";
import type { Command, MachineInput, MachineResult } from "../input.ts";
import type { Instance } from "../instance.ts";
import { advance, contextAt, explain, start, takes } from "../machine.ts";

type Accepted = Extract<MachineResult, { kind: "accepted" }>;

/** A task or timer from its beginning to its end. */
type Life = "begun" | "over";

/** One instance, driven through the machine while every invariant is checked after every input. */
export class SoundRun {
  readonly definition: Definition;
  readonly records: HistoryRecord[] = [];
  instance: Instance;
  nowMs: number;
  last: MachineResult;
  readonly #entryLives = new Map<string, Life>();
  readonly #commandLives = new Map<string, Life>();
  readonly #suspended = new Set<string>();
  #messages = 0;

  private constructor(definition: Definition, result: Accepted, nowMs: number) {
    this.definition = definition;
    this.nowMs = nowMs;
    this.last = result;
    this.instance = result.instance;
    this.#accept(result, 0);
  }

  /** Starts an instance; `rejected` is what start refused it with. */
  static start(
    definition: Definition,
    input: JsonObject,
    nowMs = 1_000_000,
  ): SoundRun | Exclude<MachineResult, Accepted> {
    freeze(definition);
    freeze(input);
    const result = twice(() => start(definition, { id: "i1", version: 1, input }, nowMs));
    return result.kind === "accepted" ? new SoundRun(definition, result, nowMs) : result;
  }

  /** Applies an input at a time. */
  advance(input: MachineInput, nowMs = this.nowMs): MachineResult {
    freeze(input);
    this.nowMs = nowMs;
    const { revision } = this.instance;
    // M1: as after storage, which keeps values but not the order of keys.
    const stored = freeze(JSON.parse(canonicalJson(this.instance)) as Instance);
    const result = twice(() => advance(this.definition, stored, input, nowMs));
    assert.deepEqual(withoutOrder(advance(this.definition, this.instance, input, nowMs)), withoutOrder(result), "M1");
    this.last = result;
    if (result.kind === "rejected") return result;
    this.#endReported(input);
    this.instance = result.instance;
    this.#accept(result, revision);
    return result;
  }

  #accept({ instance, commands, entries }: Accepted, revision: number): void {
    assert.deepEqual(JSON.parse(JSON.stringify(instance)), instance, "an instance is plain JSON");
    freeze(instance);
    assert.equal(instance.revision, revision + 1, "M2");
    assert.ok(entries.length > 0, "M2");
    assert.equal(instance.updatedAtMs, this.nowMs);
    this.records.push({ sequence: instance.revision, atMs: this.nowMs, entries });
    this.#checkContext();
    this.#checkLives({ commands, entries });
    this.#checkStanding();
  }

  /** M4, D4 */
  #checkContext(): void {
    assert.deepEqual(contextAt(this.records), this.instance.context, "M4");
    const bytes = new TextEncoder().encode(JSON.stringify(this.instance.context)).length;
    assert.equal(this.instance.contextBytes, bytes, "D4");
  }

  /** M3, D5 */
  #checkStanding(): void {
    const { definition, instance } = this;
    const tasks = Object.keys(instance.tasks).length;
    const timers = Object.keys(instance.timers).length;
    const taken = takes(definition, instance).length;
    const isRunning = instance.status === "running";
    const { phase, paused, held = [] } = instance;
    const waits = phase.kind === "waiting" || paused === true;
    if (isRunning) assert.ok(waits || tasks + stateTimers(instance) + taken > 0, "M3");
    else {
      assert.equal(tasks + timers + taken + instance.kept.length + held.length, 0, "D5");
      assert.ok(instance.undo === undefined && paused === undefined, "D5");
    }
    if (isRunning && !waits && phase.kind !== "active") {
      assert.ok(tasks > 0, "M3: a pending transition waits for tasks");
    }
    if (isRunning && !waits && tasks === 0) assert.deepEqual(phase, { kind: "active", settled: true }, "N2");
    if (isRunning && phase.kind === "deciding" && !(phase.taskId in instance.tasks)) {
      assert.ok(held.some(({ kind }) => kind === "decided"), "a decision is under way or has been made");
    }
    if (isRunning && !paused && phase.kind !== "deciding") assert.equal(held.length, 0, "H1");
    for (const { map } of Object.values(instance.tasks)) {
      if (map === undefined || map.left.length === 0 || paused) continue;
      assert.ok(Object.values(instance.tasks).some((task) => task.map === undefined), "L1");
    }
    assert.equal(explain(definition, instance).length > 0, isRunning);
    assert.equal(instance.failure !== undefined, instance.status === "failed");
    assert.equal(instance.endedAtMs !== undefined, !isRunning);
  }

  /** What the engine reported is over without a command. */
  #endReported(input: MachineInput): void {
    if (input.kind === "timerFired") this.#move(this.#commandLives, input.timerId, "over");
    if (input.kind === "taskCompleted" || input.kind === "taskFailed") {
      this.#move(this.#commandLives, input.taskId, "over");
    }
  }

  /** M5, M6 */
  #checkLives({ commands, entries }: Pick<Accepted, "commands" | "entries">): void {
    for (const entry of entries) {
      if (entry.kind === "taskScheduled") this.#move(this.#entryLives, entry.taskId, "begun");
      if (ENDS.has(entry.kind) && "taskId" in entry) {
        this.#move(this.#entryLives, entry.taskId, "over");
      }
    }
    const named = new Set<string>();
    for (const command of commands) {
      if (command.kind === "message") {
        assert.ok(command.number > this.#messages, "messages are numbered in their order");
        this.#messages = command.number;
      }
      const id = subjectOf(command);
      if (id === undefined) continue;
      assert.ok(!named.has(id), "M6");
      named.add(id);
      const isBegin = command.kind === "scheduleTask" || command.kind === "setTimer" ||
        (command.kind === "message" && command.about === "start");
      // The timers of a paused instance are taken from the engine, and given to it again.
      if (command.kind === "setTimer" && this.#suspended.delete(id)) this.#commandLives.delete(id);
      if (command.kind === "clearTimer" && this.instance.paused) this.#suspended.add(id);
      this.#move(this.#commandLives, id, isBegin ? "begun" : "over");
    }
    const { tasks, timers, paused } = this.instance;
    const held = Object.keys(tasks).filter((taskId) => tasks[taskId].map === undefined);
    const pending = [...held, ...(paused ? [] : Object.keys(timers))].sort();
    assert.deepEqual(begun(this.#commandLives), pending, "M5: what the engine holds is what the instance waits for");
    assert.deepEqual(begun(this.#entryLives), Object.keys(tasks).sort(), "M5");
  }

  #move(lives: Map<string, Life>, id: string, to: Life): void {
    assert.equal(lives.get(id), to === "begun" ? undefined : "begun", `M5: ${id} is ${to}`);
    lives.set(id, to);
  }
}

/** Entries that end what `taskScheduled` began. */
const ENDS: ReadonlySet<string> = new Set([
  "taskCompleted",
  "taskFailed",
  "taskCancelled",
  "itemCompleted",
  "guardEvaluated",
]);

function begun(lives: ReadonlyMap<string, Life>): string[] {
  return [...lives].flatMap(([id, life]) => life === "begun" ? [id] : []).sort();
}

/** The task or timer that a command begins or ends. */
function subjectOf(command: Command): string | undefined {
  switch (command.kind) {
    case "pauseTasks":
    case "resumeTasks":
      return undefined;
    case "message":
      return command.about === "start" || command.about === "cancel" ? command.taskId : undefined;
    case "setTimer":
    case "clearTimer":
      return command.timerId;
    default:
      return command.taskId;
  }
}

function stateTimers({ timers }: Instance): number {
  return Object.keys(timers).filter((timerId) => timerId.startsWith("after-")).length;
}

/** M1 */
function twice(compute: () => MachineResult): MachineResult {
  const result = compute();
  assert.deepEqual(compute(), result, "M1");
  return result;
}

/** With keys in one order; deepEqual ignores it, but texts that are made of objects do not. */
function withoutOrder(result: MachineResult): unknown {
  return JSON.parse(canonicalJson(result));
}

/** Makes any later change of a value throw (D1). */
export function freeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(freeze);
  }
  return value;
}
