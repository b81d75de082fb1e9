/** A worker process of the simulated cluster: the real TaskWorker, on a simulated pool and the network. */

import type { HandOut, LeaseName } from "../../engine/scheduler/dispatcher.ts";
import type { Completion } from "../../engine/scheduler/completion.ts";
import type { Engine } from "../../engine/engine.ts";
import type { DegovError } from "../../shared/errors.ts";
import type { JsonValue } from "../../shared/json.ts";
import { SeededRandom } from "../../shared/random.ts";
import {
  type CompletionInit,
  CompletionStatus,
  type EngineClient,
  type Lease,
  type LeaseInit,
  type Session,
  type Task,
} from "../../worker/engine_client.ts";
import { TaskWorker } from "../../worker/task_worker.ts";
import type { EngineNode } from "./engine_node.ts";
import type { Journal } from "./journal.ts";
import type { Network } from "./network.ts";
import { Node } from "./node.ts";
import { SimulatedPool } from "./simulated_pool.ts";
import type { SimulatedTime } from "./simulated_time.ts";
import type { TaskPlans } from "./task_plan.ts";

const CALL_TIMEOUT_MS = 3_000;
const POLL_WAIT_MS = 2_000;
const HEARTBEAT_INTERVAL_MS = 1_500;
const PREFETCH = 4;

const STATUSES = {
  accepted: CompletionStatus.ACCEPTED,
  staleLease: CompletionStatus.STALE_LEASE,
  retry: CompletionStatus.RETRY,
};

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export interface WorkerNodeOptions {
  name: string;
  time: SimulatedTime;
  network: Network;
  engines: () => readonly EngineNode[];
  plans: TaskPlans;
  journal: Journal;
  slots: number;
  /** Tasks take up to this. */
  longMsMax?: number;
  seed: number;
}

export class WorkerNode {
  readonly node: Node;
  readonly #options: WorkerNodeOptions;
  readonly #worker: TaskWorker;
  /** The engine of the list that is called; the next one after a failed call, as the transport does it. */
  #current: number;

  constructor(options: WorkerNodeOptions) {
    this.#options = options;
    this.node = new Node(options.name, options.time);
    this.#current = options.seed;
    const pool = new SimulatedPool({ ...options, node: this.node, random: new SeededRandom(options.seed) });
    this.#worker = new TaskWorker({
      workerId: options.name,
      client: this.#client() as unknown as EngineClient,
      pool,
      prefetch: PREFETCH,
      pollIntervalMs: 20,
      heartbeatIntervalMs: HEARTBEAT_INTERVAL_MS,
      drainMs: 1_000,
      clock: this.node.clock,
    });
    void this.#worker.run().then(() => this.node.kill()); // its supervisor starts another
  }

  /** Ends in order, giving back what it holds. */
  stop(): void {
    this.#worker.stop();
  }

  /** The supervisor's word that the process has died; it does not always arrive. */
  async reportCrash(): Promise<void> {
    const supervisor = new Node(`${this.node.name}-supervisor`, this.node.time);
    await this.#call(supervisor, (engine) => engine.workers.end(this.node.name, { kind: "workerLost" })).catch(
      () => {},
    );
  }

  #client(): Pick<EngineClient, keyof EngineClient> {
    const { node } = this;
    const { journal } = this.#options;
    return {
      register: async ({ workerId, slots, version }) => {
        const worker = {
          id: workerId,
          slots,
          capabilities: ["javascript", "wasm"] as ("javascript" | "wasm")[],
          version,
        };
        const session = await this.#call(node, (engine) => engine.workers.register(worker));
        return { workerId, session, sessionTimeoutMs: HEARTBEAT_INTERVAL_MS * 3 };
      },
      poll: async ({ session }: Session, slots: number, signal: AbortSignal) => {
        const { tasks, stop } = await this.#call(node, (engine, at, hungUp) => {
          const over = new AbortController();
          hungUp.addEventListener("abort", () => over.abort(), { once: true });
          at.node.clock.sleep(POLL_WAIT_MS, over.signal).then(() => over.abort("over"));
          return engine.tasks.poll({ id: node.name, session, slots }, over.signal);
        }, signal);
        return { tasks: tasks.map(toTask), stop: stop.map(toLease) };
      },
      complete: async ({ session }, completions, slots = 0) => {
        const sent = completions.map(toCompletion);
        for (const completion of sent) journal.reported(completion);
        const worker = { id: node.name, session, slots };
        const { statuses, tasks, stop } = await this.#call(node, (engine) => engine.tasks.exchange(worker, sent));
        statuses.forEach((status, index) => journal.judged(sent[index], status));
        return {
          statuses: statuses.map((status) => STATUSES[status]),
          tasks: tasks.map(toTask),
          stop: stop.map(toLease),
        };
      },
      heartbeat: async ({ session }, leases) =>
        (await this.#call(node, (engine) => engine.workers.heartbeat(node.name, session, leases.map(fromLease))))
          .map(toLease),
      release: async (_session, leases) =>
        await this.#call(node, (engine) => engine.tasks.release(node.name, leases.map(fromLease))),
      deregister: async ({ workerId, session, crashed }) =>
        await this.#call(
          node,
          (engine) => engine.workers.end(workerId, { kind: crashed ? "workerLost" : "notBegun", session }),
        ),
      code: async (hash) =>
        JSON.parse(decoder.decode(await this.#call(node, (engine) => engine.definitions.code(hash)))),
    };
  }

  async #call<T>(
    from: Node,
    serve: (engine: Engine, at: EngineNode, signal: AbortSignal) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    const engines = this.#options.engines();
    const at = engines[this.#current % engines.length];
    const reach = (served: AbortSignal) => at.serve((engine) => serve(engine, at, served), served);
    try {
      return await this.#options.network.call(from, at.node, reach, { timeoutMs: CALL_TIMEOUT_MS, signal });
    } catch (error) {
      if ((error as DegovError).code === "UNAVAILABLE" && !signal?.aborted) this.#current++;
      throw error;
    }
  }
}

function toTask({ token, inputJson, ...task }: HandOut): Task {
  return { ...task, leaseToken: token, input: encoder.encode(inputJson) } as Task;
}

function toLease({ instanceId, taskId, token }: LeaseName): Lease {
  return { instanceId, taskId, leaseToken: token } as Lease;
}

function fromLease({ instanceId, taskId, leaseToken }: LeaseInit): LeaseName {
  return { instanceId, taskId, token: leaseToken };
}

function toCompletion({ lease, result, durationMs }: CompletionInit): Completion {
  return {
    ...fromLease(lease as LeaseInit),
    result: result!.case === "output"
      ? { kind: "output", output: JSON.parse(decoder.decode(result!.value as Uint8Array)) as JsonValue }
      : { kind: "failure", failure: result!.value as Extract<Completion["result"], { kind: "failure" }>["failure"] },
    console: [],
    durationMs: durationMs ?? 0,
  };
}
