/**
 * A process of the simulated cluster: it has a clock of its own, and after its death it never acts again.
 *
 * Its promises do not reject when it dies, they stay open for ever, as the process that waited for them is gone.
 */

import type { Clock } from "../../shared/clock.ts";
import type { SimulatedTime } from "./simulated_time.ts";

export class Node {
  readonly name: string;
  readonly clock: Clock;
  readonly time: SimulatedTime;
  /** How far its clock is ahead of the true time. */
  skewMs: number;
  #isDead = false;
  readonly #onDeath = new Set<() => void>();

  constructor(name: string, time: SimulatedTime, skewMs = 0) {
    this.name = name;
    this.time = time;
    this.skewMs = skewMs;
    this.clock = {
      nowMs: () => Math.floor(time.trueMs + this.skewMs),
      sleep: (ms, signal) => this.live(time.sleep(ms, signal)),
    };
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  /** Ends it at once. */
  kill(): void {
    if (this.#isDead) return;
    this.#isDead = true;
    for (const listener of this.#onDeath) listener();
    this.#onDeath.clear();
  }

  /** Calls the listener when it dies, unless the returned function was called before. */
  onDeath(listener: () => void): () => void {
    this.#onDeath.add(listener);
    return () => this.#onDeath.delete(listener);
  }

  /** The promise as the node sees it: it never settles once the node is dead. */
  live<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      promise.then((value) => {
        if (!this.#isDead) resolve(value);
      }, (error) => {
        if (!this.#isDead) reject(error);
      });
    });
  }
}

/** What a dead node waits for. */
export const FOREVER: Promise<never> = new Promise(() => {});
