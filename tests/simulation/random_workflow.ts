/**
 * Definitions drawn at random, such that every instance ends or waits for an event: what happens by itself leads
 * forward only, from a state to a later one.
 */

import type { JsonObject, JsonValue } from "../../shared/json.ts";
import type { SeededRandom } from "../../shared/random.ts";
import type { TaskKind } from "./task_plan.ts";

export const EVENTS = ["e0", "e1", "e2"];

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

/** As the register call takes it; what its tasks do goes into `plans`. */
export function randomWorkflow(name: string, random: SeededRandom, plans: Map<string, TaskKind>): JsonObject {
  const count = 2 + random.below(4);
  const happens = (odds: number) => random.next() < odds;
  let taskCount = 0;

  const task = (): JsonValue => {
    const taskName = `t${++taskCount}`;
    plans.set(`${name}/${taskName}`, random.pick(KINDS));
    return {
      task: {
        name: taskName,
        code: "input",
        ...(happens(0.3) ? { output: `out${random.below(2)}` } : {}),
        ...(happens(0.3) ? { input: { value: "input.value", event: "event.name" } } : {}),
        timeoutMs: 500 + random.below(1_500),
        ...(happens(0.7) ? { retry: randomRetry() } : {}),
        ...(happens(0.3) ? { limit: randomLimit() } : {}),
        ...(happens(0.15) ? { priority: random.below(5) - 2 } : {}),
        ...(happens(0.1) ? { delayMs: 1 + random.below(2_000) } : {}),
      },
    };
  };
  const randomRetry = () => ({
    maxAttempts: 1 + random.below(4),
    initialDelayMs: 1 + random.below(800),
    multiplier: 1 + random.below(3),
    maxDelayMs: 2_000,
    jitter: random.below(3) / 4,
  });
  const randomLimit = (): JsonObject => ({
    max: 1 + random.below(2),
    ...(happens(0.3) ? { key: 'input.value > 4.0 ? "high" : "low"' } : {}),
  });
  const action = (): JsonValue => {
    const draw = random.next();
    if (draw < 0.6) return task();
    if (draw < 0.8) return { set: { key: `k${random.below(3)}`, expression: "event.name" } };
    return { log: { message: "hello" } };
  };
  const actions = (odds: number, countMax: number): JsonValue[] =>
    happens(odds) ? Array.from({ length: 1 + random.below(countMax) }, action) : [];
  const forward = (from: number) => `s${from + 1 + random.below(count - from - 1)}`;
  const withActions = (transition: JsonObject, odds: number): JsonObject => {
    const list = actions(odds, 1);
    return list.length === 0 ? transition : { ...transition, actions: list };
  };

  const state = (index: number): JsonObject => {
    const isLast = index === count - 1;
    const enter = actions(0.85, 3);
    const exit = isLast ? [] : actions(0.15, 1);
    const on: JsonObject = {};
    if (!isLast) {
      if (happens(0.8)) on.complete = [withActions({ target: forward(index) }, 0.2)];
      if (happens(0.6)) on.error = [{ target: forward(index) }];
      for (const event of EVENTS) {
        if (!happens(0.5)) continue;
        on[event] = [
          ...(happens(0.3) ? [{ guard: "event.data == 1.0", target: `s${random.below(count)}` }] : []),
          happens(0.8) ? withActions({ target: `s${random.below(count)}` }, 0.3) : { actions: [action()] },
        ];
      }
    }
    const after: JsonObject[] = [];
    if (!isLast && happens(0.4)) after.push({ delayMs: 50 + random.below(8_000), target: forward(index) });
    return {
      ...(enter.length === 0 ? {} : { enter }),
      ...(exit.length === 0 ? {} : { exit }),
      ...(Object.keys(on).length === 0 ? {} : { on }),
      ...(after.length === 0 ? {} : { after }),
    };
  };

  return {
    name,
    initial: "s0",
    ...(happens(0.25) ? { limit: randomLimit() } : {}),
    ...(happens(0.3) ? { timeoutMs: 1_000 + random.below(30_000) } : {}),
    states: reachable(Object.fromEntries(Array.from({ length: count }, (_, index) => [`s${index}`, state(index)]))),
  };
}

/** Without the states that nothing leads to: the format refuses them. */
function reachable(states: Record<string, JsonObject>): JsonObject {
  const found = new Set(["s0"]);
  for (const name of found) {
    for (const [target] of JSON.stringify(states[name]).matchAll(/(?<="target":")\w+/g)) found.add(target);
  }
  return Object.fromEntries(Object.entries(states).filter(([name]) => found.has(name)));
}
