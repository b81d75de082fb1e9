/**
 * Engine and worker in one process, without a network: for libraries, tests and examples.
 *
 * Tasks run in isolate processes here too; only the way to them is shorter.
 */

import { getLogger } from "@logtape/logtape";
import { Engine } from "../engine/engine.ts";
import { inMemoryTransport } from "../engine/rpc/in_memory.ts";
import { openStore } from "../engine/store/open_store.ts";
import { DegovClient } from "../shared/client/client.ts";
import type { Clock } from "../shared/clock.ts";
import { newToken } from "../shared/ids.ts";
import { EngineClient } from "../worker/engine_client.ts";
import { openPool } from "../worker/pool/process_pool.ts";
import { TaskWorker } from "../worker/task_worker.ts";

const logger = getLogger(["degov", "embedded"]);

export interface WorkflowEngineOptions {
  /** Where state is kept: `sqlite:PATH`, `memory:` or `fdb:`. Default: in memory, gone with the process. */
  store?: string;
  /** Tasks that run at once. Default: one per core. */
  isolates?: number;
  /** The engine's time: timers, delays, retries. Default: the machine's. See test_kit.ts for one that is moved by hand. */
  clock?: Clock;
  /** How long events are kept for `client.events()`; 0 ends it. Default: as the store says, and at first there are none. */
  eventsKeepMs?: number;
}

const PREFETCH = 64;
/** The worker lives and dies with the engine. */
const SESSION_TIMEOUT_MS = 100 * 365 * 24 * 3_600_000;
const HEARTBEAT_INTERVAL_MS = 5_000;
const EXECUTIONS_PER_ISOLATE = 10_000;
const ISOLATE_GROWTH_BYTES = 64 * 1024 * 1024;

/**
 * A workflow engine of your own.
 *
 * ```ts
 * await using engine = await WorkflowEngine.open({ isolates: 2 });
 * await engine.client.register({
 *   name: "double",
 *   initial: "compute",
 *   states: { compute: { enter: [{ task: { name: "result", code: "input.value * 2" } }] } },
 * });
 * const { context } = await engine.client.start("double", { input: { value: 21 }, waitMs: 10_000 });
 * console.log(context); // { value: 21, result: 42 }
 * ```
 */
export class WorkflowEngine {
  /** Register, start, send, watch: everything that a client of a distant engine can do. */
  readonly client: DegovClient;
  readonly #engine: Engine;
  readonly #worker: TaskWorker;
  readonly #working: Promise<void>;
  readonly #closePool: () => Promise<void>;

  private constructor(parts: {
    client: DegovClient;
    engine: Engine;
    worker: TaskWorker;
    closePool: () => Promise<void>;
  }) {
    this.client = parts.client;
    this.#engine = parts.engine;
    this.#worker = parts.worker;
    this.#closePool = parts.closePool;
    this.#working = parts.worker.run();
  }

  /** @throws DegovError when the store cannot be opened. */
  static async open(options: WorkflowEngineOptions = {}): Promise<WorkflowEngine> {
    const { isolates = navigator.hardwareConcurrency } = options;
    const onError = (what: string, error: unknown) => logger.error("Cannot {what}: {error}", { what, error });
    const store = await openStore(options.store ?? "memory:");
    // A clock that jumps must not make the one worker there is look lost.
    const { clock, eventsKeepMs } = options;
    const engine = await Engine.open({ store, onError, clock, eventsKeepMs, sessionTimeoutMs: SESSION_TIMEOUT_MS });
    const transport = inMemoryTransport(engine, { onInternalError: onError });
    const pool = await openPool({
      slots: isolates,
      queueMax: PREFETCH,
      executionsPerIsolateMax: EXECUTIONS_PER_ISOLATE,
      isolateGrowthBytesMax: ISOLATE_GROWTH_BYTES,
    });
    const worker = new TaskWorker({
      workerId: `embedded-${newToken().slice(0, 8)}`,
      client: new EngineClient(transport),
      pool,
      prefetch: PREFETCH,
      pollIntervalMs: 100,
      heartbeatIntervalMs: HEARTBEAT_INTERVAL_MS,
      drainMs: 0,
    });
    return new WorkflowEngine({
      client: new DegovClient({ transport }),
      engine,
      worker,
      closePool: () => pool.close(),
    });
  }

  /** Stops the worker, giving its tasks back, and closes the store. */
  async close(): Promise<void> {
    this.#worker.stop();
    await this.#working;
    await this.#closePool();
    await this.#engine.close();
  }

  /** For `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
