/** What clients do with instances. Every change is one transaction (C1). */

import { DegovError } from "../shared/errors.ts";
import { newInstanceId, newOperationId } from "../shared/ids.ts";
import { canonicalJson, type JsonObject, type JsonValue } from "../shared/json.ts";
import type { Definition } from "../shared/definition/definition.ts";
import { unknownWorkflow } from "./definitions.ts";
import type { HistoryRecord } from "./machine/history.ts";
import type { MachineInput } from "./machine/input.ts";
import type { Instance, InstanceStatus } from "./machine/instance.ts";
import { HistoryTracker } from "./machine/history_tracker.ts";
import { advance } from "./machine/machine.ts";
import { migrate } from "./machine/migration.ts";
import { appliedKey, decodeJson, EMPTY, historyKey } from "./keyspace.ts";
import { completeLarge, readLarge } from "./large_value.ts";
import { readInstance } from "./records.ts";
import { toError } from "./rejection.ts";
import { enroll } from "./scheduler/admission.ts";
import { apply } from "./scheduler/application.ts";
import type { Run } from "./scheduler/scheduler.ts";
import { begin } from "./scheduler/starting.ts";
import type { Scheduler } from "./scheduler/scheduler.ts";
import type { Txn } from "./store/store.ts";

export interface StartRequest {
  workflow: string;
  /** 0 means the newest. */
  version: number;
  instanceId?: string;
  /** The id was made for this very request by {@link newInstanceId}: no instance can have it. */
  isFresh?: boolean;
  input: JsonObject;
}

/** What may be said of any operation on an instance. */
export interface OperationOptions {
  /** The same id twice is one operation: what the first has done is not done again. */
  operationId?: string;
}

export interface EventRequest {
  instanceId: string;
  name: string;
  data: JsonValue;
  eventId?: string;
  keep: boolean;
}

/** Place in a list: the last instance seen. */
export interface ListCursor {
  createdAtMs: number;
  instanceId: string;
}

/** Every status; the indexes have a range for each. */
export const STATUSES: readonly InstanceStatus[] = ["running", "completed", "failed", "cancelled"];

