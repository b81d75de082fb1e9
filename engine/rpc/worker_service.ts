/** WorkerService over the engine: conversion and checks of requests, nothing else. */

import type { ServiceImpl } from "@connectrpc/connect";
import {
  type Completion as CompletionMessage,
  CompletionStatus,
  type Lease,
  type WorkerService,
} from "../../proto/gen/degov/v1/worker_service_pb.ts";
import { DegovError } from "../../shared/errors.ts";
import type { JsonValue } from "../../shared/json.ts";
import {
  COMPLETIONS_PER_CALL_MAX,
  CONSOLE_BYTES_MAX,
  CONSOLE_LINES_MAX,
  OUTPUT_BYTES_MAX,
  POLL_WAIT_MS_MAX,
  SLOTS_MAX,
} from "../../shared/limits.ts";
import { fromPoolMessage } from "../../shared/pool_stats.ts";
import type { Engine } from "../engine.ts";
import type { Capability } from "../keyspace.ts";
import type { Completion } from "../scheduler/completion.ts";
import type { LeaseName, PollAnswer } from "../scheduler/dispatcher.ts";
import type { ReportStatus } from "../scheduler/task_desk.ts";
import { atMost, optionalId, requireId } from "./fields.ts";
import { LongCall } from "./long_call.ts";
import { fromFailureMessage } from "./messages.ts";

const STATUSES: { readonly [status in ReportStatus]: CompletionStatus } = {
  accepted: CompletionStatus.ACCEPTED,
  staleLease: CompletionStatus.STALE_LEASE,
  retry: CompletionStatus.RETRY,
};

const UINT32_MAX = 2 ** 32 - 1;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

export function workerService(engine: Engine): ServiceImpl<typeof WorkerService> {
  const { workers, tasks, definitions } = engine;
  return {
    async registerWorker({ workerId, slots, capabilities, version }) {
      const session = await workers.register({
        id: requireId(workerId, "worker_id"),
        slots: atMost(slots, "slots", SLOTS_MAX),
        capabilities: capabilities.map(toCapability),
        version: optionalId(version, "version"),
      });
      return { session, sessionTimeoutMs: Math.min(engine.sessionTimeoutMs, UINT32_MAX) };
    },

    async pollTasks({ workerId, session, slots, waitMs }, call) {
      const worker = { id: requireId(workerId, "worker_id"), session, slots: atMost(slots, "slots", SLOTS_MAX) };
      const waiting = new LongCall({
        waitMs: atMost(waitMs, "wait_ms", POLL_WAIT_MS_MAX),
        closing: engine.closing,
        call,
      });
      try {
        return fromPollAnswer(await tasks.poll(worker, waiting.signal));
      } finally {
        waiting.release();
      }
    },

    async completeTasks({ workerId, session, completions, slots }) {
      atMost(completions.length, "the number of completions", COMPLETIONS_PER_CALL_MAX);
      const worker = { id: requireId(workerId, "worker_id"), session, slots: atMost(slots, "slots", SLOTS_MAX) };
      const reports = completions.map(toCompletion);
      if (slots === 0) return { statuses: (await tasks.complete(worker.id, reports)).map(toStatus) };
      const { statuses, ...answer } = await tasks.exchange(worker, reports);
      return { statuses: statuses.map(toStatus), ...fromPollAnswer(answer) };
    },

    async heartbeat({ workerId, session, leases, pool }) {
      const stop = await workers.heartbeat(requireId(workerId, "worker_id"), session, leases.map(toLeaseName));
      if (pool !== undefined) engine.pools.report(workerId, fromPoolMessage(pool));
      return { stop: stop.map(fromLeaseName) };
    },

    async releaseTasks({ workerId, leases }) {
      await tasks.release(requireId(workerId, "worker_id"), leases.map(toLeaseName));
      return {};
    },

    async deregisterWorker({ workerId, session, crashed }) {
      const requeued = await workers.end(requireId(workerId, "worker_id"), {
        kind: crashed ? "workerLost" : "notBegun",
        ...(session === "" ? {} : { session }),
      });
      return { requeued };
    },

    async getCode({ hash }) {
      return { code: await definitions.code(requireId(hash, "hash")) };
    },
  };
}

function toCapability(name: string): Capability {
  if (name === "javascript" || name === "wasm") return name;
  throw new DegovError(
    "INVALID_ARGUMENT",
    `Unknown capability "${name.slice(0, 100)}": there are "javascript" and "wasm"`,
  );
}

function toLeaseName(lease: Lease): LeaseName {
  return {
    instanceId: requireId(lease.instanceId, "lease.instance_id"),
    taskId: requireId(lease.taskId, "lease.task_id"),
    token: requireId(lease.leaseToken, "lease.lease_token"),
  };
}

function toStatus(status: ReportStatus): CompletionStatus {
  return STATUSES[status];
}

function fromPollAnswer({ tasks, stop }: PollAnswer) {
  return {
    tasks: tasks.map(({ token, inputJson, ...task }) => (
      { ...task, leaseToken: token, input: encoder.encode(inputJson) }
    )),
    stop: stop.map(fromLeaseName),
  };
}

function fromLeaseName({ instanceId, taskId, token }: LeaseName) {
  return { instanceId, taskId, leaseToken: token };
}

function toCompletion(message: CompletionMessage): Completion {
  if (message.lease === undefined) throw new DegovError("INVALID_ARGUMENT", "A completion without a lease");
  return {
    ...toLeaseName(message.lease),
    result: toResult(message),
    console: toConsole(message),
    durationMs: Math.max(0, Number.isFinite(message.durationMs) ? message.durationMs : 0),
    ...(message.traceparent === "" ? {} : { traceparent: message.traceparent }),
  };
}

/** A worker is not trusted to have kept the bounds: an output that breaks them is a failure of its task. */
function toResult({ result }: CompletionMessage): Completion["result"] {
  switch (result.case) {
    case "failure":
      return { kind: "failure", failure: fromFailureMessage(result.value) };
    case "output": {
      if (result.value.length > OUTPUT_BYTES_MAX) {
        return invalid(`The output has ${result.value.length} bytes, and at most ${OUTPUT_BYTES_MAX} are allowed`);
      }
      try {
        return { kind: "output", output: JSON.parse(decoder.decode(result.value)) as JsonValue };
      } catch (error) {
        return invalid(`The output is no JSON text: ${(error as Error).message}`);
      }
    }
    case undefined:
      throw new DegovError("INVALID_ARGUMENT", "A completion with neither output nor failure");
  }
}

function invalid(message: string): Completion["result"] {
  return { kind: "failure", failure: { code: "INVALID_OUTPUT", message, retryable: false } };
}

function toConsole({ console }: CompletionMessage): Completion["console"] {
  const lines: { level: string; text: string }[] = [];
  let chars = 0;
  // One more than the bound: the marker that says what was left out.
  for (const { level, text } of console.slice(0, CONSOLE_LINES_MAX + 1)) {
    chars += text.length;
    if (chars > CONSOLE_BYTES_MAX * 2) break;
    lines.push({ level, text });
  }
  return lines;
}
