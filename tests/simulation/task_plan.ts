/** What the code of a simulated task does when a simulated isolate runs it. */

import type { JsonValue } from "../../shared/json.ts";

export type TaskKind =
  /** Gives its output. */
  | "steady"
  /** Fails now and then. */
  | "flaky"
  /** Fails always. */
  | "hopeless"
  /** Fails with what is not to be tried again. */
  | "refusing"
  /** Takes longer than its time limit now and then. */
  | "slow"
  /** Crashes its isolate, always. */
  | "poison"
  /** Kills its worker process now and then. */
  | "killer";

/** Odds for each run, of what the kind is named after. */
export const FLAKY_ODDS = 0.4;
export const SLOW_ODDS = 0.4;
export const KILLER_ODDS = 0.4;

/** By workflow and task name, as `workflow/task`: the label of an execution. */
export type TaskPlans = ReadonlyMap<string, TaskKind>;

/** Guards have the place of their transition for a name; by this much of it, as few of them misbehave as of tasks. */
const GUARD_KINDS: readonly TaskKind[] = ["steady", "steady", "steady", "flaky", "hopeless", "slow", "killer"];

export function isGuardLabel(label: string): boolean {
  return label.includes("[");
}

export function taskKindOf(label: string, plans: TaskPlans): TaskKind {
  if (isGuardLabel(label)) return GUARD_KINDS[Math.abs(hashOf(label)) % GUARD_KINDS.length];
  return plans.get(label) ?? "steady";
}

/**
 * The output of a task: says who made it and from what, so that a wrong one can be told. A guard's is true or false.
 */
export function outputOf(label: string, inputText: string): JsonValue {
  const hash = hashOf(inputText);
  return isGuardLabel(label) ? hash % 2 === 0 : { by: label, from: hash };
}

function hashOf(text: string): number {
  let hash = 7;
  for (let index = 0; index < text.length; index++) hash = (Math.imul(hash, 31) + text.charCodeAt(index)) | 0;
  return hash;
}
