/** Between the engine's records and the messages of degov.v1. */

import { create, fromJson, type JsonValue as ProtoJson } from "@bufbuild/protobuf";
import { timestampFromMs, type Value } from "@bufbuild/protobuf/wkt";
import {
  type Failure as FailureMessage,
  FailureSchema,
  type HistoryRecord as HistoryRecordMessage,
  HistoryRecordSchema,
  type Instance as InstanceMessage,
  InstanceSchema,
  InstanceStatus as Status,
} from "../../proto/gen/degov/v1/instance_pb.ts";
import { DegovError } from "../../shared/errors.ts";
import type { Failure } from "../../shared/failure.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../shared/json.ts";
import { ERROR_MESSAGE_CHARS_MAX, ERROR_STACK_CHARS_MAX, JSON_DEPTH_MAX } from "../../shared/limits.ts";
import { fromValueMessage, toValueMessage } from "../../shared/value_message.ts";
import { jsonBytes, TOO_DEEP, TOO_LARGE } from "../machine/json_bytes.ts";
import type { HistoryEntry, HistoryRecord } from "../machine/history.ts";
import type { Instance, InstanceStatus } from "../machine/instance.ts";

const STATUSES: { readonly [status in InstanceStatus]: Status } = {
  running: Status.RUNNING,
  completed: Status.COMPLETED,
  failed: Status.FAILED,
  cancelled: Status.CANCELLED,
};

export function toStatus(status: InstanceStatus): Status {
  return STATUSES[status];
}

/** The status a filter asks for; undefined means every one. @throws DegovError INVALID_ARGUMENT */
export function fromStatus(status: Status): InstanceStatus | undefined {
  if (status === Status.UNSPECIFIED) return undefined;
  const found = (Object.keys(STATUSES) as InstanceStatus[]).find((name) => STATUSES[name] === status);
  if (found !== undefined) return found;
  throw new DegovError("INVALID_ARGUMENT", `Cannot filter by status ${status}: there is no such status`);
}

/** With or without the payloads: input and context. */
export function toInstanceMessage(instance: Instance, options: { payloads: boolean }): InstanceMessage {
  return create(InstanceSchema, {
    id: instance.id,
    workflow: instance.workflow,
    version: instance.version,
    status: toStatus(instance.status),
    state: instance.state,
    revision: BigInt(instance.revision),
    createdAt: timestampFromMs(instance.createdAtMs),
    updatedAt: timestampFromMs(instance.updatedAtMs),
    ...(instance.endedAtMs === undefined ? {} : { endedAt: timestampFromMs(instance.endedAtMs) }),
    ...(instance.failure === undefined ? {} : { failure: toFailureMessage(instance.failure) }),
    parentId: instance.parent?.id ?? "",
    paused: instance.paused ?? false,
    phase: instance.status === "running" ? instance.phase.kind : "",
    scheduleId: instance.schedule ?? "",
    ...(options.payloads ? toPayloads(instance) : {}),
  });
}

function toPayloads(
  { input, context, output }: Instance,
): Partial<Pick<InstanceMessage, "input" | "context" | "output">> {
  return {
    input: toValueMessage(input),
    context: toValueMessage(context),
    ...(output === undefined ? {} : { output: toValueMessage(output) }),
  };
}

export function toFailureMessage(failure: Failure): FailureMessage {
  return create(FailureSchema, failure);
}

/** A failure that a worker reports: bounded, and with absent fields left out. */
export function fromFailureMessage(message: FailureMessage): Failure {
  return {
    code: message.code || "TASK_FAILED",
    message: message.message.slice(0, ERROR_MESSAGE_CHARS_MAX),
    ...(message.line === 0 ? {} : { line: message.line, column: message.column }),
    ...(message.stack === "" ? {} : { stack: message.stack.slice(0, ERROR_STACK_CHARS_MAX) }),
    ...(message.retryable === undefined ? {} : { retryable: message.retryable }),
  };
}

/** The JSON that a field carries. `field` is for the message. @throws DegovError INVALID_ARGUMENT */
export function fromValue(value: Value | undefined, field: string, bytesMax: number): JsonValue {
  if (value === undefined) return null;
  let json: JsonValue;
  try {
    json = fromValueMessage(value);
  } catch (error) {
    throw new DegovError("INVALID_ARGUMENT", `Cannot read ${field}: it is no JSON value (${(error as Error).message})`);
  }
  const bytes = jsonBytes(json, bytesMax);
  if (bytes === TOO_DEEP) {
    throw new DegovError("INVALID_ARGUMENT", `Cannot take ${field}: it is nested deeper than ${JSON_DEPTH_MAX} levels`);
  }
  if (bytes === TOO_LARGE) {
    throw new DegovError(
      "INVALID_ARGUMENT",
      `Cannot take ${field}: it has more than the ${bytesMax} bytes that are allowed`,
    );
  }
  return json;
}

/** The JSON object that a field carries; absent or null means {}. @throws DegovError INVALID_ARGUMENT */
export function fromObjectValue(value: Value | undefined, field: string, bytesMax: number): JsonObject {
  const json = fromValue(value, field, bytesMax) ?? {};
  if (isJsonObject(json)) return json;
  const found = Array.isArray(json) ? "an array" : `a ${typeof json}`;
  throw new DegovError("INVALID_ARGUMENT", `Cannot take ${field}: it is ${found}, and must be a JSON object`);
}

/** A history record. Entries and messages have the same field names, but for times. */
export function toHistoryMessage({ sequence, atMs, entries }: HistoryRecord): HistoryRecordMessage {
  return fromJson(HistoryRecordSchema, {
    sequence: String(sequence),
    at: toIso(atMs),
    entries: entries.map(toEntryJson),
  });
}

function toEntryJson({ kind, ...fields }: HistoryEntry): ProtoJson {
  const members: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    if (name.endsWith("AtMs")) members[name.slice(0, -"Ms".length)] = toIso(value as number);
    else members[name] = value;
  }
  return { [kind]: members as ProtoJson };
}

function toIso(ms: number): string {
  return new Date(ms).toISOString();
}
