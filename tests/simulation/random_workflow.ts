/**
 * Definitions drawn at random, such that every instance ends or waits for an event: what happens by itself, or by what
 * instances send each other, leads forward only, from a state to a later one; and a workflow starts only later ones.
 */

import { isJsonObject, type JsonObject, type JsonValue } from "../../shared/json.ts";
import type { SeededRandom } from "../../shared/random.ts";
import type { Features } from "./features.ts";
import type { TaskKind } from "./task_plan.ts";

/** What clients send. */
export const EVENTS = ["e0", "e1", "e2"];
/** What instances send each other; the first is not kept. */
export const MESSAGES = ["m0", "m1"];

const KINDS: readonly TaskKind[] = [
  ...Array<TaskKind>(8).fill("steady"),
  ...Array<TaskKind>(5).fill("flaky"),
  "hopeless",
  "refusing",
  "slow",
  "slow",
  "poison",
  "killer",
];

export interface WorkflowOptions {
  random: SeededRandom;
  features: Features;
  /** What its tasks do is written here. */
  plans: Map<string, TaskKind>;
  /** Workflows that it may start. */
  startable: readonly string[];
}

/** As the register call takes it. */
export function randomWorkflow(name: string, options: WorkflowOptions): JsonObject {
  return new Drawing(name, options).workflow();
}

class Drawing {
  readonly #name: string;
  readonly #options: WorkflowOptions;
  readonly #random: SeededRandom;
  readonly #count: number;
  #named = 0;
  /** The state that is drawn. */
  #current = 0;

  constructor(name: string, options: WorkflowOptions) {
    this.#name = name;
    this.#options = options;
    this.#random = options.random;
    this.#count = 2 + this.#random.below(4);
  }

