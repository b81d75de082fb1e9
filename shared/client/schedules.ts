/** Schedules as the client shows them. */

import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import type { Schedule, ScheduleSpecSchema } from "../../proto/gen/degov/v1/workflow_service_pb.ts";
import type { JsonObject } from "../json.ts";
import { fromValueMessage, toValueMessage } from "../value_message.ts";

/** When instances are started, and which. */
export interface ScheduleSpec {
  /** Five fields, six with seconds first, or an alias such as `@daily`. */
  cron: string;
  /** IANA name. Default `UTC`. */
  timeZone?: string;
  workflow: string;
  /** 0 or absent: the newest when an instance is started. */
  version?: number;
  input?: JsonObject;
  /** What is done at a time while the instance before still runs. Default `skip`. */
  overlap?: "skip" | "buffer_one" | "allow" | "cancel_previous";
  paused?: boolean;
  /** Times that passed while no engine ran are made up for if they are not older than this. Default 60,000. */
  catchUpWindowMs?: number;
}

/** A schedule, and what it has done. */
export interface ScheduleView {
  id: string;
  spec: Required<ScheduleSpec>;
  createdAtMs: number;
  nextAtMs?: number;
  lastAtMs?: number;
  lastInstanceId?: string;
  started: number;
  skipped: number;
  buffered: boolean;
  lastError?: string;
}

export function toSpecMessage(spec: ScheduleSpec): MessageInitShape<typeof ScheduleSpecSchema> {
  const { input = {}, catchUpWindowMs = 0, ...rest } = spec;
  return { ...rest, input: toValueMessage(input), catchUpWindowMs: BigInt(catchUpWindowMs) };
}

export function toScheduleView(message: Schedule): ScheduleView {
  const { id, createdAt, nextAt, lastAt, lastInstanceId, started, skipped, buffered, lastError } = message;
  const spec = message.spec!;
  return {
    id,
    spec: {
      cron: spec.cron,
      timeZone: spec.timeZone,
      workflow: spec.workflow,
      version: spec.version,
      input: spec.input === undefined ? {} : fromValueMessage(spec.input) as JsonObject,
      overlap: spec.overlap as Required<ScheduleSpec>["overlap"],
      paused: spec.paused,
      catchUpWindowMs: Number(spec.catchUpWindowMs),
    },
    createdAtMs: createdAt === undefined ? 0 : timestampMs(createdAt),
    ...(nextAt === undefined ? {} : { nextAtMs: timestampMs(nextAt) }),
    ...(lastAt === undefined ? {} : { lastAtMs: timestampMs(lastAt) }),
    ...(lastInstanceId === "" ? {} : { lastInstanceId }),
    started: Number(started),
    skipped: Number(skipped),
    buffered,
    ...(lastError === "" ? {} : { lastError }),
  };
}
