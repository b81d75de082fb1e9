/**
 * Workers: who is registered, until when, and what becomes of their leases when they are gone.
 *
 * - W1 A session lives until its time in the store passes; every heartbeat moves that. An engine that meets a session it
 *      does not know takes it over from the store, leases included, so that workers outlive engines.
 * - W2 The end of a session is one decision in the store; its leases are then taken back in batches, each task in a
 *      transaction that sees the lease still live. Whoever else tries the same finds them gone.
 * - W3 A lease the worker does not name in a heartbeat, though it was granted more than LOST_ANSWER_MS before, never
 *      reached it: it is taken back, without counting as a loss.
 * - W4 What this engine holds in memory of a session follows the store at every heartbeat: the worker may have been at
 *      another engine meanwhile, where leases began and ended.
 */

import { DegovError } from "../../shared/errors.ts";
import type { Failure } from "../../shared/failure.ts";
import { newSessionId } from "../../shared/ids.ts";
import {
  afterLast,
  type Capability,
  decodeJson,
  decodeLeaseKey,
  encodeJson,
  leasesRange,
  shardOf,
  workerKey,
  workersRange,
} from "../keyspace.ts";
import { ENGINE_SILENT_MS } from "../cluster/membership.ts";
import { fail } from "./completion.ts";
import type { LeaseName } from "./dispatcher.ts";
import { clearPlace, toTaskBody } from "./grant.ts";
import { place } from "./placing.ts";
import type { Run, Scheduler } from "./scheduler.ts";
import { type LeaseRecord, readUnfinishedTask } from "./task_record.ts";

export interface WorkerRecord {
  id: string;
  session: string;
  slots: number;
  capabilities: Capability[];
  version: string;
  registeredAtMs: number;
  expiresAtMs: number;
}

/**
 * See W3: far above the time an answer travels, so that a task just handed out is not taken for a lost one; with the
 * time between two heartbeats, the delay of a task whose engine died just after it had leased it.
 */
const LOST_ANSWER_MS = 3_000;
const LEASES_PER_PAGE = 256;

/** Why a lease is taken back. */
export type TakeBack =
  /** The task is queued again, and nothing is counted. */
  | "notBegun"
  /** Counts as a loss of the worker. */
  | "workerLost"
  | "leaseExpired";

