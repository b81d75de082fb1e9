/**
 * The final store is what a sequential model predicts: each instance, replayed from its history's inputs through the
 * machine alone, one after the other, gives the same records and the same instance.
 */

import type { HistoryEntry, HistoryRecord } from "../../../engine/machine/history.ts";
import type { MachineInput } from "../../../engine/machine/input.ts";
import type { Instance } from "../../../engine/machine/instance.ts";
import { advance, contextAt, start } from "../../../engine/machine/machine.ts";
import { canonicalJson, type JsonObject, type JsonValue } from "../../../shared/json.ts";
import type { Checker } from "./checker.ts";

export const model: Checker = {
  name: "the final store is what a sequential model predicts",
  end({ shadow }, complain) {
    for (const { id, instance, history } of shadow.instances.values()) {
      if (instance === undefined) continue;
      const records = [...history.entries()].sort(([a], [b]) => a - b).map(([, record]) => record);
      const { definition } = shadow.definitionOf(instance);
      const { limitKey, version } = instance;
      const ties = {
        ...(limitKey === undefined ? {} : { limitKey }),
        ...(isWaiting(records[0]) ? { waiting: true as const } : {}),
      };
      const begun = start(definition, { id, version, input: instance.input as JsonObject, ...ties }, records[0].atMs);
      if (begun.kind === "rejected") {
        complain(`instance ${id}: the model refuses its start`);
        continue;
      }
      let current: Instance = begun.instance;
      if (!equal(begun.entries, records[0].entries)) complain(`instance ${id}: the model starts it in another way`);
      for (const record of records.slice(1)) {
        const input = toInput(record);
        if (input === undefined) {
          current = { ...current, revision: current.revision + 1, updatedAtMs: record.atMs };
          continue;
        }
        const result = advance(definition, current, input, record.atMs);
        if (result.kind === "rejected") {
          complain(`instance ${id}, record ${record.sequence}: the model refuses ${input.kind}`);
          break;
        }
        if (!equal(result.entries, record.entries)) {
          complain(`instance ${id}, record ${record.sequence}: the model goes another way on ${input.kind}`);
        }
        current = result.instance;
      }
      if (!equal(current, instance)) complain(`instance ${id} is not as the model has it`);
      if (!equal(contextAt(records), instance.context)) {
        complain(`instance ${id}: its context does not follow from its history`);
      }
    }
  },
};

function isWaiting({ entries }: HistoryRecord): boolean {
  return entries.some(({ kind }) => kind === "waiting");
}

/** The input that a record tells of; undefined for one that is the scheduler's own. */
function toInput(record: HistoryRecord): MachineInput | undefined {
  const { entries } = record;
  const [first] = entries;
  switch (first.kind) {
    case "eventReceived":
    case "eventKept": {
      const { kind, name, data, id } = first;
      return { kind: "event", name, data, keep: kind === "eventKept", ...(id === undefined ? {} : { id }) };
    }
    case "taskCompleted":
    case "taskFailed":
      return toReport(first);
    case "timerFired":
      return { kind: "timerFired", timerId: first.timerId };
    case "retried":
      return { kind: "retry", ...(isWaiting(record) ? { waiting: true } : {}) };
    case "paused":
      return { kind: "pause", reason: first.reason };
    case "resumed":
      return { kind: "resume" };
    case "admitted": // while it was paused
    case "stateEntered":
      return { kind: "admit" };
    case "attemptFailed":
      return undefined;
    default: {
      const cancelled = entries.find((entry) => entry.kind === "cancelled");
      if (cancelled?.kind === "cancelled") return { kind: "cancel", reason: cancelled.reason };
      throw new Error(`A record begins with ${first.kind}, which no input gives`);
    }
  }
}

function toReport(entry: Extract<HistoryEntry, { kind: "taskCompleted" | "taskFailed" }>): MachineInput {
  const { kind, taskId } = entry;
  const attempt = { attempt: entry.attempt, ...pick(entry, ["workerId", "startedAtMs", "durationMs", "console"]) };
  return kind === "taskCompleted"
    ? { kind, taskId, output: entry.output, attempt }
    : { kind, taskId, failure: entry.failure, attempt };
}

function pick<T extends object, K extends keyof T>(object: T, keys: readonly K[]): Partial<Pick<T, K>> {
  return Object.fromEntries(keys.flatMap((key) => key in object ? [[key, object[key]]] : [])) as Partial<Pick<T, K>>;
}

function equal(a: unknown, b: unknown): boolean {
  return canonicalJson(JSON.parse(JSON.stringify(a)) as JsonValue) ===
    canonicalJson(JSON.parse(JSON.stringify(b)) as JsonValue);
}
