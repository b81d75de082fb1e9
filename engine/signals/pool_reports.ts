/** What workers said of their isolates with their last heartbeat to this engine. In memory, for metrics only. */

import { LRUCache } from "lru-cache";
import { WORKERS_MAX } from "../../shared/limits.ts";
import type { PoolStats } from "../../shared/pool_stats.ts";

export class PoolReports {
  /** Made with the first report, as the cache takes its whole memory at once. */
  #reports: LRUCache<string, PoolStats> | undefined;

  report(workerId: string, report: PoolStats): void {
    this.#reports ??= new LRUCache({ max: WORKERS_MAX });
    this.#reports.set(workerId, report);
  }

  /** Reports of those workers that are still registered; others are forgotten. */
  of(workerIds: ReadonlySet<string>): Map<string, PoolStats> {
    const reports = this.#reports;
    if (reports === undefined) return new Map();
    for (const workerId of [...reports.keys()]) if (!workerIds.has(workerId)) reports.delete(workerId);
    return new Map(reports.entries());
  }
}
