/**
 * The engine's metrics, in Prometheus' form.
 *
 * - M1 Nothing is counted or loaded before the first scrape: an engine that nobody scrapes pays nothing. What the store,
 *      the registry and the workers count anyway is read at each scrape.
 * - M2 The number of series is bounded: workflows beyond WORKFLOWS_MAX are counted together.
 */

import type { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Engine } from "../engine.ts";
import type { HistoryRecord } from "../machine/history.ts";
import type { Instance } from "../machine/instance.ts";
import type { RecordMeter } from "../scheduler/effects.ts";
import { type MetricName, METRICS } from "./metric_table.ts";
import { liveLeases, queuedTasks, timerLatenessMs, undeliveredMessages } from "./queue_depth.ts";

const WORKFLOWS_MAX = 200;
const OTHERS = "(others)";

/** What has been counted of deliveries, by webhook and outcome. */
export interface DeliveryCounts {
  counts(): Iterable<{ webhook: string; outcome: "delivered" | "failed"; count: number }>;
}

type Metric = Counter | Gauge | Histogram;

export class EngineMetrics implements RecordMeter {
  #registry: Promise<Registry> | undefined;
  #metrics: Map<MetricName, Metric> | undefined;
  readonly #workflows = new Set<string>();
  #scraping: Promise<string> | undefined;

  /** M1 */
  get isOn(): boolean {
    return this.#metrics !== undefined;
  }

  committed(instance: Instance, { entries }: HistoryRecord): void {
    const workflow = this.#bounded(instance.workflow);
    for (const entry of entries) {
      if (entry.kind === "started") this.#counter("degov_instances_started_total").inc({ workflow });
      if (entry.kind === "taskCompleted") this.#observeStep(workflow, "completed", entry.durationMs);
      if (entry.kind === "attemptFailed" || entry.kind === "taskFailed") {
        this.#observeStep(workflow, "failed", entry.durationMs);
      }
    }
    const last = entries.at(-1)?.kind;
    if (last !== "completed" && last !== "failed" && last !== "cancelled") return;
    const seconds = (instance.updatedAtMs - instance.createdAtMs) / 1_000;
    this.#histogram("degov_instance_seconds").observe({ workflow, status: instance.status }, seconds);
  }

  /** The text of one scrape; scrapes at the same time share it. */
  scrape(engine: Engine, deliveries?: DeliveryCounts): Promise<string> {
    return this.#scraping ??= this.#scrape(engine, deliveries).finally(() => this.#scraping = undefined);
  }

  async #scrape(engine: Engine, deliveries: DeliveryCounts | undefined): Promise<string> {
    const registry = await (this.#registry ??= this.#open());
    const { store } = engine;
    const nowMs = engine.nowMs();
    for (const capability of ["javascript", "wasm"] as const) {
      const { count, oldestMs } = await queuedTasks(store, capability, nowMs);
      this.#gauge("degov_tasks_queued").set({ capability }, count);
      this.#gauge("degov_task_queue_age_seconds").set({ capability }, oldestMs / 1_000);
    }
    const leases = await liveLeases(store, nowMs);
    this.#gauge("degov_leases").set(leases.count);
    this.#gauge("degov_lease_age_seconds").set(leases.oldestMs / 1_000);
    this.#gauge("degov_timer_lateness_seconds").set(await timerLatenessMs(store, nowMs) / 1_000);
    this.#gauge("degov_undelivered_messages").set(await undeliveredMessages(store));
    this.#gauge("degov_resident_bytes").set(Deno.memoryUsage().rss);
    await this.#readWorkers(engine);
    this.#readCounters(engine, deliveries);
    return await registry.metrics();
  }

