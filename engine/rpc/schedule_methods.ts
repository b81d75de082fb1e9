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
import { INPUT_BYTES_MAX } from "../../shared/limits.ts";
import { toValueMessage } from "../../shared/value_message.ts";
import type { Engine } from "../engine.ts";
import type { ScheduleRecord, ScheduleSpec } from "../schedules/schedule_record.ts";
import { optionalId } from "./fields.ts";
import { fromObjectValue } from "./messages.ts";
import { decodePageToken, encodePageToken, pageRows } from "./page_token.ts";
import { requireScheduleId, requireSpec } from "./schedule_fields.ts";

type ScheduleMethods = Pick<
  ServiceImpl<typeof WorkflowService>,
  "createSchedule" | "getSchedule" | "listSchedules" | "updateSchedule" | "deleteSchedule" | "triggerSchedule"
>;

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
    async triggerSchedule({ scheduleId, operationId }) {
      const id = optionalId(operationId, "operation_id") || undefined;
      return { instanceId: await schedules.trigger(requireScheduleId(scheduleId), id) };
    },
  };
}

function fromSpec(spec: SpecMessage | undefined): ScheduleSpec {
  if (spec === undefined) throw new DegovError("INVALID_ARGUMENT", "spec is missing");
  const input = fromObjectValue(spec.input, "spec.input", INPUT_BYTES_MAX);
  return requireSpec({ ...spec, input, catchUpWindowMs: Number(spec.catchUpWindowMs) });
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
