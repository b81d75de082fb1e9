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

/** The output of a task: says who made it and from what, so that a wrong one can be told. */
export function outputOf(label: string, inputText: string): JsonValue {
  let hash = 7;
  for (let index = 0; index < inputText.length; index++) hash = (Math.imul(hash, 31) + inputText.charCodeAt(index)) | 0;
  return { by: label, from: hash };
}
