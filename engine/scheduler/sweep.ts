/** Looks for lost workers and lost leases, now and then. */

import type { Scheduler } from "./scheduler.ts";
import { WorkerRegistry } from "./worker_registry.ts";

/** Share of the session timeout between two sweeps: a lost worker is noticed at most so much later. */
const SWEEPS_PER_TIMEOUT = 5;

export class Sweep {
  readonly #scheduler: Scheduler;
  readonly #registry: WorkerRegistry;
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
    this.#registry = new WorkerRegistry(scheduler);
  }

  start(): void {
    this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { clock, sessionTimeoutMs, onError } = this.#scheduler.options;
    // Workers could not be heard while no engine ran: each has one whole timeout to be heard of.
    await clock.sleep(sessionTimeoutMs, this.#stop.signal);
    while (!this.#stop.signal.aborted) {
      await clock.sleep(sessionTimeoutMs / SWEEPS_PER_TIMEOUT, this.#stop.signal);
      if (this.#stop.signal.aborted) return;
      try {
        await this.#registry.endExpired();
        await this.#registry.expireLeases();
      } catch (error) {
        onError("sweep workers and leases", error);
      }
    }
  }
}
