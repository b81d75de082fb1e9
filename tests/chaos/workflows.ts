/**
 * What runs during chaos: a chain of tasks, tasks that fail, a review that waits for an event or a timer, and a family: a
 * map, and a child that is a chain, waited for together.
 */

import type { JsonObject } from "../../shared/json.ts";

const task = (name: string, code: string): JsonObject => ({
  task: { name, code, retry: { maxAttempts: 20, initialDelayMs: 50, maxDelayMs: 500 } },
});

export const CHAIN: JsonObject = {
  name: "chaos-chain",
  initial: "doubling",
  states: {
    doubling: { enter: [task("doubled", "input.value * 2")], on: { complete: [{ target: "increasing" }] } },
    increasing: {
      enter: [task("increased", "input.doubled + 1"), task("other", "'beside'")],
      on: { complete: [{ target: "squaring" }] },
    },
    squaring: {
      enter: [task("squared", 'if (Math.random() < 0.3) throw new Error("flaky"); return input.increased ** 2')],
      on: { complete: [{ target: "delivered" }] },
    },
    delivered: { final: "completed" },
  },
};

export const REVIEW: JsonObject = {
  name: "chaos-review",
  initial: "preparing",
  states: {
    preparing: { enter: [task("prepared", "input.value + 1")], on: { complete: [{ target: "reviewing" }] } },
    reviewing: {
      on: { approve: [{ target: "approved", actions: [{ set: { key: "by", expression: "event.data" } }] }] },
      after: [{ delayMs: 3_000, target: "lapsed" }],
    },
    approved: {
      enter: [task("published", "await new Promise((done) => setTimeout(done, 20)); return input.prepared")],
    },
    lapsed: {},
  },
};

export const FAMILY: JsonObject = {
  name: "chaos-family",
  initial: "raising",
  states: {
    raising: {
      enter: [
        { start: { name: "child", workflow: "chaos-chain", input: { value: "input.value" } } },
        {
          map: {
            name: "tripled",
            items: "[input.value, input.value + 1.0]",
            concurrency: 1,
            task: { code: "input * 3", retry: { maxAttempts: 20, initialDelayMs: 50, maxDelayMs: 500 } },
          },
        },
      ],
      on: { complete: [{ target: "raised" }] },
    },
    raised: { final: "completed" },
  },
};

/** What is wrong with the end of an instance of these; undefined when nothing is. */
export function wrongEnd(
  workflow: string,
  value: number,
  end: { status: string; context: JsonObject },
): string | undefined {
  const { status, context } = end;
  if (status !== "completed") return `is ${status}`;
  if (workflow === "chaos-family") {
    const tripled = JSON.stringify(context.tripled);
    if (tripled !== JSON.stringify([value * 3, (value + 1) * 3])) return `tripled is ${tripled}`;
    return wrongEnd("chaos-chain", value, { status, context: context.child as JsonObject });
  }
  if (workflow === "chaos-chain" && context.squared !== (value * 2 + 1) ** 2) return `squared is ${context.squared}`;
  if (context.prepared !== undefined && context.prepared !== value + 1) return `prepared is ${context.prepared}`;
  return undefined;
}