  workflow(): JsonObject {
    const states = Array.from({ length: this.#count }, (_, index) => [`s${index}`, this.#state(index)]);
    return {
      name: this.#name,
      initial: "s0",
      ...(this.#happens(0.25) ? { limit: this.#limit() } : {}),
      ...(this.#happens(0.3) ? { timeoutMs: 1_000 + this.#random.below(30_000) } : {}),
      ...(this.#happens(0.15) ? { priority: this.#random.below(5) - 2 } : {}),
      ...(this.#happens(0.1) ? { output: { value: "input.value" } } : {}),
      ...(this.#has("compensation") && this.#happens(0.3)
        ? { compensateOn: this.#happens(0.5) ? ["failed"] : ["cancelled"] }
        : {}),
      states: reachable(Object.fromEntries(states)),
    };
  }

  #state(index: number): JsonObject {
    const isLast = index === this.#count - 1;
    this.#current = index;
    const enter = this.#actions(0.85, 3);
    const exit = isLast ? [] : this.#actions(0.15, 1);
    const undo = this.#has("compensation") && this.#happens(0.8) ? [this.#task(), ...this.#actions(0.3, 1)] : [];
    const on = isLast ? {} : this.#transitions(index);
    const after = isLast || !this.#happens(0.4)
      ? []
      : [{ delayMs: 50 + this.#random.below(8_000), ...this.#guard(0.3), target: this.#later(index) }];
    return {
      ...(enter.length === 0 ? {} : { enter }),
      ...(exit.length === 0 ? {} : { exit }),
      ...(undo.length === 0 ? {} : { compensate: undo }),
      ...(Object.keys(on).length === 0 ? {} : { on }),
      ...(after.length === 0 ? {} : { after }),
      ...(isLast && this.#happens(0.15) ? { final: "failed" } : {}),
    };
  }

  #transitions(index: number): JsonObject {
    const on: JsonObject = {};
    const ifAsked = (target: string): JsonObject[] => {
      const guard = this.#guard(0.4);
      return guard.guard === undefined ? [] : [{ ...guard, target }];
    };
    if (this.#happens(0.8)) {
      on.complete = [...ifAsked(this.#later(index)), this.#withActions({ target: this.#later(index) }, 0.2)];
    }
    if (this.#happens(0.7)) on.error = [...ifAsked(this.#later(index)), { target: this.#later(index) }];
    for (const event of EVENTS) {
      if (!this.#happens(0.5)) continue;
      on[event] = [
        ...ifAsked(this.#any()),
        ...(this.#happens(0.3) ? [{ guard: "event.data == 1.0", target: this.#any() }] : []),
        this.#happens(0.8) ? this.#withActions({ target: this.#any() }, 0.3) : { actions: [this.#action()] },
      ];
    }
    if (this.#has("sends")) {
      for (const message of MESSAGES) {
        if (!this.#happens(0.5)) continue;
        const set = { set: { key: message, expression: "event.data" } };
        on[message] = [
          ...ifAsked(this.#later(index)),
          this.#happens(0.5) ? { target: this.#later(index) } : {
            actions: [set],
          },
        ];
      }
    }
    return on;
  }

  #guard(odds: number): { guard?: JsonValue } {
    return this.#has("guards") && this.#happens(odds) ? { guard: { code: "true" } } : {};
  }

  #action(): JsonValue {
    const draw = this.#random.next();
    if (draw < 0.1 && this.#has("maps")) return this.#map();
    if (draw < 0.25 && this.#has("children") && this.#options.startable.length > 0) return this.#start();
    if (draw < 0.4 && this.#has("sends")) return this.#send();
    if (draw < 0.48 && this.#has("parts") && this.#current < this.#count - 1) return this.#part();
    if (draw < 0.5 && this.#has("children")) return { fail: { code: "BAD_LUCK", message: "nothing to be done" } };
    if (draw < 0.7) return this.#task();
    if (draw < 0.85) return { set: { key: `k${this.#random.below(3)}`, expression: "event.name" } };
    return { log: { message: "hello" } };
  }

  #task(): JsonObject {
    return {
      task: {
        name: this.#nameOf("t"),
        ...(this.#happens(0.3) ? { output: `out${this.#random.below(2)}` } : {}),
        ...(this.#happens(0.3) ? { input: { value: "input.value", event: "event.name" } } : {}),
        ...(this.#happens(0.1) ? { merge: true } : {}),
        ...this.#code(),
      },
    };
  }

  #map(): JsonObject {
    return {
      map: {
        name: this.#nameOf("t"),
        items: "input.list",
        ...(this.#happens(0.6) ? { concurrency: 1 + this.#random.below(3) } : {}),
        ...this.#perItem(),
      },
    };
  }

  /** What a map does: code, or children, which map nothing themselves. */
  #perItem(): JsonObject {
    const { startable } = this.#options;
    if (this.#has("children") && startable.length > 0 && this.#happens(0.4)) {
      const input = { value: "input.value", peer: "input.peer", list: "[]" };
      return { start: { workflow: this.#random.pick(startable), input } };
    }
    return { task: { ...(this.#happens(0.3) ? { input: { item: "item", index: "index" } } : {}), ...this.#code() } };
  }

  /** A child that begins in a later state of the same workflow. */
  #part(): JsonObject {
    return {
      start: {
        name: this.#nameOf("c"),
        state: this.#later(this.#current),
        ...(this.#happens(0.5) ? { input: { k0: "event.name" } } : {}),
        ...(this.#happens(0.2) ? { wait: false } : {}),
      },
    };
  }

  #start(): JsonObject {
    return {
      start: {
        name: this.#nameOf("c"),
        workflow: this.#random.pick(this.#options.startable),
        input: { value: "input.value", peer: "input.peer", list: "input.list" },
        // An id that others may have taken: the start is then refused.
        ...(this.#happens(0.1) ? { id: '"of-" + input.peer' } : {}),
        ...(this.#happens(0.3) ? { wait: false } : {}),
      },
    };
  }

  #send(): JsonObject {
    const event = this.#random.pick(MESSAGES);
    return {
      send: { to: "input.peer", event, data: "input.value", ...(event === MESSAGES[0] ? { keep: false } : {}) },
    };
  }

  #nameOf(prefix: string): string {
    return `${prefix}${++this.#named}`;
  }

  /** What tasks and those of maps have in common; of the one that was named last. */
  #code(): JsonObject {
    this.#options.plans.set(`${this.#name}/t${this.#named}`, this.#random.pick(KINDS));
    return {
      code: "input",
      timeoutMs: 500 + this.#random.below(this.#has("longTasks") && this.#happens(0.4) ? 12_000 : 1_500),
      ...(this.#happens(0.7) ? { retry: this.#retry() } : {}),
      ...(this.#happens(0.3) ? { limit: this.#limit() } : {}),
      ...(this.#happens(0.15) ? { priority: this.#random.below(5) - 2 } : {}),
      ...(this.#happens(0.1) ? { delayMs: 1 + this.#random.below(2_000) } : {}),
    };
  }

  #retry(): JsonObject {
    return {
      maxAttempts: 1 + this.#random.below(4),
      initialDelayMs: 1 + this.#random.below(800),
      multiplier: 1 + this.#random.below(3),
      maxDelayMs: 2_000,
      jitter: this.#random.below(3) / 4,
    };
  }

  #limit(): JsonObject {
    return {
      max: 1 + this.#random.below(2),
      ...(this.#happens(0.3) ? { key: 'input.value > 4.0 ? "high" : "low"' } : {}),
    };
  }

  #actions(odds: number, countMax: number): JsonValue[] {
    if (!this.#happens(odds)) return [];
    return Array.from({ length: 1 + this.#random.below(countMax) }, () => this.#action());
  }

  #withActions(transition: JsonObject, odds: number): JsonObject {
    const list = this.#actions(odds, 1);
    return list.length === 0 ? transition : { ...transition, actions: list };
  }

  #later(from: number): string {
    return `s${from + 1 + this.#random.below(this.#count - from - 1)}`;
  }

  #any(): string {
    return `s${this.#random.below(this.#count)}`;
  }

  #has(feature: Parameters<Features["has"]>[0]): boolean {
    return this.#options.features.has(feature);
  }

  #happens(odds: number): boolean {
    return this.#random.next() < odds;
  }
}

/** Without the states that nothing leads to: the format refuses them. */
function reachable(states: Record<string, JsonObject>): JsonObject {
  const found = new Set(["s0"]);
  for (const name of found) {
    for (const [target] of JSON.stringify(states[name]).matchAll(/(?<="(?:target|state)":")\w+/g)) found.add(target);
  }
  return Object.fromEntries(Object.entries(states).filter(([name]) => found.has(name)));
}

/** A newer version of a workflow: other code, delays and timeouts, one limit less; its states and tasks are the same. */
export function nextVersion(document: JsonObject, random: SeededRandom): JsonObject {
  const code = `"input /* ${random.below(1e9)} */"`;
  const next: JsonObject = JSON.parse(JSON.stringify(document).replaceAll(/(?<="code":)"input[^"]*"/g, code));
  if (random.next() < 0.5) next.timeoutMs = 1_000 + random.below(30_000);
  if (random.next() < 0.3) delete next.limit;
  for (const state of Object.values(next.states as JsonObject)) {
    if (!isJsonObject(state)) continue;
    const after = state.after as JsonObject[] | undefined;
    const draw = random.next();
    if (after !== undefined && draw < 0.3) delete state.after;
    else if (after !== undefined && draw < 0.6) after[0].delayMs = 50 + random.below(8_000);
    else if (after === undefined && state.on !== undefined && draw < 0.2) {
      state.after = [{ delayMs: 50 + random.below(8_000), actions: [{ log: { message: "late" } }] }];
    }
  }
  return next;
}
