/**
 * The engine, assembled: what the RPC layer serves, and what a program that embeds it calls.
 *
 * Owns the store from {@link Engine.open} to {@link Engine.close}.
 */

import { type Clock, systemClock } from "../shared/clock.ts";
import { DegovError } from "../shared/errors.ts";
import { WATCHERS_MAX } from "../shared/limits.ts";
import { type Random, systemRandom } from "../shared/random.ts";
import { InstanceChanges, type InstanceListener } from "./changes.ts";
import type { EngineView } from "./cluster/membership.ts";
import { DefinitionCatalog } from "./definitions.ts";
import { EventLog } from "./events/event_log.ts";
import { EventStreams } from "./events/event_stream.ts";
import { explain, type Explanation } from "./explanation.ts";
import { InstanceSearch } from "./instance_search.ts";
import { newEngineId, newInstanceId } from "../shared/ids.ts";
import { Instances, type StartRequest } from "./instances.ts";
import { decodeJson, encodeJson, formatKey, importKey, instanceKey, KEYSPACE_FORMAT } from "./keyspace.ts";
import type { HistoryRecord } from "./machine/history.ts";
import type { Instance } from "./machine/instance.ts";
import { Upkeep, type UpkeepOptions } from "./maintenance/upkeep.ts";
import type { RecordMeter } from "./scheduler/effects.ts";
import { Schedules } from "./schedules/schedules.ts";
import { Scheduler } from "./scheduler/scheduler.ts";
import { PoolReports } from "./signals/pool_reports.ts";
import { TaskDesk } from "./scheduler/task_desk.ts";
import { WorkerRegistry } from "./scheduler/worker_registry.ts";
import type { Store, StoreStats, Txn, Watch } from "./store/store.ts";

export interface EngineOptions {
  store: Store;
  /** Unique among the engines that share the store. Default: one made at random. */
  id?: string;
  clock?: Clock;
  random?: Random;
  /** A worker that is not heard of for so long is lost. Default 15,000. */
  sessionTimeoutMs?: number;
  /** When finished instances are deleted. Default: never. */
  retention?: UpkeepOptions["retention"];
  /** How long the log of all events keeps them; 0 ends it. Default: as the store says, and at first there is none. */
  eventsKeepMs?: number;
  /** Measures what is committed; by default nothing is measured. */
  meter?: RecordMeter;
  /** Told of what goes wrong in the background; by default nobody is. */
  onError?: (what: string, error: unknown) => void;
}

/** Aborted when the caller hangs up. A function is asked for it once the wait has lasted for a while: most are short. */
export type CallerSignal = AbortSignal | (() => AbortSignal);

/** What an engine has done since it was opened. */
export interface EngineCounters {
  store: StoreStats;
  /** Calls answered or under way, by method. */
  rpcs: Record<string, number>;
}

const SESSION_TIMEOUT_MS_DEFAULT = 15_000;
/** Those who wait look again so often even if nothing was told: a watch may have been lost. */
const WATCH_LOOK_MS = 2_000;
/** Given with an abort, since the default reason is an exception with a stack that nobody reads. */
const WAIT_OVER = "the wait is over";
const WATCH_RECORDS_PER_READ = 100;

export class Engine {
  readonly definitions: DefinitionCatalog;
  readonly instances: Instances;
  readonly schedules: Schedules;
  /** Finding instances among many. */
  readonly search: InstanceSearch;
  readonly workers: WorkerRegistry;
  readonly tasks: TaskDesk;
  /** All events, for those that follow them. */
  readonly events: EventStreams;
  readonly eventLog: EventLog;
  /** What workers say of their isolates. */
  readonly pools = new PoolReports();
  readonly store: Store;
  readonly sessionTimeoutMs: number;
  readonly #scheduler: Scheduler;
  readonly #upkeep: Upkeep;
  readonly #changes = new InstanceChanges();
  readonly #clock: Clock;
  readonly #closing = new AbortController();
  readonly #rpcs = new Map<string, number>();
  /** Ends of the waits under way. */
  readonly #waits = new Set<() => void>();

