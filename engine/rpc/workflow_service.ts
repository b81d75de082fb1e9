/** WorkflowService over the engine: conversion and checks of requests, nothing else. */

import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { ServiceImpl } from "@connectrpc/connect";
import {
  type Wait as WaitMessage,
  WaitSchema,
  type Workflow,
  WorkflowSchema,
  type WorkflowService,
} from "../../proto/gen/degov/v1/workflow_service_pb.ts";
import { compileCode } from "../../shared/code/compile.ts";
import { definitionRefused, type DefinitionText, parseDefinition } from "../../shared/definition/parse.ts";
import { DegovError } from "../../shared/errors.ts";
import type { JsonValue } from "../../shared/json.ts";
import { DEFINITION_BYTES_MAX, EVENT_BYTES_MAX, INPUT_BYTES_MAX, POLL_WAIT_MS_MAX } from "../../shared/limits.ts";
import type { Engine } from "../engine.ts";
import type { OperationOptions } from "../instances.ts";
import type { ExplainedWait } from "../explanation.ts";
import type { WorkflowRecord, WrittenSource } from "../records.ts";
import { bulkOperate } from "./bulk.ts";
import { atMost, optionalId, requireId } from "./fields.ts";
import { fromFilter, isListCursor } from "./instance_filter.ts";
import { fromObjectValue, fromValue, toFailureMessage, toHistoryMessage, toInstanceMessage } from "./messages.ts";
import { toValueMessage } from "../../shared/value_message.ts";
import { decodePageToken, encodePageToken, pageRows } from "./page_token.ts";
import { scheduleMethods } from "./schedule_methods.ts";
import { streamMethods } from "./stream_methods.ts";

