/** Every metric, with an alert that a team may begin with: docs/signals.md is generated from this table. */

export interface MetricEntry {
  type: "counter" | "gauge" | "histogram";
  help: string;
  labels?: readonly string[];
  /** Bounds of a histogram's buckets, in seconds. */
  buckets?: readonly number[];
  alert: string;
}

const STEP_BUCKETS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 300];
const INSTANCE_BUCKETS = [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60, 300, 1_800, 3_600, 21_600, 86_400, 604_800];

export const METRICS = {
  degov_tasks_queued: {
    type: "gauge",
    help: "Tasks that wait for a worker, counted up to 1,000 in each of 16 shards",
    labels: ["capability"],
    alert: "degov_tasks_queued > 1000 for 10m: more or larger workers are needed",
  },
  degov_task_queue_age_seconds: {
    type: "gauge",
    help: "How long the oldest queued task has waited",
    labels: ["capability"],
    alert: "degov_task_queue_age_seconds > 60 for 5m: no worker takes tasks of this capability",
  },
  degov_leases: {
    type: "gauge",
    help: "Attempts that workers hold",
    alert: "degov_leases == 0 and degov_tasks_queued > 0 for 2m: workers are away",
  },
  degov_lease_age_seconds: {
    type: "gauge",
    help: "Age of the oldest live lease",
    alert: "degov_lease_age_seconds > 3600: a task takes longer than any of yours should",
  },
  degov_timer_lateness_seconds: {
    type: "gauge",
    help: "How late the earliest timer is that has not fired",
    alert: "degov_timer_lateness_seconds > 10 for 2m: no engine fires timers, or clocks differ",
  },
  degov_undelivered_messages: {
    type: "gauge",
    help: "Messages between instances that were given up and are kept aside, counted up to 1,000",
    alert: "degov_undelivered_messages > 0: `degov explain` of their senders, named in the log, says why",
  },
  degov_step_seconds: {
    type: "histogram",
    help: "Time that an attempt of a task took, taken in by this engine since its first scrape",
    labels: ["workflow", "outcome"],
    buckets: STEP_BUCKETS,
    alert: "histogram_quantile(0.99, rate(degov_step_seconds_bucket[5m])) > 5: tasks have become slow",
  },
  degov_instance_seconds: {
    type: "histogram",
    help: "Time from start to end of instances that ended at this engine since its first scrape",
    labels: ["workflow", "status"],
    buckets: INSTANCE_BUCKETS,
    alert: 'rate(degov_instance_seconds_count{status="failed"}[15m]) > 0.1: instances fail',
  },
  degov_instances_started_total: {
    type: "counter",
    help: "Instances started by this engine since its first scrape",
    labels: ["workflow"],
    alert: "rate(degov_instances_started_total[15m]) == 0: nothing is started, where something should be",
  },
  degov_workers: {
    type: "gauge",
    help: "Registered workers",
    alert: "degov_workers < 1 for 1m: no task runs",
  },
  degov_isolate_slots: {
    type: "gauge",
    help: "Isolates of a worker that may run tasks",
    labels: ["worker"],
    alert: "sum(degov_isolates_busy) / sum(degov_isolate_slots) > 0.9 for 10m: workers are full",
  },
  degov_isolates_busy: {
    type: "gauge",
    help: "Isolates of a worker that run a task now",
    labels: ["worker"],
    alert: "sum(degov_isolates_busy) / sum(degov_isolate_slots) > 0.9 for 10m: workers are full",
  },
  degov_isolate_resident_bytes: {
    type: "gauge",
    help: "Memory of a worker's isolates",
    labels: ["worker"],
    alert: "degov_isolate_resident_bytes > 4e9: tasks use more memory than the machine was given for",
  },
  degov_isolate_executions_total: {
    type: "counter",
    help: "Executions of a worker",
    labels: ["worker"],
    alert: "rate(degov_isolate_executions_total[10m]) == 0 and degov_tasks_queued > 0: a worker hangs",
  },
  degov_isolate_kills_total: {
    type: "counter",
    help: "Isolates that were stopped or died: at a deadline, at the memory cap, or by a crash",
    labels: ["worker", "reason"],
    alert: 'rate(degov_isolate_kills_total{reason="crash"}[10m]) > 0.1: a task brings isolates down',
  },
  degov_isolates_started_total: {
    type: "counter",
    help: "Isolates started by a worker",
    labels: ["worker"],
    alert: "rate(degov_isolates_started_total[10m]) > 1: isolates are replaced all the time",
  },
  degov_code_cache_misses_total: {
    type: "counter",
    help: "Executions for which an isolate had to compile the code first",
    labels: ["worker"],
    alert: "rate(degov_code_cache_misses_total[10m]) > 10: more different code than isolates keep",
  },
  degov_store_commits_total: {
    type: "counter",
    help: "Transactions with writes that were acknowledged",
    labels: ["store"],
    alert: "rate(degov_store_commits_total[5m]) == 0: nothing is written, where something should be",
  },
  degov_store_retries_total: {
    type: "counter",
    help: "Transactions run again because of a conflict or an unknown commit",
    labels: ["store"],
    alert: "rate(degov_store_retries_total[5m]) / rate(degov_store_commits_total[5m]) > 0.2: transactions meet",
  },
  degov_store_flushes_total: {
    type: "counter",
    help: "Flushes to the disk",
    labels: ["store"],
    alert: "rate(degov_store_commits_total[5m]) / rate(degov_store_flushes_total[5m]) < 1: commits are not grouped",
  },
  degov_store_written_bytes_total: {
    type: "counter",
    help: "Bytes of keys and values written",
    labels: ["store"],
    alert: "predict_linear(node_filesystem_avail_bytes[6h], 86400) < 0: the disk of the store fills",
  },
  degov_rpcs_total: {
    type: "counter",
    help: "Calls that came in",
    labels: ["method"],
    alert: 'rate(degov_rpcs_total{method="PollTasks"}[5m]) == 0: no worker asks this engine',
  },
  degov_webhook_deliveries_total: {
    type: "counter",
    help: "Webhook requests sent by this engine",
    labels: ["webhook", "outcome"],
    alert: 'rate(degov_webhook_deliveries_total{outcome="failed"}[10m]) > 0: a receiver refuses events',
  },
  degov_resident_bytes: {
    type: "gauge",
    help: "Memory of the engine's process",
    alert: "degov_resident_bytes > 2e9 for 10m: the engine needs more memory than it should",
  },
} as const satisfies { readonly [name: string]: MetricEntry };

export type MetricName = keyof typeof METRICS;
