/**
 * What a seed draws beside plain workflows. Each seed has some features and not others: so they meet in every
 * combination, and a run stays short.
 */

import type { SeededRandom } from "../../shared/random.ts";

/** Odds of a feature in a run. */
const ODDS = {
  /** Workflows start instances of others, and wait for them or not. */
  children: 0.35,
  /** Workflows start parts of themselves. */
  parts: 0.2,
  /** Instances send events to each other. */
  sends: 0.3,
  maps: 0.3,
  /** Some tasks take so long that their workers are lost meanwhile. */
  longTasks: 0.25,
  /** Guards that a worker evaluates. */
  guards: 0.3,
  /** Undo actions. */
  compensation: 0.35,
  /** Newer versions are registered, and instances moved to them. */
  versions: 0.3,
  /** Instances are forked, and operated on a page at a time. */
  operators: 0.3,
  schedules: 0.2,
  /** Inputs above one value's bound, so that instances, histories and tasks are chunked. */
  large: 0.1,
  /** Finished instances are deleted now and then, and everything in the end. */
  expiry: 0.4,
  /** There is a log of all events, and somebody follows it. */
  log: 0.4,
  /** The log is cut off at an age that readers meet. */
  trimming: 0.3,
  /** The log is told to a webhook. */
  webhook: 0.3,
} as const;

export type Feature = keyof typeof ODDS;
export type Features = ReadonlySet<Feature>;

/** Features that make no sense without another. */
const NEEDED: readonly [Feature, Feature][] = [["trimming", "log"], ["webhook", "log"]];

export function drawFeatures(random: SeededRandom, always: readonly Feature[] = []): Features {
  const features = new Set<Feature>(always);
  for (const feature of Object.keys(ODDS) as Feature[]) if (random.next() < ODDS[feature]) features.add(feature);
  for (const [feature, needed] of NEEDED) {
    if (features.has(feature) && !features.has(needed)) features.delete(feature);
  }
  // What was deleted from the log cannot be told any more.
  if (features.has("webhook")) features.delete("trimming");
  return features;
}
