/** The worker's settings: flags and environment, read here and nowhere else. */

import { ENGINE_URL_DEFAULT } from "../shared/client/transport.ts";
import { formatHelp, parseCount, parseFlags } from "../shared/flags.ts";
import { LOG_FLAGS, type LogOptions, readLogOptions } from "../shared/log.ts";
import { SLOTS_MAX, TASK_MEMORY_BYTES_DEFAULT } from "../shared/limits.ts";
import type { CredentialSources } from "./credentials.ts";

export interface WorkerConfig {
  help: boolean;
  log: LogOptions;
  /** Addresses of engines that share one store. */
  engines: string[];
  /** Begins the worker's id; the rest is made up anew for each process. */
  name: string;
  /** Worker processes under one supervisor. */
  processes: number;
  /** Isolates of each process. */
  isolates: number;
  /** Tasks leased beyond those that run, at most. */
  prefetch: number;
  /** Pause before a poll is repeated that failed or was answered empty too soon. */
  pollIntervalMs: number;
  heartbeatIntervalMs: number;
  /** How long running tasks may go on after the worker was told to stop. */
  drainMs: number;
  memoryBytes: number;
  executionsPerIsolate: number;
  /** Set by the supervisor: this process is a worker process of this id. */
  processId: string | undefined;
  credentials: CredentialSources;
}

const MIB = 1024 * 1024;

/** For help, and for the command that hands them on. */
export const WORKER_FLAGS = {
  engine: { value: "URL[,URL]", help: "engines that share one store", default: ENGINE_URL_DEFAULT },
  name: { value: "TEXT", help: "begins the worker's id", default: "worker" },
  processes: { value: "N", help: "worker processes", default: "1" },
  isolates: { value: "N", help: "isolates of each process; 0 means one per core", default: "0" },
  prefetch: { value: "N", help: "short tasks leased ahead of those that run", default: "128" },
  "poll-interval-ms": { value: "MS", help: "pause before a failed or empty poll is repeated", default: "100" },
  "heartbeat-interval-ms": { value: "MS", help: "time between heartbeats", default: "1500" },
  "drain-ms": { value: "MS", help: "time running tasks are given on SIGTERM", default: "30000" },
  "memory-mb": { value: "MIB", help: "memory of one task", default: String(TASK_MEMORY_BYTES_DEFAULT / MIB) },
  "executions-per-isolate": { value: "N", help: "an isolate is replaced after so many tasks", default: "10000" },
  "token-file": { value: "PATH", help: "file with the token to show to the engine (or DEGOV_TOKEN)" },
  "tls-ca": { value: "PATH", help: "authority of the engine's certificate, PEM" },
  "tls-cert": { value: "PATH", help: "own certificate, PEM, for an engine with --tls-client-ca" },
  "tls-key": { value: "PATH", help: "key of the own certificate, PEM" },
  "process-id": { value: "ID", help: "set by the supervisor for its processes" },
  ...LOG_FLAGS,
  help: { help: "show this text" },
} as const;

export const WORKER_HELP = formatHelp("deno task worker [FLAGS]", WORKER_FLAGS);

/** @throws DegovError INVALID_ARGUMENT */
export function readWorkerConfig(
  args: readonly string[],
  environment: (name: string) => string | undefined = (name) => Deno.env.get(name),
): WorkerConfig {
  const values = parseFlags(WORKER_FLAGS, args, environment);
  const count = (name: keyof typeof WORKER_FLAGS, min: number, max: number) =>
    parseCount(values[name], name, { min, max });
  return {
    help: values.help !== undefined,
    log: readLogOptions(values),
    engines: values.engine!.split(",").map((address) => address.trim()).filter((address) => address !== ""),
    name: values.name!,
    processes: count("processes", 1, 64),
    isolates: count("isolates", 0, SLOTS_MAX) || navigator.hardwareConcurrency,
    prefetch: count("prefetch", 0, SLOTS_MAX - 1),
    pollIntervalMs: count("poll-interval-ms", 1, 60_000),
    heartbeatIntervalMs: count("heartbeat-interval-ms", 10, 600_000),
    drainMs: count("drain-ms", 0, 3_600_000),
    memoryBytes: count("memory-mb", 16, 16_384) * MIB,
    executionsPerIsolate: count("executions-per-isolate", 1, 1_000_000_000),
    processId: values["process-id"],
    credentials: {
      token: environment("DEGOV_TOKEN"),
      tokenFile: values["token-file"],
      tlsCa: values["tls-ca"],
      tlsCert: values["tls-cert"],
      tlsKey: values["tls-key"],
    },
  };
}
