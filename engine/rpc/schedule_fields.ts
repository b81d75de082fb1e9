/** What a schedule may say, whichever way it is said. */

import { DegovError } from "../../shared/errors.ts";
import type { JsonObject } from "../../shared/json.ts";
import { DELAY_MS_MAX } from "../../shared/limits.ts";
import { type Overlap, OVERLAPS, type ScheduleSpec } from "../schedules/schedule_record.ts";
import { atMost, requireId } from "./fields.ts";

const CATCH_UP_WINDOW_MS_DEFAULT = 60_000;
/** An instance's id has room for the schedule's and the time. */
export const SCHEDULE_ID_CHARS_MAX = 64;
const SCHEDULE_ID_PATTERN = /^[\w.-]+$/;

/** As it is written; empty texts and 0 mean the default. */
export interface WrittenSpec {
  cron: string;
  timeZone: string;
  workflow: string;
  version: number;
  input: JsonObject;
  overlap: string;
  paused: boolean;
  catchUpWindowMs: number;
}

/** @throws DegovError INVALID_ARGUMENT */
export function requireScheduleId(value: string): string {
  requireId(value, "schedule_id");
  if (value.length <= SCHEDULE_ID_CHARS_MAX && SCHEDULE_ID_PATTERN.test(value)) return value;
  throw new DegovError(
    "INVALID_ARGUMENT",
    `schedule_id must have at most ${SCHEDULE_ID_CHARS_MAX} letters, digits, "_", "-" and "."`,
  );
}

/** @throws DegovError INVALID_ARGUMENT */
export function requireSpec(written: WrittenSpec): ScheduleSpec {
  const overlap = (written.overlap || "skip") as Overlap;
  if (!OVERLAPS.includes(overlap)) {
    throw new DegovError("INVALID_ARGUMENT", `spec.overlap is "${overlap}", and must be one of ${OVERLAPS.join(", ")}`);
  }
  const windowMs = written.catchUpWindowMs || CATCH_UP_WINDOW_MS_DEFAULT;
  return {
    cron: requireId(written.cron, "spec.cron"),
    timeZone: written.timeZone || "UTC",
    workflow: requireId(written.workflow, "spec.workflow"),
    version: written.version,
    input: written.input,
    overlap,
    paused: written.paused,
    catchUpWindowMs: atMost(windowMs, "spec.catch_up_window_ms", DELAY_MS_MAX),
  };
}
