/** The worker's calls to an engine. Nothing else in the worker sees Connect; errors are ours. */

import { type Client, createClient, type Transport } from "@connectrpc/connect";
import {
  type Completion,
  CompletionStatus,
  type Lease,
  type Task,
  WorkerService,
} from "../proto/gen/degov/v1/worker_service_pb.ts";
import { fromConnectError } from "../shared/client/errors.ts";
import type { CompiledCode } from "../shared/code/compiled_code.ts";
import { POLL_WAIT_MS_MAX } from "../shared/limits.ts";
import { type PoolStats, toPoolMessage } from "../shared/pool_stats.ts";
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { CompletionSchema } from "../proto/gen/degov/v1/worker_service_pb.ts";

export type { Completion, Lease, Task };
export type CompletionInit = MessageInitShape<typeof CompletionSchema>;
export { CompletionStatus };

/** A session with whichever engine answers. */
export interface Session {
  readonly workerId: string;
  readonly session: string;
  readonly sessionTimeoutMs: number;
}

/** A call that is answered at once takes no longer than this, or the connection is taken to be dead. */
const CALL_TIMEOUT_MS = 20_000;
/** How long a poll waits at the engine, and what its way there and back may take on top. */
const POLL_WAIT_MS = 20_000;

const decoder = new TextDecoder();

export class EngineClient {
  readonly #client: Client<typeof WorkerService>;

  constructor(transport: Transport) {
    this.#client = createClient(WorkerService, transport);
  }

  async register(worker: { workerId: string; slots: number; version: string }): Promise<Session> {
    const request = { ...worker, capabilities: ["javascript", "wasm"] };
    const { session, sessionTimeoutMs } = await convert(this.#client.registerWorker(request, SHORT));
    return { workerId: worker.workerId, session, sessionTimeoutMs };
  }

  /** Waits for tasks. The signal ends the wait. */
  async poll(
    { workerId, session }: Session,
    slots: number,
    signal: AbortSignal,
  ): Promise<{ tasks: Task[]; stop: Lease[] }> {
    const waitMs = Math.min(POLL_WAIT_MS, POLL_WAIT_MS_MAX);
    return await convert(
      this.#client.pollTasks({ workerId, session, slots, waitMs }, { signal, timeoutMs: waitMs + CALL_TIMEOUT_MS }),
    );
  }

  /** Reports, and takes along what there is to do: up to `slots` tasks in all; none when `slots` is 0. */
  async complete(
    { workerId, session }: Session,
    completions: CompletionInit[],
    slots = 0,
  ): Promise<{ statuses: CompletionStatus[]; tasks: Task[]; stop: Lease[] }> {
    return await convert(this.#client.completeTasks({ workerId, session, completions, slots }, SHORT));
  }

  /** The leases that the worker shall stop. */
  async heartbeat({ workerId, session }: Session, leases: LeaseInit[], stats?: PoolStats): Promise<Lease[]> {
    const pool = stats === undefined ? undefined : toPoolMessage(stats);
    return (await convert(this.#client.heartbeat({ workerId, session, leases, pool }, SHORT))).stop;
  }

  async release({ workerId, session }: Session, leases: LeaseInit[]): Promise<void> {
    await convert(this.#client.releaseTasks({ workerId, session, leases }, SHORT));
  }

  /** Ends a session; for a worker process that crashed, whichever it had. */
  async deregister(worker: { workerId: string; session?: string; crashed: boolean }): Promise<number> {
    return (await convert(this.#client.deregisterWorker(worker, SHORT))).requeued;
  }

  async code(hash: string): Promise<CompiledCode> {
    const { code } = await convert(this.#client.getCode({ hash }, SHORT));
    return JSON.parse(decoder.decode(code)) as CompiledCode;
  }
}

export interface LeaseInit {
  instanceId: string;
  taskId: string;
  leaseToken: string;
}

const SHORT = { timeoutMs: CALL_TIMEOUT_MS };

async function convert<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (thrown) {
    throw fromConnectError(thrown);
  }
}
