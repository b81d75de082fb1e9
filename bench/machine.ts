/**
 * Transitions per second of the pure machine, without any store: what one core spends on deciding.
 *
 * Run: deno run bench/machine.ts [--json] [--seconds=N]
 */

import { parseArgs } from "node:util";
import { advance, start } from "../engine/machine/machine.ts";
import type { MachineInput, MachineResult } from "../engine/machine/input.ts";
import type { Instance } from "../engine/machine/instance.ts";
import type { Definition } from "../shared/definition/definition.ts";
import { assert } from "../shared/errors.ts";
import type { JsonObject } from "../shared/json.ts";

interface Scenario {
  name: string;
  definition: Definition;
  input: JsonObject;
  /** The input that follows on an instance; undefined starts a new one. */
  next(instance: Instance): MachineInput | undefined;
}

const REPORT = { attempt: 1, workerId: "w1", startedAtMs: 0, durationMs: 1 };

function completeFirst(instance: Instance): MachineInput | undefined {
  if (instance.status !== "running") return undefined;
  const [taskId] = Object.keys(instance.tasks);
  return { kind: "taskCompleted", taskId, output: { total: 42, currency: "EUR" }, attempt: REPORT };
}

function toKeys(count: number): JsonObject {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`key${index}`, { value: index }]));
}

const STEP: Definition["states"][string] = {
  enter: [{ task: { name: "step", code: "input", input: { total: "context.total" } } }],
  on: { complete: [{ target: "next", guard: "context.step.total > 40" }, { target: "ended" }] },
};

const CHAIN: Definition = {
  name: "chain",
  initial: "first",
  states: {
    first: STEP,
    next: { ...STEP, on: { complete: [{ target: "first", guard: "context.step.total > 40" }, { target: "ended" }] } },
    ended: { final: "completed" },
  },
};

const scenarios: Scenario[] = [
  {
    name: "event, no guard",
    definition: {
      name: "toggle",
      initial: "off",
      states: { off: { on: { flip: [{ target: "on" }] } }, on: { on: { flip: [{ target: "off" }] } } },
    },
    input: {},
    next: () => ({ kind: "event", name: "flip", data: null, keep: false }),
  },
  { name: "task output, guard, next task", definition: CHAIN, input: { total: 1 }, next: completeFirst },
  {
    name: "same, context of 1,000 keys",
    definition: CHAIN,
    input: { total: 1, ...toKeys(1_000) },
    next: completeFirst,
  },
  {
    name: "one of 100 parallel tasks",
    definition: {
      name: "parallel",
      initial: "all",
      states: {
        all: {
          enter: Array.from({ length: 100 }, (_, index) => ({ task: { name: `part${index}`, code: "1", input: "1" } })),
        },
      },
    },
    input: {},
    next: completeFirst,
  },
  {
    name: "event, set, log, timer cleared and set",
    definition: {
      name: "review",
      initial: "waiting",
      states: {
        waiting: {
          on: {
            note: [{
              target: "waiting",
              guard: 'event.data.text != ""',
              actions: [{ set: { key: "note", expression: "event.data.text" } }, { log: { message: "noted" } }],
            }],
          },
          after: [{ delayMs: 60_000, target: "late" }],
        },
        late: {},
      },
    },
    input: {},
    next: () => ({ kind: "event", name: "note", data: { text: "looks good" }, keep: false }),
  },
];

/** The median of so many is reported, so that what else the machine does at times counts little. */
const SLICES = 9;

interface Figure {
  name: string;
  advancesPerSecond: number;
  microsecondsPerAdvance: number;
}

function measure(scenario: Scenario, seconds: number): Figure {
  run(scenario, seconds / 4); // until the code is compiled
  const slices = Array.from({ length: SLICES }, () => run(scenario, seconds / SLICES));
  const rates = slices.map(({ advances, elapsedMs }) => advances / elapsedMs).sort((left, right) => left - right);
  const perMs = rates[SLICES >> 1];
  return {
    name: scenario.name,
    advancesPerSecond: Math.round(perMs * 1_000),
    microsecondsPerAdvance: Math.round(100_000 / perMs) / 100,
  };
}

function run({ definition, input, next }: Scenario, seconds: number): { advances: number; elapsedMs: number } {
  const beganMs = performance.now();
  const endMs = beganMs + seconds * 1000;
  const startAnew = () => take(start(definition, { id: "i1", version: 1, input }, 0));
  let instance = startAnew();
  let advances = 0;
  while (performance.now() < endMs) {
    for (let round = 0; round < 100; round++, advances++) {
      const following = next(instance);
      instance = following === undefined || instance.revision > 10_000
        ? startAnew()
        : take(advance(definition, instance, following, advances));
    }
  }
  return { advances, elapsedMs: performance.now() - beganMs };
}

function take(result: MachineResult): Instance {
  assert(result.kind === "accepted", `the machine takes every input of this benchmark: ${JSON.stringify(result)}`);
  return result.instance;
}

const { values } = parseArgs({
  options: { json: { type: "boolean", default: false }, seconds: { type: "string", default: "1" } },
});
const figures = scenarios.map((scenario) => measure(scenario, Number(values.seconds)));
if (values.json) console.log(JSON.stringify({ benchmark: "machine", runtime: `deno ${Deno.version.deno}`, figures }));
else {
  for (const { name, advancesPerSecond, microsecondsPerAdvance } of figures) {
    console.log(
      `${name.padEnd(40)} ${String(advancesPerSecond).padStart(9)} per second  ${
        microsecondsPerAdvance.toFixed(2)
      } µs each`,
    );
  }
}
