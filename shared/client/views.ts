/** What the client returns: plain objects, times in milliseconds, payloads as JSON. */

import { toJson } from "@bufbuild/protobuf";
import { type Timestamp, timestampMs } from "@bufbuild/protobuf/wkt";
import {
  type HistoryRecord,
  HistoryRecordSchema,
  type Instance,
  InstanceStatus,
} from "../../proto/gen/degov/v1/instance_pb.ts";
import type { WatchEventsResponse, Worker, Workflow } from "../../proto/gen/degov/v1/workflow_service_pb.ts";
import type { Failure } from "../failure.ts";
import type { JsonObject, JsonValue } from "../json.ts";
import { fromValueMessage } from "../value_message.ts";
import type { HistoryEntryView } from "./history_entry.ts";

export type InstanceStatusName = "running" | "completed" | "failed" | "cancelled";

export interface InstanceView {
  id: string;
  workflow: string;
  version: number;
  status: InstanceStatusName;
  state: string;
  /** What is large is there where one instance is asked for or started: not in lists, nor in answers to operations. */
  input?: JsonValue;
  context?: JsonObject;
  /** Its result, where the definition says what that is. */
  output?: JsonValue;
  failure?: Failure;
  /** The instance that started it. */
  parentId?: string;
  /** The schedule that started it. */
  scheduleId?: string;
  /** Set while it is paused. */
  paused?: true;
  /** While it runs: active, exiting, transitioning, deciding, waiting or compensating. */
  phase?: string;
  revision: number;
  createdAtMs: number;
  updatedAtMs: number;
  endedAtMs?: number;
}

export interface HistoryRecordView {
  sequence: number;
  atMs: number;
  /** In order; one key each, which names the kind. */
  entries: HistoryEntryView[];
}

export interface EventView {
  /** Place in the log of all events; go on after it. */
  cursor: string;
  instanceId: string;
  workflow: string;
  version: number;
  /** Status and state after the record. */
  status: InstanceStatusName;
  state: string;
  record: HistoryRecordView;
}

export interface WorkflowView {
  name: string;
  version: number;
  hash: string;
  description: string;
  createdAtMs: number;
  /** The canonical definition; absent in lists. */
  definition?: JsonValue;
  /** What its author wrote, where it was registered as text; absent in lists. */
  written?: { text: string; format: "json" | "yaml" };
}

export interface WorkerView {
  id: string;
  /** Tasks it is ready to hold at once. */
  slots: number;
  /** Tasks it holds now. */
  leased: number;
  capabilities: string[];
  version: string;
  registeredAtMs: number;
  /** When it counts as lost unless it is heard of before. */
  expiresAtMs: number;
}

const NAMES: { readonly [status in Exclude<InstanceStatus, InstanceStatus.UNSPECIFIED>]: InstanceStatusName } = {
  [InstanceStatus.RUNNING]: "running",
  [InstanceStatus.COMPLETED]: "completed",
  [InstanceStatus.FAILED]: "failed",
  [InstanceStatus.CANCELLED]: "cancelled",
};

export function toStatusMessage(status: InstanceStatusName | undefined): InstanceStatus {
  const found = Object.entries(NAMES).find(([, name]) => name === status);
  return found === undefined ? InstanceStatus.UNSPECIFIED : Number(found[0]);
}

export function toInstanceView(message: Instance): InstanceView {
  const { id, workflow, version, state, failure } = message;
  return {
    id,
    workflow,
    version,
    state,
    status: NAMES[message.status as keyof typeof NAMES],
    revision: Number(message.revision),
    createdAtMs: toMs(message.createdAt),
    updatedAtMs: toMs(message.updatedAt),
    ...(message.endedAt === undefined ? {} : { endedAtMs: toMs(message.endedAt) }),
    ...(failure === undefined ? {} : { failure: toFailure(failure) }),
    ...(message.parentId === "" ? {} : { parentId: message.parentId }),
    ...(message.scheduleId === "" ? {} : { scheduleId: message.scheduleId }),
    ...(message.paused ? { paused: true } : {}),
    ...(message.phase === "" ? {} : { phase: message.phase }),
    ...(message.output === undefined ? {} : { output: fromValueMessage(message.output) }),
    ...(message.input === undefined ? {} : { input: fromValueMessage(message.input) }),
    ...(message.context === undefined ? {} : { context: fromValueMessage(message.context) as JsonObject }),
  };
}

export function toHistoryView(message: HistoryRecord): HistoryRecordView {
  const json = toJson(HistoryRecordSchema, message) as { entries?: HistoryEntryView[] };
  return { sequence: Number(message.sequence), atMs: toMs(message.at), entries: json.entries ?? [] };
}

export function toEventView(
  { cursor, instanceId, workflow, version, state, ...message }: WatchEventsResponse,
): EventView {
  const status = NAMES[message.status as keyof typeof NAMES];
  return { cursor, instanceId, workflow, version, status, state, record: toHistoryView(message.record!) };
}

export function toWorkflowView(message: Workflow): WorkflowView {
  const { name, version, hash, description, definition, written } = message;
  return {
    name,
    version,
    hash,
    description,
    createdAtMs: toMs(message.createdAt),
    ...(definition === undefined ? {} : { definition: fromValueMessage(definition) }),
    ...(written === undefined ? {} : { written: { text: written.text, format: written.format as "json" | "yaml" } }),
  };
}

export function toWorkerView({ id, slots, leased, capabilities, version, ...times }: Worker): WorkerView {
  const registeredAtMs = toMs(times.registeredAt);
  return { id, slots, leased, capabilities, version, registeredAtMs, expiresAtMs: toMs(times.expiresAt) };
}

function toFailure({ code, message, task, line, column, stack, retryable }: NonNullable<Instance["failure"]>): Failure {
  return {
    code,
    message,
    ...(task === "" ? {} : { task }),
    ...(line === 0 ? {} : { line, column }),
    ...(stack === "" ? {} : { stack }),
    ...(retryable === undefined ? {} : { retryable }),
  };
}

function toMs(timestamp: Timestamp | undefined): number {
  return timestamp === undefined ? 0 : timestampMs(timestamp);
}
