/**
 * Code whose last execution had to be killed, and how much of the pool it may have.
 *
 * A killed execution costs its deadline and a new process. Without a bound, a few endless loops among many honest tasks
 * take most of the machine. So, while other code waits, suspects together get at most {@link SHARE} of one slot's time;
 * and never all slots at once.
 */

import { LRUCache } from "lru-cache";

/** Codes remembered. */
const CODES_MAX = 4_096;
/** Share of the time of one slot. */
const SHARE = 1 / 4;
/** What a killed process costs on top: the CPU time of starting another, and of compiling hot code again. */
const KILL_MS = 200;

/** The suspects of one pool. */
export class Suspects {
  readonly #codes = new LRUCache<string, true>({ max: CODES_MAX });
  readonly #runningMax: number;
  #running = 0;
  #closedUntilMs = 0;

  constructor(slots: number) {
    this.#runningMax = Math.max(1, slots - 1);
  }

  has(codeHash: string): boolean {
    return this.#codes.has(codeHash);
  }

  /** Whether a suspect may start now; `othersWait` when there is honest code that could take the slot. */
  mayStart(nowMs: number, othersWait: boolean): boolean {
    if (othersWait) return this.#running === 0 && nowMs >= this.#closedUntilMs;
    return this.#running < this.#runningMax;
  }

  noteStart(): void {
    this.#running++;
  }

  /** An execution that began as a suspect's has ended, after this time in its slot. */
  noteEnd(nowMs: number, { durationMs, wasKilled }: { durationMs: number; wasKilled: boolean }): void {
    this.#running--;
    this.#closedUntilMs = nowMs + (durationMs + (wasKilled ? KILL_MS : 0)) * (1 / SHARE - 1);
  }

  noteKilled(codeHash: string): void {
    this.#codes.set(codeHash, true);
  }

  noteCompleted(codeHash: string): void {
    this.#codes.delete(codeHash);
  }
}