  private constructor(options: EngineOptions) {
    const { store, clock = systemClock, random = systemRandom } = options;
    this.store = store;
    this.#clock = clock;
    this.sessionTimeoutMs = options.sessionTimeoutMs ?? SESSION_TIMEOUT_MS_DEFAULT;
    this.definitions = new DefinitionCatalog(store, () => clock.nowMs());
    this.eventLog = new EventLog({ store, clock, onError: options.onError ?? (() => {}) });
    this.#scheduler = new Scheduler({
      id: options.id ?? newEngineId(),
      store,
      clock,
      random,
      definitions: this.definitions,
      changes: this.#changes,
      sessionTimeoutMs: this.sessionTimeoutMs,
      eventLog: this.eventLog,
      meter: options.meter,
      onError: options.onError ?? (() => {}),
    });
    this.events = new EventStreams({
      log: this.eventLog,
      clock,
      closing: this.closing,
      observe: (changed) => this.#changes.observe(changed),
    });
    this.instances = new Instances(this.#scheduler);
    this.schedules = new Schedules(this.#scheduler);
    const { retention, onError = () => {} } = options;
    this.#upkeep = new Upkeep({ store, clock, membership: this.#scheduler.membership, retention, onError });
    this.search = new InstanceSearch(store, clock);
    this.workers = new WorkerRegistry(this.#scheduler);
    this.tasks = new TaskDesk(this.#scheduler, this.workers);
  }

  /**
   * Checks the store's format and starts the clockworks.
   *
   * @throws DegovError FAILED_PRECONDITION when the store was written by a newer engine.
   */
  static async open(options: EngineOptions): Promise<Engine> {
    const engine = new Engine(options);
    await checkFormat(options.store, (txn) => engine.eventLog.open(txn, options.eventsKeepMs));
    engine.eventLog.start();
    engine.#scheduler.start();
    engine.#upkeep.start();
    return engine;
  }

  /** True once {@link close} was called: long calls end. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  /** Calls the observer after each change that this engine commits, until the returned function is called. */
  observe(observer: (instance: Instance) => void): () => void {
    return this.#changes.observe(observer);
  }

  /** The engine's own clock, for those that show times. */
  nowMs(): number {
    return this.#clock.nowMs();
  }

  /** Workers that poll this engine, and the tasks they hold. */
  load(): { workerId: string; slots: number; leased: number }[] {
    return this.#scheduler.dispatcher.workers();
  }

  /** The engines that share the store. */
  async engines(): Promise<EngineView[]> {
    return await this.#scheduler.membership.list();
  }

  /** An RPC has come in. The methods are those of the services, so their number is bounded. */
  countRpc(method: string): void {
    this.#rpcs.set(method, (this.#rpcs.get(method) ?? 0) + 1);
  }

  counters(): EngineCounters {
    return { store: this.store.stats(), rpcs: Object.fromEntries(this.#rpcs) };
  }

  async explain(instanceId: string): Promise<Explanation> {
    return await explain(this.#scheduler, this.workers, instanceId);
  }

  /** Starts an instance, and answers as {@link waitForEnd} does. @throws DegovError as {@link Instances.start} does */
  async start(
    request: StartRequest,
    wait: { waitMs: number; signal?: CallerSignal },
  ): Promise<{ instance: Instance; created: boolean }> {
    if (wait.waitMs === 0) return await this.instances.start(request);
    const instanceId = request.instanceId || newInstanceId();
    let created = false;
    const instance = await this.#wait(instanceId, wait, async () => {
      const started = await this.instances.start({ ...request, instanceId, isFresh: !request.instanceId });
      created = started.created;
      return started.instance;
    });
    return { instance, created };
  }

  /** The instance, once it has ended or `waitMs` has passed or the signal is aborted. @throws DegovError NOT_FOUND */
  async waitForEnd(instanceId: string, waitMs: number, signal?: CallerSignal): Promise<Instance> {
    return await this.#wait(instanceId, { waitMs, signal }, () => this.instances.get(instanceId));
  }

  /** Listens before the first look, so that no end is missed in between. */
  async #wait(
    instanceId: string,
    { waitMs, signal: callerSignal }: { waitMs: number; signal?: CallerSignal },
    firstLook: () => Promise<Instance>,
  ): Promise<Instance> {
    const untilMs = this.#clock.nowMs() + waitMs;
    let signal = typeof callerSignal === "function" ? undefined : callerSignal;
    let over = new AbortController();
    const end = () => over.abort(WAIT_OVER);
    let distant: Watch | undefined;
    let ended: Instance | undefined;
    const unlisten = this.#listen(instanceId, (instance, isCommitted) => {
      if (instance.status === "running") return;
      if (isCommitted) ended = instance;
      end();
    });
    signal?.addEventListener("abort", end);
    this.#waits.add(end);
    try {
      for (let look = firstLook;; look = () => this.instances.get(instanceId)) {
        distant = await this.#watchOthers(instanceId, end);
        const instance = await look();
        const leftMs = untilMs - this.#clock.nowMs();
        if (instance.status !== "running" || leftMs <= 0 || signal?.aborted || this.closing.aborted) return instance;
        await this.#clock.sleep(Math.min(leftMs, WATCH_LOOK_MS), over.signal);
        if (ended !== undefined) return ended;
        if (typeof callerSignal === "function" && signal === undefined) {
          signal = callerSignal();
          signal.addEventListener("abort", end);
        }
        distant?.cancel();
        over = new AbortController(); // what ended the wait may not have been committed: wait for the next
      }
    } finally {
      distant?.cancel();
      unlisten();
      signal?.removeEventListener("abort", end);
      this.#waits.delete(end);
    }
  }

  /** Every record after a sequence, as it is written, until the instance has ended. @throws DegovError NOT_FOUND */
  async *watch(
    instanceId: string,
    after: number,
    signal?: AbortSignal,
  ): AsyncGenerator<{ record: HistoryRecord; instance: Instance }> {
    let seen = after;
    for await (const current of this.#versions(instanceId, signal)) {
      let { status } = current;
      while (seen < current.revision) {
        const { instance, records } = await this.instances.history(instanceId, seen, WATCH_RECORDS_PER_READ);
        status = instance.status;
        for (const record of records) yield { record, instance };
        if (records.length > 0) seen = records[records.length - 1].sequence;
        if (seen >= instance.revision) break;
      }
      if (status !== "running") return;
    }
  }

  /** Ends long calls and the clockworks; short calls are still served. Idempotent. */
  async drain(): Promise<void> {
    this.#closing.abort();
    for (const end of this.#waits) end();
    await Promise.all([this.#upkeep.stop(), this.#scheduler.stop()]);
  }

  /** Drains, and closes the store. Idempotent. */
  async close(): Promise<void> {
    await this.drain();
    await this.eventLog.close();
    await this.store.close();
  }

  /** The instance now, and again after each change, or after a while; ends with the signal or the engine. */
  async *#versions(instanceId: string, signal: AbortSignal | undefined): AsyncGenerator<Instance> {
    const ended = AbortSignal.any(signal === undefined ? [this.closing] : [this.closing, signal]);
    let changed = new AbortController();
    const change = () => changed.abort(WAIT_OVER);
    const unlisten = this.#listen(instanceId, change);
    let distant: Watch | undefined;
    try {
      while (!ended.aborted) {
        distant = await this.#watchOthers(instanceId, change);
        yield await this.instances.get(instanceId);
        await this.#clock.sleep(WATCH_LOOK_MS, AbortSignal.any([ended, changed.signal]));
        distant?.cancel();
        changed = new AbortController();
      }
    } finally {
      distant?.cancel();
      unlisten();
    }
  }

  /** Hears of a change that another engine commits; an engine that is alone needs no watch. */
  async #watchOthers(instanceId: string, changed: () => void): Promise<Watch | undefined> {
    if (!this.#scheduler.hasPeers) return undefined;
    try {
      const watch = this.store.watch(instanceKey(instanceId));
      void watch.changed.then((isChanged) => isChanged && changed());
      await watch.armed;
      return watch;
    } catch {
      return undefined; // as many keys are watched as can be: the next look finds the change
    }
  }

  #listen(instanceId: string, listener: InstanceListener): () => void {
    if (this.#changes.count < WATCHERS_MAX) return this.#changes.listen(instanceId, listener);
    throw new DegovError(
      "RESOURCE_EXHAUSTED",
      `Cannot wait for instance "${instanceId}": ${WATCHERS_MAX} calls wait at this engine already; try again later`,
    );
  }
}

/** `then` runs in the same transaction. */
async function checkFormat(store: Store, then: (txn: Txn) => Promise<void>): Promise<void> {
  const found = await store.transact(async (txn) => {
    await then(txn);
    if (await txn.get(importKey()) !== undefined) {
      throw new DegovError("FAILED_PRECONDITION", "Cannot use the store: an import into it has not ended; repeat it");
    }
    const bytes = await txn.get(formatKey());
    if (bytes !== undefined) return decodeJson<number>(bytes);
    txn.set(formatKey(), encodeJson(KEYSPACE_FORMAT));
    return KEYSPACE_FORMAT;
  });
  if (found > KEYSPACE_FORMAT) {
    throw new DegovError(
      "FAILED_PRECONDITION",
      `Cannot use the store: it has format ${found} and this engine knows up to ${KEYSPACE_FORMAT}; use a newer engine`,
    );
  }
}