export class Instances {
  readonly #scheduler: Scheduler;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  /**
   * Starts an instance, or finds the one that an equal request has started.
   *
   * @throws DegovError NOT_FOUND (workflow), INVALID_ARGUMENT (input), ALREADY_EXISTS
   */
  async start(request: StartRequest): Promise<{ instance: Instance; created: boolean }> {
    const id = request.instanceId || newInstanceId();
    let mayExist = request.instanceId !== undefined && request.instanceId !== "" && !request.isFresh;
    return await this.#scheduler.transact(async (run) => {
      // An id that was just made is nobody else's; but an earlier run of this body may have been committed (S3).
      const existing = mayExist ? await readInstance(run.txn, id) : undefined;
      mayExist = true;
      if (existing !== undefined) return { instance: sameStart(existing.instance, request), created: false };
      const loaded = await run.definitions.load(run.txn, request.workflow, request.version);
      if (loaded === undefined) throw unknownWorkflow(request.workflow, request.version);
      return { instance: await begin(run, loaded, { id, input: request.input }), created: true };
    });
  }

  /**
   * Applies a client's event once per event id.
   *
   * @throws DegovError NOT_FOUND, FAILED_PRECONDITION, INVALID_ARGUMENT, RESOURCE_EXHAUSTED
   */
  async send(request: EventRequest): Promise<{ instance: Instance; duplicate: boolean; kept: boolean }> {
    const { instanceId, name, data, keep } = request;
    const what = `send event "${name}" to instance "${instanceId}"`;
    const id = request.eventId || undefined;
    const { instance, repeated } = await this.#operate(instanceId, id ?? newOperationId(), what, {
      kind: "event",
      name,
      data,
      keep,
      ...(id === undefined ? {} : { id }),
    });
    const kept = !repeated && instance.kept.some((event) => event.name === name && event.id === id);
    return { instance, duplicate: repeated && id !== undefined, kept };
  }

  /**
   * Ends an instance; with `compensate` its undo actions run first, without it they do not, and by default as its
   * definition says.
   *
   * @throws DegovError NOT_FOUND, FAILED_PRECONDITION
   */
  async cancel(
    instanceId: string,
    reason: string,
    options: OperationOptions & { compensate?: boolean } = {},
  ): Promise<Instance> {
    const { compensate } = options;
    const how = compensate === undefined ? {} : { compensate };
    return await this.#steer(instanceId, { kind: "cancel", reason, ...how }, options);
  }

  /** @throws DegovError NOT_FOUND, FAILED_PRECONDITION */
  async retry(instanceId: string, options: OperationOptions = {}): Promise<Instance> {
    return await this.#steer(instanceId, { kind: "retry" }, options);
  }

  /** @throws DegovError NOT_FOUND, FAILED_PRECONDITION */
  async pause(instanceId: string, reason: string, options: OperationOptions = {}): Promise<Instance> {
    return await this.#steer(instanceId, { kind: "pause", reason }, options);
  }

  /** @throws DegovError NOT_FOUND, FAILED_PRECONDITION */
  async resume(instanceId: string, options: OperationOptions = {}): Promise<Instance> {
    return await this.#steer(instanceId, { kind: "resume" }, options);
  }

  /**
   * Moves an instance to a newer version of its definition; 0 means the newest.
   *
   * @throws DegovError NOT_FOUND, FAILED_PRECONDITION
   */
  async migrate(instanceId: string, version: number): Promise<Instance> {
    return await this.#scheduler.transact(async (run) => {
      const stored = await readInstance(run.txn, instanceId);
      if (stored === undefined) throw unknownInstance(instanceId);
      const { instance } = stored;
      const from = await run.definitions.pinned(run.txn, instance);
      const to = await run.definitions.load(run.txn, instance.workflow, version);
      if (to === undefined) throw unknownWorkflow(instance.workflow, version);
      if (version !== 0 && version === instance.version) return instance; // an earlier call did it
      const result = migrate(from.record.definition, to.record, instance, run.nowMs);
      if (result.kind === "rejected") throw toError(`migrate instance "${instanceId}"`, result.rejection, instance);
      await apply(run, stored, result, to);
      return result.instance;
    });
  }

  /**
   * Starts an instance where another was after one of its records (0: the newest), with the context it had then.
   *
   * @throws DegovError NOT_FOUND, ALREADY_EXISTS, FAILED_PRECONDITION
   */
  async fork(
    instanceId: string,
    options: { sequence?: number; newInstanceId?: string; version?: number },
  ): Promise<Instance> {
    const id = options.newInstanceId || newInstanceId();
    const source = await this.get(instanceId);
    const sequence = options.sequence || source.revision;
    const what = `fork instance "${instanceId}"`;
    if (sequence > source.revision) {
      const message = `Cannot ${what} at record ${sequence}: it has ${source.revision} records`;
      throw new DegovError("FAILED_PRECONDITION", message);
    }
    const tracker = new HistoryTracker();
    for (let after = 0; after < sequence;) {
      const { records } = await this.history(instanceId, after, Math.min(HISTORY_PER_READ, sequence - after));
      for (const record of records) tracker.take(record);
      after = records[records.length - 1].sequence;
    }
    const { state, context } = tracker;
    if (state === undefined) {
      throw new DegovError(
        "FAILED_PRECONDITION",
        `Cannot ${what} at record ${sequence}: it had not entered a state then`,
      );
    }
    return await this.#scheduler.transact(async (run) => {
      const existing = await readInstance(run.txn, id);
      if (existing !== undefined) {
        if (await isForkOf(run.txn, id, { instanceId, sequence: options.sequence })) return existing.instance;
        throw taken(id);
      }
      const version = options.version || source.version;
      const loaded = await run.definitions.load(run.txn, source.workflow, version);
      if (loaded === undefined) throw unknownWorkflow(source.workflow, version);
      if (!Object.hasOwn(loaded.record.definition.states, state)) {
        throw new DegovError("FAILED_PRECONDITION", `Cannot ${what}: version ${version} has no state "${state}"`);
      }
      const origin = { instanceId, sequence, state, context };
      return await begin(run, loaded, { id, input: source.input as JsonObject, origin });
    });
  }

  /** @throws DegovError NOT_FOUND */
  async get(instanceId: string): Promise<Instance> {
    return await this.#scheduler.options.store.transact((txn) => this.require(txn, instanceId));
  }

  /** @throws DegovError NOT_FOUND */
  async require(txn: Txn, instanceId: string): Promise<Instance> {
    const stored = await readInstance(txn, instanceId, { snapshot: true });
    if (stored === undefined) throw unknownInstance(instanceId);
    return stored.instance;
  }

  /** Records after a sequence, in order. @throws DegovError NOT_FOUND */
  async history(
    instanceId: string,
    after: number,
    limit: number,
  ): Promise<{ instance: Instance; records: HistoryRecord[] }> {
    return await this.#scheduler.options.store.transact(async (txn) => {
      const instance = await this.require(txn, instanceId);
      const begin = historyKey(instanceId, after + 1);
      const end = historyKey(instanceId, instance.revision + 1);
      const pairs = after >= instance.revision ? [] : await txn.range(begin, end, { limit, snapshot: true });
      const records: HistoryRecord[] = [];
      let bytes = 0;
      for (const { key, value } of pairs) {
        const whole = await completeLarge(txn, key, value, { snapshot: true });
        bytes += whole.length;
        if (records.length > 0 && bytes > HISTORY_PAGE_BYTES_MAX) break;
        records.push(decodeJson<HistoryRecord>(whole));
      }
      return { instance, records };
    });
  }

  /** Puts an input of an operator to the machine. */
  async #steer(instanceId: string, input: MachineInput, options: OperationOptions): Promise<Instance> {
    const what = `${input.kind} instance "${instanceId}"`;
    return (await this.#operate(instanceId, options.operationId || newOperationId(), what, input)).instance;
  }

  /** Puts one input to the machine, once per operation id. */
  async #operate(
    instanceId: string,
    operationId: string,
    what: string,
    input: MachineInput,
  ): Promise<{ instance: Instance; repeated: boolean }> {
    return await this.#scheduler.transact(async (run) => {
      const { txn, nowMs } = run;
      const stored = await readInstance(txn, instanceId);
      if (stored === undefined) throw unknownInstance(instanceId);
      const key = appliedKey(instanceId, operationId);
      if (await txn.get(key) !== undefined) return { instance: stored.instance, repeated: true };
      if (isDone(stored.instance, input)) return { instance: stored.instance, repeated: true };
      const loaded = await run.definitions.pinned(txn, stored.instance);
      const { definition } = loaded.record;
      const wanted = input.kind === "retry" ? await toRetry(run, definition, stored.instance) : input;
      const result = advance(definition, stored.instance, wanted, nowMs);
      if (result.kind === "rejected") throw toError(what, result.rejection, stored.instance);
      txn.set(key, EMPTY);
      await apply(run, stored, result, loaded);
      return { instance: result.instance, repeated: false };
    });
  }
}

