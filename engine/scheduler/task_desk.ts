/** What workers do with tasks: poll, complete, release. */

import { complete, type Completion, type CompletionStatus } from "./completion.ts";
import type { LeaseName, PollAnswer } from "./dispatcher.ts";
import type { Scheduler } from "./scheduler.ts";
import type { WorkerRegistry } from "./worker_registry.ts";

/** `retry`: the store could not take it now. */
export type ReportStatus = CompletionStatus | "retry";

export class TaskDesk {
  readonly #scheduler: Scheduler;
  readonly #registry: WorkerRegistry;

  constructor(scheduler: Scheduler, registry: WorkerRegistry) {
    this.#scheduler = scheduler;
    this.#registry = registry;
  }

  /** Waits for tasks until the signal is aborted. @throws DegovError FAILED_PRECONDITION */
  async poll(worker: { id: string; session: string; slots: number }, signal: AbortSignal): Promise<PollAnswer> {
    await this.#registry.require(worker.id, worker.session);
    const answer = this.#scheduler.dispatcher.poll(worker.id, worker.slots, signal);
    this.#scheduler.drainBacklog();
    return await answer;
  }

  /** Takes in how attempts ended, each in its own transaction. One status for each, in order. */
  async complete(workerId: string, completions: readonly Completion[]): Promise<ReportStatus[]> {
    const { dispatcher } = this.#scheduler;
    // The worker has room again, whatever becomes of the reports.
    for (const { token } of completions) dispatcher.release(workerId, token);
    const statuses = await Promise.all(completions.map((completion) => this.#completeOne(completion)));
    this.#scheduler.drainBacklog();
    return statuses;
  }

  /** Queues tasks again that the worker gives back unbegun. */
  async release(workerId: string, leases: readonly LeaseName[]): Promise<void> {
    await Promise.all(leases.map((lease) => this.#registry.takeBack(workerId, lease, "notBegun")));
  }

  async #completeOne(completion: Completion): Promise<ReportStatus> {
    try {
      return await this.#scheduler.transact((run) => complete(run, completion));
    } catch (error) {
      const { instanceId, taskId } = completion;
      this.#scheduler.options.onError(`complete task ${taskId} of instance "${instanceId}"`, error);
      return "retry"; // the lease's own end bounds how often
    }
  }
}
