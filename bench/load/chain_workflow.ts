/** The measured work: steps one after another, each `value * 2 % 1000003`, as the peers' harness has it. */

import type { JsonObject, JsonValue } from "../../shared/json.ts";

const MODULUS = 1_000_003;

/** A workflow of so many steps; each reads `value` from the context and writes it again. */
export function chainWorkflow(steps: number): JsonObject {
  const states: JsonObject = {};
  for (let step = 1; step <= steps; step++) {
    const task = { name: "value", code: `input.value * 2 % ${MODULUS}` };
    const next: JsonObject = step < steps ? { on: { complete: [{ target: `s${step + 1}` }] } } : {};
    states[`s${step}`] = { enter: [{ task }], ...next };
  }
  return { name: chainName(steps), initial: "s1", states };
}

export function chainName(steps: number): string {
  return `chain${steps}`;
}

/** What the chain makes of a value. */
export function chainResult(value: number, steps: number): number {
  let result = value;
  for (let step = 0; step < steps; step++) result = result * 2 % MODULUS;
  return result;
}

/** @throws Error unless the chain ended with the right value. */
export function requireResult(status: string, value: JsonValue | undefined, expected: number): void {
  if (status === "completed" && value === expected) return;
  throw new Error(`Wrong result: ${status} with ${JSON.stringify(value)} instead of ${expected}`);
}
