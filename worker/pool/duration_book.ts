/** How long each code usually takes, so that only executions known to be short are written ahead to an isolate. */

import { LRUCache } from "lru-cache";

/** Codes remembered. */
const CODES_MAX = 4_096;
/** Runs after which the average is believed. */
const RUNS_MIN = 3;
/** Weight of the newest run in the average. */
const WEIGHT = 0.2;
/** An execution up to this long may wait behind another one of this kind: it waits no longer than a start would take. */
const SHORT_MS_MAX = 2;

/** Averages by the code's hash. */
export class DurationBook {
  readonly #codes = new LRUCache<string, { runs: number; averageMs: number }>({ max: CODES_MAX });

  /** Whether executions of the code are known to be short. */
  isShort(codeHash: string): boolean {
    const code = this.#codes.get(codeHash);
    return code !== undefined && code.runs >= RUNS_MIN && code.averageMs <= SHORT_MS_MAX;
  }

  note(codeHash: string, durationMs: number): void {
    const code = this.#codes.get(codeHash);
    if (code === undefined) {
      this.#codes.set(codeHash, { runs: 1, averageMs: durationMs });
    } else {
      code.runs++;
      code.averageMs += WEIGHT * (durationMs - code.averageMs);
    }
  }

  /** The code was killed: nothing is known of it any more. */
  forget(codeHash: string): void {
    this.#codes.delete(codeHash);
  }
}
