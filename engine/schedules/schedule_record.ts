/** A schedule as the store keeps it. */

import type { JsonObject } from "../../shared/json.ts";
import { decodeJson, encodeJson, scheduleKey } from "../keyspace.ts";
import { readLarge, writeLarge } from "../large_value.ts";
import type { Txn } from "../store/store.ts";

/** What is done at a time while the instance before still runs. */
export type Overlap = "skip" | "buffer_one" | "allow" | "cancel_previous";

export const OVERLAPS: readonly Overlap[] = ["skip", "buffer_one", "allow", "cancel_previous"];

/** When instances are started, and which. */
export interface ScheduleSpec {
  cron: string;
  timeZone: string;
  workflow: string;
  /** 0 means the newest when an instance is started. */
  version: number;
  input: JsonObject;
  overlap: Overlap;
  paused: boolean;
  catchUpWindowMs: number;
}

export interface ScheduleRecord {
  id: string;
  spec: ScheduleSpec;
  createdAtMs: number;
  /** Time of the timer that is set; absent while it is paused or has no more times. */
  nextAtMs?: number;
  lastAtMs?: number;
  lastInstanceId?: string;
  /** A time that waits for the instance before to end. */
  bufferedAtMs?: number;
  started: number;
  skipped: number;
  lastError?: string;
  /** What was started by the calls of late that triggered it, the newest last. */
  triggered?: { operationId: string; instanceId: string }[];
}

export async function readSchedule(txn: Txn, id: string): Promise<ScheduleRecord | undefined> {
  const bytes = await readLarge(txn, scheduleKey(id));
  return bytes === undefined ? undefined : decodeJson<ScheduleRecord>(bytes);
}

export async function writeSchedule(txn: Txn, record: ScheduleRecord): Promise<void> {
  const previous = await txn.get(scheduleKey(record.id));
  writeLarge(txn, scheduleKey(record.id), encodeJson(record), previous);
}
