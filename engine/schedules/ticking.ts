/**
 * What happens when a time of a schedule has come, or one of its instances has ended.
 *
 * - E1 Exactly once for each time: the timer, the instance and the schedule's record are written in one transaction, and
 *      the instance's id is made of the schedule's and the time.
 * - E2 There is one timer, for the next time; times are taken in order. Those older than the catch-up window are
 *      skipped together, so that an engine that was away for long is not busy with them.
 * - E3 A time never fails the schedule: what went wrong is kept for people to see, and the next time comes.
 */

import { DegovError } from "../../shared/errors.ts";
import { newToken } from "../../shared/ids.ts";
import { unknownWorkflow } from "../definitions.ts";
import { EMPTY, timerKey } from "../keyspace.ts";
import { readInstance } from "../records.ts";
import { put } from "../scheduler/outbox.ts";
import { tickTimer } from "../scheduler/schedule_timer.ts";
import type { Run } from "../scheduler/scheduler.ts";
import { begin } from "../scheduler/starting.ts";
import { CronTimes } from "./cron_times.ts";
import { readSchedule, type ScheduleRecord, writeSchedule } from "./schedule_record.ts";

/** What tells apart instances that are triggered in one millisecond. */
const TRIGGER_CHARS = 8;
/** Calls to trigger that are remembered: a client repeats one within a minute, if at all. */
const TRIGGERED_MAX = 32;

/** A time of the schedule has come; its timer has been cleared. */
export async function tick(run: Run, scheduleId: string, atMs: number): Promise<void> {
  const record = await readSchedule(run.txn, scheduleId);
  if (record === undefined || record.nextAtMs !== atMs) return; // deleted or changed meanwhile
  delete record.nextAtMs;
  const { paused, catchUpWindowMs } = record.spec;
  if (paused) return await writeSchedule(run.txn, record);
  const oldestMs = run.nowMs - catchUpWindowMs;
  if (atMs >= oldestMs) await take(run, record, atMs);
  else record.skipped++;
  setNext(run, record, Math.max(atMs, oldestMs - 1));
  await writeSchedule(run.txn, record);
}

/** An instance of the schedule has ended: starts the one that waits, if any. */
export async function wake(run: Run, scheduleId: string): Promise<void> {
  const record = await readSchedule(run.txn, scheduleId);
  if (record?.bufferedAtMs === undefined || await isBusy(run, record)) return;
  const atMs = record.bufferedAtMs;
  delete record.bufferedAtMs;
  await startAt(run, record, atMs, toInstanceId(scheduleId, atMs));
  await writeSchedule(run.txn, record);
}

/** Starts an instance beside the times, once for an operation id; the instance's id. @throws DegovError */
export async function trigger(run: Run, record: ScheduleRecord, operationId: string): Promise<string> {
  const before = record.triggered?.find((triggered) => triggered.operationId === operationId);
  if (before !== undefined) return before.instanceId;
  const instanceId = `${toInstanceId(record.id, run.nowMs)}.${newToken().slice(0, TRIGGER_CHARS)}`;
  await start(run, record, instanceId);
  record.started++;
  record.lastInstanceId = instanceId;
  record.triggered = [...record.triggered ?? [], { operationId, instanceId }].slice(-TRIGGERED_MAX);
  await writeSchedule(run.txn, record);
  return instanceId;
}

/** Sets the timer for the first time after another. */
export function setNext({ txn, effects }: Run, record: ScheduleRecord, afterMs: number): void {
  const { cron, timeZone } = record.spec;
  const nextAtMs = new CronTimes(cron, timeZone).after(afterMs);
  if (nextAtMs === undefined) return;
  record.nextAtMs = nextAtMs;
  txn.set(timerKey(tickTimer(record.id, nextAtMs)), EMPTY);
  effects.timerSet(nextAtMs);
}

/** Clears the timer. */
export function clearNext({ txn }: Run, record: ScheduleRecord): void {
  if (record.nextAtMs !== undefined) txn.clear(timerKey(tickTimer(record.id, record.nextAtMs)));
  delete record.nextAtMs;
}

async function take(run: Run, record: ScheduleRecord, atMs: number): Promise<void> {
  const { overlap } = record.spec;
  if (overlap !== "allow" && await isBusy(run, record)) {
    if (overlap === "skip") return void record.skipped++;
    if (overlap === "buffer_one") {
      if (record.bufferedAtMs !== undefined) record.skipped++;
      record.bufferedAtMs = atMs;
      return;
    }
    const reason = `The next time of schedule "${record.id}" has come`;
    await put(run, record.lastInstanceId!, { kind: "cancel", reason });
  }
  await startAt(run, record, atMs, toInstanceId(record.id, atMs));
}

async function startAt(run: Run, record: ScheduleRecord, atMs: number, instanceId: string): Promise<void> {
  record.lastAtMs = atMs;
  try {
    await start(run, record, instanceId);
    record.started++;
    record.lastInstanceId = instanceId;
    delete record.lastError;
  } catch (error) {
    if (!(error instanceof DegovError) || error.retryable) throw error;
    record.skipped++;
    record.lastError = error.message; // E3
  }
}

async function start(run: Run, { id, spec }: ScheduleRecord, instanceId: string): Promise<void> {
  if (await readInstance(run.txn, instanceId) !== undefined) return; // E1
  const loaded = await run.definitions.load(run.txn, spec.workflow, spec.version);
  if (loaded === undefined) throw unknownWorkflow(spec.workflow, spec.version);
  await begin(run, loaded, { id: instanceId, input: spec.input, ties: { schedule: id } });
}

/** Whether the instance that was started last still runs. */
async function isBusy({ txn }: Run, { lastInstanceId }: ScheduleRecord): Promise<boolean> {
  if (lastInstanceId === undefined) return false;
  return (await readInstance(txn, lastInstanceId))?.instance.status === "running";
}

function toInstanceId(scheduleId: string, atMs: number): string {
  return `${scheduleId}.${new Date(atMs).toISOString()}`;
}
