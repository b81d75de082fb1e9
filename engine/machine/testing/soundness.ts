/** What must hold of every run, whatever the definition and the inputs: the machine's invariants, checked step by step. */

import assert from "node:assert/strict";
import type { Definition } from "../../../shared/definition/definition.ts";
import { canonicalJson, type JsonObject } from "../../../shared/json.ts";
import type { HistoryRecord } from "../history.ts";
import type { MachineInput, MachineResult } from "../input.ts";
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
    if (isRunning) assert.ok(tasks + stateTimers(instance) + taken > 0, "M3");
    else assert.equal(tasks + timers + taken + instance.kept.length, 0, "D5");
    if (isRunning && instance.phase.kind !== "active") assert.ok(tasks > 0, "M3: a pending transition waits for tasks");
    if (isRunning && tasks === 0) assert.deepEqual(instance.phase, { kind: "active", settled: true }, "N2");
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
      if (entry.kind === "taskCompleted" || entry.kind === "taskFailed" || entry.kind === "taskCancelled") {
        this.#move(this.#entryLives, entry.taskId, "over");
      }
    }
    const named = new Set<string>();
    for (const command of commands) {
      const id = "taskId" in command ? command.taskId : command.timerId;
      assert.ok(!named.has(id), "M6");
      named.add(id);
      const isBegin = command.kind === "scheduleTask" || command.kind === "setTimer";
      this.#move(this.#commandLives, id, isBegin ? "begun" : "over");
    }
    const { tasks, timers } = this.instance;
    const pending = [...Object.keys(tasks), ...Object.keys(timers)].sort();
    assert.deepEqual(begun(this.#commandLives), pending, "M5: what the engine holds is what the instance waits for");
    assert.deepEqual(begun(this.#entryLives), Object.keys(tasks).sort(), "M5");
  }

  #move(lives: Map<string, Life>, id: string, to: Life): void {
    assert.equal(lives.get(id), to === "begun" ? undefined : "begun", `M5: ${id} is ${to}`);
    lives.set(id, to);
  }
}

function begun(lives: ReadonlyMap<string, Life>): string[] {
  return [...lives].flatMap(([id, life]) => life === "begun" ? [id] : []).sort();
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