export class WorkerRegistry {
  readonly #scheduler: Scheduler;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  async register(worker: { id: string; slots: number; capabilities: Capability[]; version: string }): Promise<string> {
    const { store, clock, sessionTimeoutMs } = this.#scheduler.options;
    await this.end(worker.id, { kind: "workerLost" });
    const session = newSessionId();
    await store.transact((txn) => {
      const nowMs = clock.nowMs();
      const record: WorkerRecord = { ...worker, session, registeredAtMs: nowMs, expiresAtMs: nowMs + sessionTimeoutMs };
      txn.set(workerKey(worker.id), encodeJson(record));
      return Promise.resolve();
    });
    this.#scheduler.dispatcher.open({
      workerId: worker.id,
      session,
      slots: worker.slots,
      capabilities: new Set(worker.capabilities),
    });
    return session;
  }

  /** Makes sure that this engine knows the session (W1). @throws DegovError FAILED_PRECONDITION */
  async require(workerId: string, session: string): Promise<void> {
    const { dispatcher, options } = this.#scheduler;
    if (dispatcher.knows(workerId, session)) return;
    const found = await options.store.transact(async (txn) => {
      const bytes = await txn.get(workerKey(workerId));
      const record = bytes === undefined ? undefined : decodeJson<WorkerRecord>(bytes);
      if (record?.session !== session) return undefined; // its time may be over, but nobody has ended it (W2)
      return { record, leases: await readLeases(txn, workerId) };
    });
    if (found === undefined) {
      throw new DegovError(
        "FAILED_PRECONDITION",
        `Worker "${workerId}" has no such session: it ended or another took its place; register again`,
      );
    }
    if (dispatcher.knows(workerId, session)) return; // another call was faster
    const { record, leases } = found;
    dispatcher.open(
      { workerId, session, slots: record.slots, capabilities: new Set(record.capabilities) },
      leases.map((lease) => lease.token),
    );
  }

  /** Renews the session, takes back what never reached the worker, and answers what it shall stop. */
  async heartbeat(workerId: string, session: string, named: readonly LeaseName[]): Promise<LeaseName[]> {
    await this.require(workerId, session);
    const { store, clock, sessionTimeoutMs } = this.#scheduler.options;
    const { dispatcher } = this.#scheduler;
    const known = dispatcher.beginComparing(workerId);
    const leases = await store.transact(async (txn) => {
      const bytes = await txn.get(workerKey(workerId));
      const record = bytes === undefined ? undefined : decodeJson<WorkerRecord>(bytes);
      if (record?.session !== session) return undefined;
      const expiresAtMs = clock.nowMs() + sessionTimeoutMs;
      txn.set(workerKey(workerId), encodeJson({ ...record, expiresAtMs }));
      return await readLeases(txn, workerId);
    });
    if (leases === undefined) {
      dispatcher.close(workerId, session);
      throw new DegovError("FAILED_PRECONDITION", `The session of worker "${workerId}" has ended; register again`);
    }
    dispatcher.compare(workerId, known, leases.map(({ token }) => token)); // W4
    const held = new Set(named.map((lease) => lease.token));
    const nowMs = clock.nowMs();
    for (const lease of leases) {
      if (!held.has(lease.token) && lease.grantedAtMs + LOST_ANSWER_MS < nowMs) {
        await this.takeBack(workerId, lease, "notBegun"); // W3
      }
    }
    const live = new Set(leases.map((lease) => lease.token));
    return named.filter((lease) => !live.has(lease.token));
  }

  /** Ends a worker's session, whichever or the given one, and queues again what it held. The number of those tasks. */
  async end(
    workerId: string,
    how: { kind: "notBegun" | "workerLost"; session?: string; ifExpired?: boolean },
  ): Promise<number> {
    const { dispatcher, options } = this.#scheduler;
    const ended = await options.store.transact(async (txn) => {
      const bytes = await txn.get(workerKey(workerId));
      if (bytes === undefined) return true; // ended before, perhaps with leases left over
      const record = decodeJson<WorkerRecord>(bytes);
      if (how.session !== undefined && record.session !== how.session) return false;
      if (how.ifExpired && record.expiresAtMs >= options.clock.nowMs()) return false;
      txn.clear(workerKey(workerId));
      return true;
    });
    if (!ended) return 0;
    dispatcher.close(workerId);
    let taken = 0;
    for (;;) {
      const leases = await options.store.transact((txn) => readLeases(txn, workerId, LEASES_PER_PAGE));
      const outcomes = await Promise.all(leases.map((lease) => this.takeBack(workerId, lease, how.kind)));
      taken += outcomes.filter(Boolean).length;
      if (leases.length < LEASES_PER_PAGE) return taken;
    }
  }

  /** Takes a lease back, if it is still live, and queues its task again (W2). */
  async takeBack(workerId: string, { instanceId, taskId, token }: LeaseName, why: TakeBack): Promise<boolean> {
    const taken = await this.#scheduler.transact(async (run) => {
      const task = await readUnfinishedTask(run.txn, instanceId, taskId);
      if (task?.record.status !== "leased" || task.record.token !== token) return false;
      const { record } = task;
      clearPlace(run.txn, { instanceId, taskId }, record);
      if (why === "notBegun") await requeue(run, { instanceId, taskId }, task);
      else {
        run.effects.stop(workerId, { instanceId, taskId, token });
        const failure: Failure = {
          code: "WORKER_LOST",
          message: why === "workerLost"
            ? `Worker "${workerId}" was lost while it held the task`
            : `Worker "${workerId}" did not report the task in time`,
        };
        const report = { attempt: record.attempt, workerId, startedAtMs: record.grantedAtMs };
        await fail(run, task, { instanceId, taskId }, { failure, report, token });
      }
      return true;
    });
    this.#scheduler.dispatcher.release(workerId, token);
    return taken;
  }

  /** Ends sessions whose time has passed, and forgets those that another engine has ended. */
  async endExpired(): Promise<void> {
    const { clock } = this.#scheduler.options;
    const { dispatcher } = this.#scheduler;
    const before = dispatcher.sessions();
    const workers = await this.list();
    const sessions = new Set(workers.map(({ session }) => session));
    for (const { workerId, session } of before) {
      if (!sessions.has(session)) dispatcher.close(workerId, session);
    }
    for (const worker of workers) {
      if (worker.expiresAtMs + this.#graceMs(worker.id) < clock.nowMs()) {
        await this.end(worker.id, { kind: "workerLost", ifExpired: true });
      }
    }
  }

  /** Engines divide the workers among them; one that another looks after is left to that one for a while. */
  #graceMs(workerId: string): number {
    return this.#scheduler.membership.owns(shardOf(workerId)) ? 0 : ENGINE_SILENT_MS;
  }

  /**
   * Takes back leases that outlived their attempt's time limit by far, and those of sessions that are gone: a hand-out
   * may have been committed just after its session's leases were taken back. Looks only at the workers that this engine
   * looks after.
   */
  async expireLeases(): Promise<void> {
    const known = new Set((await this.list()).map((worker) => worker.id));
    for await (const workerId of this.#leaseHolders()) {
      if (!this.#scheduler.membership.owns(shardOf(workerId))) continue;
      if (known.has(workerId)) await this.#expireLeasesOf(workerId);
      else await this.end(workerId, { kind: "workerLost", ifExpired: true });
    }
  }

  async #expireLeasesOf(workerId: string): Promise<void> {
    const { store, clock } = this.#scheduler.options;
    const { end } = leasesRange(workerId);
    let { begin } = leasesRange(workerId);
    for (;;) {
      const pairs = await store.transact((txn) => txn.range(begin, end, { limit: LEASES_PER_PAGE, snapshot: true }));
      const nowMs = clock.nowMs();
      for (const { key, value } of pairs) {
        const lease = decodeJson<LeaseRecord>(value);
        if (lease.expiresAtMs >= nowMs) continue;
        await this.takeBack(workerId, { ...decodeLeaseKey(key), token: lease.token }, "leaseExpired");
      }
      if (pairs.length < LEASES_PER_PAGE) return;
      begin = afterLast(pairs);
    }
  }

  /** Workers that hold leases, one read each: from one's first lease on to the next one's. */
  async *#leaseHolders(): AsyncGenerator<string> {
    const { end } = leasesRange();
    let { begin } = leasesRange();
    for (;;) {
      const [first] = await this.#scheduler.options.store.transact((txn) =>
        txn.range(begin, end, { limit: 1, snapshot: true })
      );
      if (first === undefined) return;
      const { workerId } = decodeLeaseKey(first.key);
      yield workerId;
      begin = leasesRange(workerId).end;
    }
  }

  async list(): Promise<WorkerRecord[]> {
    const records: WorkerRecord[] = [];
    const { end } = workersRange();
    let { begin } = workersRange();
    for (;;) {
      const pairs = await this.#scheduler.options.store.transact((txn) =>
        txn.range(begin, end, { limit: LEASES_PER_PAGE, snapshot: true })
      );
      for (const { value } of pairs) records.push(decodeJson<WorkerRecord>(value));
      if (pairs.length < LEASES_PER_PAGE) return records;
      begin = afterLast(pairs);
    }
  }
}

/** Queues a task again that was leased but not begun; the attempt does not count. */
async function requeue(
  run: Run,
  name: { instanceId: string; taskId: string },
  task: Parameters<typeof toTaskBody>[0],
): Promise<void> {
  const body = toTaskBody(task);
  const counts = { ...body.counts, attempt: body.counts.attempt - 1 };
  await place(run, { ...name, ...body, counts });
}

async function readLeases(
  txn: Run["txn"],
  workerId: string,
  limit = 10_000,
): Promise<(LeaseName & LeaseRecord)[]> {
  const { begin, end } = leasesRange(workerId);
  return (await txn.range(begin, end, { limit, snapshot: true })).map(({ key, value }) => {
    const { instanceId, taskId } = decodeLeaseKey(key);
    return { instanceId, taskId, ...decodeJson<LeaseRecord>(value) };
  });
}
