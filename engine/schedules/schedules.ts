/** What clients do with schedules. Every change is one transaction. */

import { DegovError } from "../../shared/errors.ts";
import { newOperationId } from "../../shared/ids.ts";
import { SCHEDULES_MAX } from "../../shared/limits.ts";
import { canonicalJson } from "../../shared/json.ts";
import { unknownWorkflow } from "../definitions.ts";
import {
  decodeInstanceKey,
  decodeJson,
  instancePrefixRange,
  scheduleCountKey,
  scheduleKey,
  schedulesRange,
} from "../keyspace.ts";
import { clearLarge, completeLarge } from "../large_value.ts";
import type { Instance } from "../machine/instance.ts";
import { readInstance } from "../records.ts";
import type { Run, Scheduler } from "../scheduler/scheduler.ts";
import { decodeCounter } from "../store/counter_value.ts";
import { CronTimes } from "./cron_times.ts";
import { readSchedule, type ScheduleRecord, type ScheduleSpec, writeSchedule } from "./schedule_record.ts";
import { clearNext, setNext, trigger } from "./ticking.ts";

export class Schedules {
  readonly #scheduler: Scheduler;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  /** Makes a schedule. @throws DegovError INVALID_ARGUMENT, NOT_FOUND (workflow), ALREADY_EXISTS, RESOURCE_EXHAUSTED */
  async create(id: string, spec: ScheduleSpec): Promise<ScheduleRecord> {
    return await this.#scheduler.transact(async (run) => {
      const existing = await readSchedule(run.txn, id);
      if (existing !== undefined) {
        if (canonicalJson(existing.spec) === canonicalJson(spec)) return existing;
        const message = `Cannot create schedule "${id}": there is another of this id; update it, or choose another id`;
        throw new DegovError("ALREADY_EXISTS", message);
      }
      if (decodeCounter(await run.txn.get(scheduleCountKey())) >= SCHEDULES_MAX) {
        const message = `Cannot create schedule "${id}": there are ${SCHEDULES_MAX}, as many as may be; delete some`;
        throw new DegovError("RESOURCE_EXHAUSTED", message);
      }
      const record: ScheduleRecord = { id, spec, createdAtMs: run.nowMs, started: 0, skipped: 0 };
      await this.#put(run, record);
      run.txn.add(scheduleCountKey(), 1n);
      return record;
    });
  }

  /**
   * Replaces what a schedule says. A time that has come and was not taken yet is taken all the same, unless the times
   * change.
   *
   * @throws DegovError INVALID_ARGUMENT, NOT_FOUND
   */
  async update(id: string, spec: ScheduleSpec): Promise<ScheduleRecord> {
    return await this.#scheduler.transact(async (run) => {
      const record = await require(run, id);
      const updated = { ...record, spec };
      if (spec.overlap !== "buffer_one" || spec.paused) delete updated.bufferedAtMs;
      if (!hasSameTimes(record.spec, spec)) clearNext(run, updated);
      await this.#put(run, updated);
      return updated;
    });
  }

  async delete(id: string): Promise<void> {
    await this.#scheduler.transact(async (run) => {
      const record = await readSchedule(run.txn, id);
      if (record === undefined) return;
      clearNext(run, record);
      clearLarge(run.txn, scheduleKey(id), await run.txn.get(scheduleKey(id)));
      run.txn.add(scheduleCountKey(), -1n);
    });
  }

  /** Starts an instance now, once for an operation id; the instance's id. @throws DegovError NOT_FOUND, INVALID_ARGUMENT */
  async trigger(id: string, operationId: string = newOperationId()): Promise<string> {
    return await this.#scheduler.transact(async (run) => await trigger(run, await require(run, id), operationId));
  }

  /** @throws DegovError NOT_FOUND */
  async get(id: string): Promise<ScheduleRecord> {
    return await this.#scheduler.transact((run) => require(run, id));
  }

  /** By id, beginning after one. */
  async list(after: string | undefined, limit: number): Promise<ScheduleRecord[]> {
    return await this.#scheduler.options.store.transact(async (txn) => {
      const { begin, end } = schedulesRange(after);
      const pairs = await txn.range(begin, end, { limit, snapshot: true });
      const wholes = await Promise.all(
        pairs.map(({ key, value }) => completeLarge(txn, key, value, { snapshot: true })),
      );
      return wholes.map((whole) => decodeJson<ScheduleRecord>(whole));
    });
  }

  /** The instances that it started last, newest first. */
  async runs(id: string, limit: number): Promise<Instance[]> {
    return await this.#scheduler.options.store.transact(async (txn) => {
      // Their ids go on with a time, of this millennium: those of a schedule whose id goes on with a dot are apart.
      const { begin, end } = instancePrefixRange(`${id}.2`);
      const pairs = await txn.range(begin, end, { limit, reverse: true, snapshot: true });
      const found = await Promise.all(
        pairs.map(({ key }) => readInstance(txn, decodeInstanceKey(key), { snapshot: true })),
      );
      return found.flatMap((stored) => stored?.instance.schedule === id ? [stored.instance] : []);
    });
  }

  async #put(run: Run, record: ScheduleRecord): Promise<void> {
    const { cron, timeZone, workflow, version, paused } = record.spec;
    new CronTimes(cron, timeZone); // refused before anything is written
    if (await run.definitions.load(run.txn, workflow, version) === undefined) throw unknownWorkflow(workflow, version);
    if (!paused && record.nextAtMs === undefined) setNext(run, record, run.nowMs);
    await writeSchedule(run.txn, record);
  }
}

function hasSameTimes(a: ScheduleSpec, b: ScheduleSpec): boolean {
  return a.cron === b.cron && a.timeZone === b.timeZone && a.paused === b.paused;
}

async function require({ txn }: Run, id: string): Promise<ScheduleRecord> {
  const record = await readSchedule(txn, id);
  if (record !== undefined) return record;
  throw new DegovError("NOT_FOUND", `Cannot find schedule "${id}": there is none of this id`);
}
