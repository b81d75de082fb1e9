/** What clients do with instances. Every change is one transaction (C1). */

import { checkInput } from "../shared/definition/input_schema.ts";
import { DegovError, formatProblems } from "../shared/errors.ts";
import { newInstanceId, newOperationId } from "../shared/ids.ts";
import { canonicalJson, type JsonObject, type JsonValue } from "../shared/json.ts";
import { unknownWorkflow } from "./definitions.ts";
import type { HistoryRecord } from "./machine/history.ts";
import type { MachineInput } from "./machine/input.ts";
import type { Instance, InstanceStatus } from "./machine/instance.ts";
import { advance, start } from "./machine/machine.ts";
import { appliedKey, decodeIndexKey, decodeJson, EMPTY, historyKey, indexRange } from "./keyspace.ts";
import { completeLarge } from "./large_value.ts";
import { readInstance } from "./records.ts";
import { toError } from "./rejection.ts";
import { apply } from "./scheduler/application.ts";
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
      const { definition, version } = loaded.record;
      if (definition.inputSchema !== undefined) requireInput(request.workflow, definition.inputSchema, request.input);
      const result = start(definition, { id, version, input: request.input }, run.nowMs);
      if (result.kind === "rejected") throw toError(`start workflow "${request.workflow}"`, result.rejection);
      const instance = run.effects.trace?.started(result.instance) ?? result.instance;
      await apply(run, undefined, { ...result, instance }, loaded);
      return { instance, created: true };
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

  /** @throws DegovError NOT_FOUND, FAILED_PRECONDITION */
  async cancel(instanceId: string, reason: string): Promise<Instance> {
    const what = `cancel instance "${instanceId}"`;
    return (await this.#operate(instanceId, newOperationId(), what, { kind: "cancel", reason })).instance;
  }

  /** @throws DegovError NOT_FOUND, FAILED_PRECONDITION */
  async retry(instanceId: string): Promise<Instance> {
    const what = `retry instance "${instanceId}"`;
    return (await this.#operate(instanceId, newOperationId(), what, { kind: "retry" })).instance;
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

  /** Newest first, beginning below the cursor. */
  async list(
    filter: { workflow?: string; status?: InstanceStatus; before?: ListCursor },
    limit: number,
  ): Promise<Instance[]> {
    return await this.#scheduler.options.store.transact(async (txn) => {
      const places: ListCursor[] = [];
      for (const status of filter.status === undefined ? STATUSES : [filter.status]) {
        const { begin, end } = indexRange({ workflow: filter.workflow, status }, filter.before);
        const pairs = await txn.range(begin, end, { limit, reverse: true, snapshot: true });
        for (const { key } of pairs) places.push(decodeIndexKey(key));
      }
      places.sort(newestFirst);
      const found = await Promise.all(
        places.slice(0, limit).map(({ instanceId }) => readInstance(txn, instanceId, { snapshot: true })),
      );
      return found.flatMap((stored) => stored === undefined ? [] : [stored.instance]);
    });
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
      if (input.kind === "cancel" && stored.instance.status === "cancelled") {
        return { instance: stored.instance, repeated: true };
      }
      const loaded = await run.definitions.pinned(txn, stored.instance);
      const result = advance(loaded.record.definition, stored.instance, input, nowMs);
      if (result.kind === "rejected") throw toError(what, result.rejection, stored.instance);
      txn.set(key, EMPTY);
      await apply(run, stored, result, loaded);
      return { instance: result.instance, repeated: false };
    });
  }
}

/** History records of one answer, well below RPC_BYTES_MAX. */
const HISTORY_PAGE_BYTES_MAX = 4_000_000;

export function unknownInstance(instanceId: string): DegovError {
  return new DegovError("NOT_FOUND", `Cannot find instance "${instanceId}": no instance of this id was started`);
}

export function newestFirst(a: ListCursor, b: ListCursor): number {
  return b.createdAtMs - a.createdAtMs || (a.instanceId < b.instanceId ? 1 : -1);
}

function requireInput(workflow: string, schema: JsonObject, input: JsonObject): void {
  const checked = checkInput(schema, input);
  if (checked.ok) return;
  throw new DegovError(
    "INVALID_ARGUMENT",
    `Cannot start workflow "${workflow}": the input is not what its schema asks for\n${
      formatProblems(checked.problems.map((problem) => ({ ...problem, path: `input.${problem.path}` })))
    }`,
    { problems: checked.problems },
  );
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