  async #readWorkers(engine: Engine): Promise<void> {
    const workers = new Set((await engine.workers.list()).map(({ id }) => id));
    this.#gauge("degov_workers").set(workers.size);
    for (const name of PER_WORKER) this.#metrics!.get(name)!.reset();
    for (const [worker, report] of engine.pools.of(workers)) {
      this.#gauge("degov_isolate_slots").set({ worker }, report.slots);
      this.#gauge("degov_isolates_busy").set({ worker }, report.busy);
      this.#gauge("degov_isolate_resident_bytes").set({ worker }, report.residentBytes);
      this.#counter("degov_isolate_executions_total").inc({ worker }, report.executions);
      this.#counter("degov_isolates_started_total").inc({ worker }, report.isolatesStarted);
      this.#counter("degov_code_cache_misses_total").inc({ worker }, report.codeCacheMisses);
      const kills = { deadline: report.deadlines, memory: report.memoryKills, crash: report.crashes };
      for (const [reason, count] of Object.entries(kills)) {
        this.#counter("degov_isolate_kills_total").inc({ worker, reason }, count);
      }
    }
  }

  #readCounters(engine: Engine, deliveries: DeliveryCounts | undefined): void {
    const { store: stats, rpcs } = engine.counters();
    const store = engine.store.kind;
    this.#setCounter("degov_store_commits_total", [[{ store }, stats.commits]]);
    this.#setCounter("degov_store_retries_total", [[{ store }, stats.retries]]);
    this.#setCounter("degov_store_flushes_total", [[{ store }, stats.flushes]]);
    this.#setCounter("degov_store_written_bytes_total", [[{ store }, stats.bytesWritten]]);
    this.#setCounter("degov_rpcs_total", Object.entries(rpcs).map(([method, count]) => [{ method }, count]));
    const delivered = [...deliveries?.counts() ?? []];
    this.#setCounter(
      "degov_webhook_deliveries_total",
      delivered.map(({ webhook, outcome, count }) => [{ webhook, outcome }, count]),
    );
  }

  async #open(): Promise<Registry> {
    const client = (await import("prom-client")).default;
    const registry = new client.Registry();
    const metrics = new Map<MetricName, Metric>();
    for (const [name, entry] of Object.entries(METRICS)) {
      const labelNames: string[] = "labels" in entry ? [...entry.labels] : [];
      const options = { name, help: entry.help, labelNames, registers: [registry] };
      metrics.set(
        name as MetricName,
        entry.type === "histogram"
          ? new client.Histogram({ ...options, buckets: [...entry.buckets] })
          : entry.type === "counter"
          ? new client.Counter(options)
          : new client.Gauge(options),
      );
    }
    this.#metrics = metrics;
    return registry;
  }

  #observeStep(workflow: string, outcome: string, durationMs = 0): void {
    this.#histogram("degov_step_seconds").observe({ workflow, outcome }, durationMs / 1_000);
  }

  /** M2 */
  #bounded(workflow: string): string {
    if (this.#workflows.has(workflow)) return workflow;
    if (this.#workflows.size >= WORKFLOWS_MAX) return OTHERS;
    this.#workflows.add(workflow);
    return workflow;
  }

  /** A counter that somebody else keeps. */
  #setCounter(name: MetricName, values: readonly (readonly [Record<string, string>, number])[]): void {
    const counter = this.#counter(name);
    counter.reset();
    for (const [labels, value] of values) counter.inc(labels, value);
  }

  #gauge(name: MetricName): Gauge {
    return this.#metrics!.get(name) as Gauge;
  }
  #counter(name: MetricName): Counter {
    return this.#metrics!.get(name) as Counter;
  }
  #histogram(name: MetricName): Histogram {
    return this.#metrics!.get(name) as Histogram;
  }
}

const PER_WORKER: readonly MetricName[] = [
  ...["degov_isolate_slots", "degov_isolates_busy", "degov_isolate_resident_bytes"] as const,
  ...["degov_isolate_executions_total", "degov_isolates_started_total", "degov_code_cache_misses_total"] as const,
  "degov_isolate_kills_total",
];
