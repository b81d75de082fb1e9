/** What a worker says of its isolates with each heartbeat: for metrics and people, nothing is decided by it. */

import type { MessageInitShape } from "@bufbuild/protobuf";
import type { PoolStats as PoolMessage, PoolStatsSchema } from "../proto/gen/degov/v1/worker_service_pb.ts";

/** Counters since the worker process began, but for those that say "now". */
export interface PoolStats {
  slots: number;
  /** Now. */
  busy: number;
  queued: number;
  /** Resident memory of all isolates' processes, as last seen; the program's text, which they share, is in each. */
  residentBytes: number;
  executions: number;
  failures: number;
  deadlines: number;
  memoryKills: number;
  crashes: number;
  /** Isolates started, and those replaced by plan (age or memory). */
  isolatesStarted: number;
  isolatesRecycled: number;
  codeCacheHits: number;
  codeCacheMisses: number;
}

/** 64 bits on the wire; as a number exact for any count that a worker lives to see. */
const WIDE = [
  ...["residentBytes", "executions", "failures", "deadlines", "memoryKills", "crashes"] as const,
  ...["isolatesStarted", "isolatesRecycled", "codeCacheHits", "codeCacheMisses"] as const,
];
type Wide = typeof WIDE[number];

/** A pool that has done nothing yet. */
export function emptyPoolStats(slots: number): PoolStats {
  return { slots, busy: 0, queued: 0, ...wide(() => 0) };
}

export function toPoolMessage(stats: PoolStats): MessageInitShape<typeof PoolStatsSchema> {
  return { ...stats, ...wide((name) => BigInt(Math.round(stats[name]))) };
}

export function fromPoolMessage(message: PoolMessage): PoolStats {
  const { slots, busy, queued } = message;
  return { slots, busy, queued, ...wide((name) => Number(message[name])) };
}

function wide<T>(valueOf: (name: Wide) => T): Record<Wide, T> {
  return Object.fromEntries(WIDE.map((name) => [name, valueOf(name)])) as Record<Wide, T>;
}