export function workflowService(
  engine: Engine,
  options: { keepAliveMs?: number },
): ServiceImpl<typeof WorkflowService> {
  const { definitions, instances, search } = engine;
  return {
    ...scheduleMethods(engine),
    ...streamMethods(engine, options),

    async registerWorkflow({ document }) {
      const parsed = parseDefinition(toSource(document), { compileCode });
      if (!parsed.ok) throw definitionRefused(parsed.problems, toFileName(document));
      const { definition } = parsed;
      const registered = await definitions.register(definition, toWritten(document));
      return { name: definition.name, ...registered };
    },

    async getWorkflow({ name, version }) {
      const record = await definitions.get(requireId(name, "name"), version);
      const written = await definitions.written(name, record.version);
      return { workflow: toWorkflow(record, { whole: true, written }) };
    },

    async listWorkflows({ pageSize, pageToken }) {
      const rows = pageRows(pageSize);
      const records = await definitions.list(decodePageToken(pageToken, isString), rows);
      return {
        workflows: records.map((record) => toWorkflow(record, { whole: false })),
        nextPageToken: records.length < rows ? "" : encodePageToken(records[rows - 1].definition.name),
      };
    },

    async startInstance(request, call) {
      const waitMs = atMost(request.waitMs, "wait_ms", POLL_WAIT_MS_MAX);
      const { instance, created } = await engine.start({
        workflow: requireId(request.workflow, "workflow"),
        version: request.version,
        instanceId: optionalId(request.instanceId, "instance_id"),
        input: fromObjectValue(request.input, "input", INPUT_BYTES_MAX),
      }, { waitMs, signal: () => call.signal });
      return { instance: toInstanceMessage(instance, { payloads: true }), created };
    },

    async getInstance(request, call) {
      const instanceId = requireId(request.instanceId, "instance_id");
      const waitMs = atMost(request.waitMs, "wait_ms", POLL_WAIT_MS_MAX);
      const instance = await engine.waitForEnd(instanceId, waitMs, () => call.signal);
      return { instance: toInstanceMessage(instance, { payloads: true }) };
    },

    async listInstances(request) {
      const { pageSize, pageToken } = request;
      const cursor = decodePageToken(pageToken, isListCursor);
      const { instances: found, next } = await search.page(fromFilter(request), pageRows(pageSize), cursor);
      return {
        instances: found.map((instance) => toInstanceMessage(instance, { payloads: false })),
        nextPageToken: next === undefined ? "" : encodePageToken(next),
      };
    },

    async sendEvent(request) {
      const { instance, duplicate, kept } = await instances.send({
        instanceId: requireId(request.instanceId, "instance_id"),
        name: requireId(request.name, "name"),
        data: fromValue(request.data, "data", EVENT_BYTES_MAX),
        eventId: optionalId(request.eventId, "event_id"),
        keep: request.keep,
      });
      return { instance: toInstanceMessage(instance, { payloads: false }), duplicate, kept };
    },

    async cancelInstance({ instanceId, reason, compensate, operationId }) {
      const id = requireId(instanceId, "instance_id");
      const options = { ...toOptions(operationId), compensate };
      const instance = await instances.cancel(id, reason.slice(0, REASON_CHARS_MAX), options);
      return { instance: toInstanceMessage(instance, { payloads: false }) };
    },

    async retryInstance({ instanceId, operationId }) {
      const instance = await instances.retry(requireId(instanceId, "instance_id"), toOptions(operationId));
      return { instance: toInstanceMessage(instance, { payloads: false }) };
    },

    async pauseInstance({ instanceId, reason, operationId }) {
      const id = requireId(instanceId, "instance_id");
      const instance = await instances.pause(id, reason.slice(0, REASON_CHARS_MAX), toOptions(operationId));
      return { instance: toInstanceMessage(instance, { payloads: false }) };
    },

    async resumeInstance({ instanceId, operationId }) {
      const instance = await instances.resume(requireId(instanceId, "instance_id"), toOptions(operationId));
      return { instance: toInstanceMessage(instance, { payloads: false }) };
    },

    async forkInstance({ instanceId, sequence, newInstanceId, version }) {
      const instance = await instances.fork(requireId(instanceId, "instance_id"), {
        sequence: Number(sequence),
        newInstanceId: optionalId(newInstanceId, "new_instance_id"),
        version,
      });
      return { instance: toInstanceMessage(instance, { payloads: false }) };
    },

    async migrateInstance({ instanceId, version }) {
      const instance = await instances.migrate(requireId(instanceId, "instance_id"), version);
      return { instance: toInstanceMessage(instance, { payloads: false }) };
    },

    async bulkOperate(request) {
      return await bulkOperate(engine, request);
    },

    async getHistory({ instanceId, afterSequence, pageSize }) {
      const after = Number(afterSequence);
      const { instance, records } = await instances.history(
        requireId(instanceId, "instance_id"),
        after,
        pageRows(pageSize),
      );
      const last = records.at(-1)?.sequence ?? instance.revision;
      return { records: records.map(toHistoryMessage), more: last < instance.revision };
    },

    async explainInstance({ instanceId }) {
      const { summary, waits, undelivered } = await engine.explain(requireId(instanceId, "instance_id"));
      return {
        summary,
        waits: waits.map(toWait),
        undelivered: undelivered.map(({ from, what, message, sentAtMs, givenUpAtMs }) => ({
          ...{ instanceId: from, what, message },
          sentAt: timestampFromMs(sentAtMs),
          givenUpAt: timestampFromMs(givenUpAtMs),
        })),
      };
    },

    async listWorkers() {
      const load = new Map(engine.load().map((worker) => [worker.workerId, worker]));
      const workers = await engine.workers.list();
      return {
        workers: workers.map((worker) => ({
          id: worker.id,
          slots: load.get(worker.id)?.slots ?? worker.slots,
          leased: load.get(worker.id)?.leased ?? 0,
          capabilities: worker.capabilities,
          version: worker.version,
          registeredAt: timestampFromMs(worker.registeredAtMs),
          expiresAt: timestampFromMs(worker.expiresAtMs),
        })),
      };
    },
  };
}

const REASON_CHARS_MAX = 1_000;

function toOptions(operationId: string): OperationOptions {
  return { operationId: optionalId(operationId, "operation_id") };
}

