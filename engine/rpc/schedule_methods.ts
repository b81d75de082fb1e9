/** The methods of WorkflowService for schedules: conversion and checks of requests, nothing else. */

import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { ServiceImpl } from "@connectrpc/connect";
import {
  type Schedule,
  ScheduleSchema,
  type ScheduleSpec as SpecMessage,
  type WorkflowService,
} from "../../proto/gen/degov/v1/workflow_service_pb.ts";
import { DegovError } from "../../shared/errors.ts";
import { DELAY_MS_MAX, INPUT_BYTES_MAX } from "../../shared/limits.ts";
import { toValueMessage } from "../../shared/value_message.ts";
import type { Engine } from "../engine.ts";
import { type Overlap, OVERLAPS, type ScheduleRecord, type ScheduleSpec } from "../schedules/schedule_record.ts";
import { atMost, requireId } from "./fields.ts";
import { fromObjectValue } from "./messages.ts";
import { decodePageToken, encodePageToken, pageRows } from "./page_token.ts";

type ScheduleMethods = Pick<
  ServiceImpl<typeof WorkflowService>,
  "createSchedule" | "getSchedule" | "listSchedules" | "updateSchedule" | "deleteSchedule" | "triggerSchedule"
>;

const CATCH_UP_WINDOW_MS_DEFAULT = 60_000;
/** An instance's id has room for the schedule's and the time. */
const SCHEDULE_ID_CHARS_MAX = 64;
const SCHEDULE_ID_PATTERN = /^[\w.-]+$/;

export function scheduleMethods({ schedules }: Engine): ScheduleMethods {
  return {
    async createSchedule({ scheduleId, spec }) {
      return { schedule: toSchedule(await schedules.create(requireScheduleId(scheduleId), fromSpec(spec))) };
    },
    async getSchedule({ scheduleId }) {
      return { schedule: toSchedule(await schedules.get(requireScheduleId(scheduleId))) };
    },
    async listSchedules({ pageSize, pageToken }) {
      const rows = pageRows(pageSize);
      const found = await schedules.list(decodePageToken(pageToken, isString), rows);
      return {
        schedules: found.map(toSchedule),
        nextPageToken: found.length < rows ? "" : encodePageToken(found[rows - 1].id),
      };
    },
    async updateSchedule({ scheduleId, spec }) {
      return { schedule: toSchedule(await schedules.update(requireScheduleId(scheduleId), fromSpec(spec))) };
    },
    async deleteSchedule({ scheduleId }) {
      await schedules.delete(requireScheduleId(scheduleId));
      return {};
    },
    async triggerSchedule({ scheduleId }) {
      return { instanceId: await schedules.trigger(requireScheduleId(scheduleId)) };
    },
  };
}

function requireScheduleId(value: string): string {
  requireId(value, "schedule_id");
  if (value.length <= SCHEDULE_ID_CHARS_MAX && SCHEDULE_ID_PATTERN.test(value)) return value;
  throw new DegovError(
    "INVALID_ARGUMENT",
    `schedule_id must have at most ${SCHEDULE_ID_CHARS_MAX} letters, digits, "_", "-" and "."`,
  );
}

function fromSpec(spec: SpecMessage | undefined): ScheduleSpec {
  if (spec === undefined) throw new DegovError("INVALID_ARGUMENT", "spec is missing");
  const overlap = (spec.overlap || "skip") as Overlap;
  if (!OVERLAPS.includes(overlap)) {
    throw new DegovError("INVALID_ARGUMENT", `spec.overlap is "${overlap}", and must be one of ${OVERLAPS.join(", ")}`);
  }
  const windowMs = Number(spec.catchUpWindowMs) || CATCH_UP_WINDOW_MS_DEFAULT;
  return {
    cron: requireId(spec.cron, "spec.cron"),
    timeZone: spec.timeZone || "UTC",
    workflow: requireId(spec.workflow, "spec.workflow"),
    version: spec.version,
    input: fromObjectValue(spec.input, "spec.input", INPUT_BYTES_MAX),
    overlap,
    paused: spec.paused,
    catchUpWindowMs: atMost(windowMs, "spec.catch_up_window_ms", DELAY_MS_MAX),
  };
}

function toSchedule(record: ScheduleRecord): Schedule {
  const { id, spec, createdAtMs, nextAtMs, lastAtMs, bufferedAtMs } = record;
  return create(ScheduleSchema, {
    id,
    spec: { ...spec, input: toValueMessage(spec.input), catchUpWindowMs: BigInt(spec.catchUpWindowMs) },
    createdAt: timestampFromMs(createdAtMs),
    ...(nextAtMs === undefined ? {} : { nextAt: timestampFromMs(nextAtMs) }),
    ...(lastAtMs === undefined ? {} : { lastAt: timestampFromMs(lastAtMs) }),
    lastInstanceId: record.lastInstanceId ?? "",
    started: BigInt(record.started),
    skipped: BigInt(record.skipped),
    buffered: bufferedAtMs !== undefined,
    lastError: record.lastError ?? "",
  });
}

function isString(value: unknown): value is string {
  return typeof value === "string";
}
