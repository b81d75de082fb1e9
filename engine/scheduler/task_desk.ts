/**
 * What workers do with tasks: poll, complete, release.
 *
 * - K1 What a worker reports in one call is taken in together, in one transaction; but every completion is judged alone,
 *      and none is held up by another that cannot be taken in.
 */

import { complete, type Completion, type CompletionStatus } from "./completion.ts";
import type { LeaseName, PollAnswer } from "./dispatcher.ts";
import { DegovError } from "../../shared/errors.ts";
import type { Run, Scheduler } from "./scheduler.ts";
import type { WorkerRegistry } from "./worker_registry.ts";

/** `retry`: the store could not take it now. */
export type ReportStatus = CompletionStatus | "retry";

/** Enough that a transaction's own cost hardly counts, and few enough to stay well below its bounds. */
const COMPLETIONS_PER_TXN_MAX = 64;

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

  /** Takes in how attempts ended. One status for each, in order. */
  async complete(workerId: string, completions: readonly Completion[]): Promise<ReportStatus[]> {
    const { dispatcher } = this.#scheduler;
    // The worker has room again, whatever becomes of the reports.
    for (const { token } of completions) dispatcher.release(workerId, token);
    const batches: Promise<ReportStatus[]>[] = [];
    for (let from = 0; from < completions.length; from += COMPLETIONS_PER_TXN_MAX) {
      batches.push(this.#completeBatch(completions.slice(from, from + COMPLETIONS_PER_TXN_MAX)));
    }
    const statuses = (await Promise.all(batches)).flat();
    this.#scheduler.drainBacklog();
    return statuses;
  }

  /** The same, and the tasks that there then are for the worker: those that follow, mostly (D5). */
  async exchange(
    worker: { id: string; session: string; slots: number },
    completions: readonly Completion[],
  ): Promise<PollAnswer & { statuses: ReportStatus[] }> {
    const { dispatcher } = this.#scheduler;
    const isKnown = dispatcher.beginTaking(worker.id, worker.session, worker.slots);
    let answer: PollAnswer = { tasks: [], stop: [] };
    let statuses: ReportStatus[] = [];
    try {
      statuses = await this.complete(worker.id, completions);
    } finally {
      if (isKnown) answer = dispatcher.take(worker.id, worker.session);
    }
    return { statuses, ...answer };
  }

  /** Queues tasks again that the worker gives back unbegun. */
  async release(workerId: string, leases: readonly LeaseName[]): Promise<void> {
    await Promise.all(leases.map((lease) => this.#registry.takeBack(workerId, lease, "notBegun")));
  }

  /** One transaction for all; where that fails, one for each, so that none suffers for another (K1). */
  async #completeBatch(completions: readonly Completion[]): Promise<ReportStatus[]> {
    try {
      return await this.#scheduler.transact((run) => completeAll(run, completions));
    } catch (error) {
      if (completions.length > 1 && !DegovError.from(error).retryable) {
        return (await Promise.all(completions.map((completion) => this.#completeBatch([completion])))).flat();
      }
      const what = completions.map(({ instanceId, taskId }) => `task ${taskId} of instance "${instanceId}"`);
      this.#scheduler.options.onError(`complete ${what.join(", ")}`, error);
      return completions.map(() => "retry"); // the lease's own end bounds how often
    }
  }
}

/** Instances beside each other, so that their reads overlap; the completions of one instance in order. */
async function completeAll(run: Run, completions: readonly Completion[]): Promise<ReportStatus[]> {
  const statuses: ReportStatus[] = [];
  const lastOf = new Map<string, Promise<void>>();
  for (const [index, completion] of completions.entries()) {
    const before = lastOf.get(completion.instanceId);
    const completed = async () => {
      await before;
      statuses[index] = await complete(run, completion);
    };
    lastOf.set(completion.instanceId, completed());
  }
  await Promise.all(lastOf.values());
  return statuses;
}