type RegisterDocument = Parameters<ServiceImpl<typeof WorkflowService>["registerWorkflow"]>[0]["document"];

function toFileName(document: RegisterDocument): { fileName?: string } {
  const fileName = document.case === "source" ? document.value.fileName : "";
  return fileName === "" ? {} : { fileName };
}

/** The text that is kept beside the definition. */
function toWritten(document: RegisterDocument): WrittenSource | undefined {
  if (document.case !== "source") return undefined;
  const { text, format, fileName } = document.value;
  const isJson = format === "json" || (format === "" && (/\.json$/i.test(fileName) || /^\s*\{/.test(text)));
  return { text, format: isJson ? "json" : "yaml" };
}

function toSource(document: RegisterDocument): JsonValue | DefinitionText {
  switch (document.case) {
    case "definition":
      return fromObjectValue(document.value, "definition", DEFINITION_BYTES_MAX);
    case "source": {
      const { text, format, fileName } = document.value;
      if (format !== "" && format !== "json" && format !== "yaml") {
        throw new DegovError("INVALID_ARGUMENT", `source.format is "${format}", and must be "json" or "yaml"`);
      }
      return { text, ...(format === "" ? {} : { format }), ...(fileName === "" ? {} : { fileName }) };
    }
    case undefined:
      throw new DegovError(
        "INVALID_ARGUMENT",
        "Cannot register a workflow without a definition: set `definition` (a JSON object) or `source` (text)",
      );
  }
}

function toWorkflow(record: WorkflowRecord, parts: { whole: boolean; written?: WrittenSource }): Workflow {
  const { definition, version, hash, createdAtMs } = record;
  return create(WorkflowSchema, {
    name: definition.name,
    version,
    hash,
    description: definition.description ?? "",
    createdAt: timestampFromMs(createdAtMs),
    ...(parts.whole ? { definition: toValueMessage(definition as unknown as JsonValue) } : {}),
    ...(parts.written === undefined ? {} : { written: parts.written }),
  });
}

function toWait(wait: ExplainedWait): WaitMessage {
  switch (wait.kind) {
    case "task": {
      const { kind: _, retryAtMs, lastFailure, ...task } = wait;
      return create(WaitSchema, {
        kind: {
          case: "task",
          value: {
            ...task,
            ...(retryAtMs === undefined ? {} : { retryAt: timestampFromMs(retryAtMs) }),
            ...(lastFailure === undefined ? {} : { lastFailure: toFailureMessage(lastFailure) }),
          },
        },
      });
    }
    case "timer": {
      const { timerId, fireAtMs, targets, isGuarded: guarded } = wait;
      const value = { timerId, fireAt: timestampFromMs(fireAtMs), targets: [...targets], guarded };
      return create(WaitSchema, { kind: { case: "timer", value } });
    }
    case "event": {
      const { name, targets, isGuarded: guarded } = wait;
      return create(WaitSchema, { kind: { case: "event", value: { name, targets: [...targets], guarded } } });
    }
    case "child": {
      const { kind: _, ...value } = wait;
      return create(WaitSchema, { kind: { case: "child", value } });
    }
    case "map": {
      const { kind: _, ...value } = wait;
      return create(WaitSchema, { kind: { case: "map", value } });
    }
    case "resume":
      return create(WaitSchema, { kind: { case: "resume", value: {} } });
    case "admission":
      return create(WaitSchema, { kind: { case: "admission", value: { limitKey: wait.limitKey } } });
    case "decision":
      return create(WaitSchema, { kind: { case: "decision", value: { taskId: wait.taskId, event: wait.event } } });
    case "compensation": {
      const { kind: _, ...value } = wait;
      return create(WaitSchema, { kind: { case: "compensation", value } });
    }
    case "transition": {
      const { from, to, event } = wait;
      return create(WaitSchema, { kind: { case: "transition", value: { from, to, event } } });
    }
  }
}

function isString(value: unknown): value is string {
  return typeof value === "string";
}
