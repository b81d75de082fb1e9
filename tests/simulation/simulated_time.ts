/**
 * The one clock of a simulation, and the order in which everything in it happens.
 *
 * - T1 One event at a time: the next begins only when all that the last one set off has come to rest.
 * - T2 Events of the same time happen in the order in which they were scheduled.
 *
 * Rest means an empty queue of microtasks; setImmediate runs after that, in about 9 µs, and waits for no timer.
 */

import { setImmediate } from "node:timers";
import type { Clock } from "../../shared/clock.ts";

interface Happening {
  readonly atMs: number;
  readonly sequence: number;
  action: (() => void) | undefined;
}

/** Undoes something that was scheduled. */
export type Cancel = () => void;

export class SimulatedTime implements Clock {
  #nowMs = Date.UTC(2026, 0, 1);
  #sequence = 0;
  /** A binary heap, the next on top. */
  readonly #heap: Happening[] = [];

  /** True time, with fractions. */
  get trueMs(): number {
    return this.#nowMs;
  }

  /** Events that have happened. */
  happened = 0;

  nowMs(): number {
    return Math.floor(this.#nowMs);
  }

  schedule(afterMs: number, action: () => void): Cancel {
    const happening: Happening = {
      atMs: this.#nowMs + Math.max(0, afterMs),
      sequence: this.#sequence++,
      action,
    };
    this.#push(happening);
    return () => happening.action = undefined;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const end = () => {
        cancel();
        signal?.removeEventListener("abort", end);
        resolve();
      };
      const cancel = this.schedule(ms, end);
      signal?.addEventListener("abort", end, { once: true });
    });
  }

  /** Lets everything happen until the time, or until the condition holds after an event. */
  async run(untilMs: number, isDone: () => boolean = () => false): Promise<void> {
    await settle();
    while (this.#heap.length > 0 && this.#heap[0].atMs <= untilMs) {
      const { action, atMs } = this.#pop();
      if (action === undefined) continue;
      this.#nowMs = atMs;
      this.happened++;
      action();
      await settle(); // T1
      if (isDone()) return;
    }
    this.#nowMs = Math.max(this.#nowMs, untilMs);
  }

  #push(happening: Happening): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(happening);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(happening, heap[parent])) break;
      heap[at] = heap[parent];
      at = parent;
    }
    heap[at] = happening;
  }

  #pop(): Happening {
    const heap = this.#heap;
    const top = heap[0];
    const last = heap.pop()!;
    if (heap.length === 0) return top;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1], heap[child])) child++;
      if (!isBefore(heap[child], last)) break;
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = last;
    return top;
  }
}

/** T2 */
function isBefore(a: Happening, b: Happening): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.sequence < b.sequence);
}

function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
