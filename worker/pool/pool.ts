/**
 * The pool boundary: what the rest of the worker knows of isolates.
 *
 * Handing out never blocks: {@link Pool.execute} takes a place in one bounded queue that feeds whichever isolate is
 * free. The poller asks for no more tasks than {@link Pool.capacity}; that is the back-pressure.
 */

import type { CompiledCode } from "../../shared/code/compiled_code.ts";
import type { Failure } from "../../shared/failure.ts";
import type { PoolStats } from "../../shared/pool_stats.ts";

/** One attempt to run. */
export interface Execution {
  /** For messages and counters only; the isolate never sees it. */
  label: string;
  /** SHA-256 of the code, hex: the key under which isolates cache what they compiled. */
  codeHash: string;
  code: CompiledCode;
  /** JSON text of the input, UTF-8. */
  input: Uint8Array;
  /** Counted from when an isolate takes it, not from when it was queued. */
  timeoutMs: number;
  /** Cap on heap, ArrayBuffers and WASM memory together. */
  memoryBytes: number;
}

export interface ConsoleLine {
  level: "debug" | "log" | "info" | "warn" | "error";
  text: string;
}

/** How an attempt ended. Never a rejection: a task cannot make the pool throw. */
export type Outcome =
  | { status: "completed"; /** JSON text, UTF-8. */ output: Uint8Array; console: ConsoleLine[]; durationMs: number }
  | { status: "failed"; failure: Failure; console: ConsoleLine[]; durationMs: number }
  /** The execution was cancelled before it ended; nothing of it is to be reported. */
  | { status: "cancelled" };

export interface Pool {
  /** Executions it takes at once without refusing: free slots plus free places in the queue. */
  readonly capacity: number;
  readonly slots: number;
  /**
   * Queues the execution; the outcome follows. The signal cancels it: queued ones are dropped, a running one is stopped
   * and its isolate replaced if it does not stop by itself.
   *
   * @throws DegovError RESOURCE_EXHAUSTED, at once, when the queue is full; UNAVAILABLE once closed.
   */
  execute(execution: Execution, signal?: AbortSignal): Promise<Outcome>;
  stats(): PoolStats;
  /** Refuses new executions, cancels what runs, ends every isolate. Idempotent. */
  close(): Promise<void>;
}

export interface PoolOptions {
  /** Isolates that run tasks; a warm spare comes on top. */
  slots: number;
  /** Places in the queue beyond the running ones. */
  queueMax: number;
  /** An isolate is replaced after so many executions. */
  executionsPerIsolateMax: number;
  /** The largest memory cap an execution may ask for; a larger one is cut to it. Default TASK_MEMORY_BYTES_DEFAULT. */
  memoryBytesMax?: number;
  /** An isolate is replaced when its memory at rest has grown by this much since it started. */
  isolateGrowthBytesMax: number;
}