/** Whether an operation has nothing left to do. */
function isDone({ status, paused, phase }: Instance, input: MachineInput): boolean {
  const { kind } = input;
  if (kind === "cancel") {
    const isUndoing = phase.kind === "compensating" && phase.end.status === "cancelled";
    return status === "cancelled" || (isUndoing && input.compensate !== false);
  }
  if (kind === "pause") return paused === true;
  return kind === "resume" && status === "running" && !paused;
}

/** A retry, which has to wait where as many instances run as may. */
async function toRetry(run: Run, definition: Definition, { id, status, limitKey }: Instance): Promise<MachineInput> {
  if (limitKey === undefined || status !== "failed" || definition.limit === undefined) return { kind: "retry" };
  const mustWait = await enroll(run, definition, { instanceId: id, limitKey });
  return { kind: "retry", ...(mustWait ? { waiting: true } : {}) };
}

/** Whether an earlier call has made the very fork; the newest record was another one then. */
async function isForkOf(txn: Txn, id: string, origin: { instanceId: string; sequence?: number }): Promise<boolean> {
  const bytes = await readLarge(txn, historyKey(id, 1));
  const entries = bytes === undefined ? [] : decodeJson<HistoryRecord>(bytes).entries;
  return entries.some((entry) =>
    entry.kind === "forked" && entry.from === origin.instanceId &&
    (!origin.sequence || entry.sequence === origin.sequence)
  );
}

function taken(instanceId: string): DegovError {
  const message = `Cannot start instance "${instanceId}": there is one of this id; choose another id`;
  return new DegovError("ALREADY_EXISTS", message);
}

const HISTORY_PER_READ = 500;
/** History records of one answer, well below RPC_BYTES_MAX. */
const HISTORY_PAGE_BYTES_MAX = 4_000_000;

export function unknownInstance(instanceId: string): DegovError {
  return new DegovError("NOT_FOUND", `Cannot find instance "${instanceId}": no instance of this id was started`);
}

export function newestFirst(a: ListCursor, b: ListCursor): number {
  return b.createdAtMs - a.createdAtMs || (a.instanceId < b.instanceId ? 1 : -1);
}

/** The instance that is there, if the request would have started the same. */
function sameStart(instance: Instance, request: StartRequest): Instance {
  const differs = instance.workflow !== request.workflow
    ? `of workflow "${instance.workflow}"`
    : request.version !== 0 && instance.version !== request.version
    ? `of version ${instance.version}`
    : canonicalJson(instance.input) !== canonicalJson(request.input)
    ? "with another input"
    : undefined;
  if (differs === undefined) return instance;
  throw new DegovError(
    "ALREADY_EXISTS",
    `Cannot start instance "${instance.id}": an instance of this id was started ${differs}; choose another id`,
  );
}
