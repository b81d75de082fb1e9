/**
 * The final store is what a sequential model predicts: each instance, replayed from its history's inputs through the
 * machine alone, one after the other, gives the same records and the same instance.
 */

import type { Definition } from "../../../shared/definition/definition.ts";
import type { JsonObject } from "../../../shared/json.ts";
import type { HistoryEntry, HistoryRecord } from "../../../engine/machine/history.ts";
import type { MachineInput, MachineResult } from "../../../engine/machine/input.ts";
import type { Instance } from "../../../engine/machine/instance.ts";
import { advance, contextAt, fork, start } from "../../../engine/machine/machine.ts";
import { migrate } from "../../../engine/machine/migration.ts";
import { isKeptIfSent } from "../event_ids.ts";
import type { InstanceShadow } from "../shadow.ts";
import { type Checker, type Complain, isSame, recordsOf, type World } from "./checker.ts";

export const model: Checker = {
  name: "the final store is what a sequential model predicts",
  end(world, complain) {
    for (const shadow of world.shadow.everyInstance()) replay(world, shadow, complain);
  },
};

type Definitions = (version: number) => Definition;

function replay(
  { shadow: { workflows } }: World,
  shadow: InstanceShadow & { instance: Instance },
  complain: Complain,
): void {
  const { id, instance } = shadow;
  const records = recordsOf(shadow);
  const definitions: Definitions = (version) => workflows.get(`${instance.workflow} ${version}`)!.definition;
  let current: Instance | undefined;
  for (const record of records) {
    const { entries, sequence } = record;
    const result = current === undefined ? begin(definitions, instance, records) : goOn(definitions, current, record);
    if (result.kind === "rejected") {
      return complain(
        `instance ${id}: the model refuses record ${sequence} (${entries[0].kind}): ${result.rejection.reason}`,
      );
    }
    if (!isSame(result.entries, entries)) {
      return complain(`instance ${id}: the model goes another way at record ${sequence} (${entries[0].kind})`);
    }
    current = result.instance;
  }
  if (!isSame(current, instance)) complain(`instance ${id} is not as the model has it`);
  if (!isSame(contextAt(records), instance.context)) {
    complain(`instance ${id}: its context does not follow from its history`);
  }
}

function begin(definitions: Definitions, instance: Instance, [first, ...rest]: HistoryRecord[]): MachineResult {
  const { id, parent, depth, part, schedule, limitKey } = instance;
  const migrated = rest.flatMap(({ entries }) => entries).find(({ kind }) => kind === "migrated");
  const version = migrated?.kind === "migrated" ? migrated.fromVersion : instance.version;
  const options = {
    id,
    version,
    input: instance.input as JsonObject,
    ...(parent === undefined ? {} : { parent }),
    ...(depth === undefined ? {} : { depth }),
    ...(part === undefined ? {} : { part: true as const }),
    ...(schedule === undefined ? {} : { schedule }),
    ...(limitKey === undefined ? {} : { limitKey }),
    ...(isWaiting(first) ? { waiting: true as const } : {}),
  };
  const forked = first.entries.find(({ kind }) => kind === "forked");
  if (forked?.kind !== "forked") return start(definitions(version), options, first.atMs);
  const { from: instanceId, sequence, context } = forked;
  const entered = [first, ...rest].flatMap(({ entries }) => entries).find(({ kind }) => kind === "stateEntered");
  // One that never was admitted entered no state, and stands in the one that it was to enter.
  const state = entered?.kind === "stateEntered" ? entered.state : instance.state;
  return fork(definitions(version), options, { instanceId, sequence, state, context }, first.atMs);
}

function goOn(definitions: Definitions, current: Instance, record: HistoryRecord): MachineResult {
  const { entries, atMs } = record;
  const [first] = entries;
  const definition = definitions(current.version);
  if (first.kind === "migrated") {
    const version = first.toVersion;
    return migrate(definition, { definition: definitions(version), version }, current, atMs);
  }
  if (first.kind === "attemptFailed") { // the scheduler's own
    const instance = { ...current, revision: current.revision + 1, updatedAtMs: atMs };
    return { kind: "accepted", instance, commands: [], entries };
  }
  return advance(definition, current, toInput(record), atMs);
}

function isWaiting({ entries }: HistoryRecord): boolean {
  return entries.some(({ kind }) => kind === "waiting");
}

/** The input that a record tells of. */
function toInput(record: HistoryRecord): MachineInput {
  const [first] = record.entries;
  switch (first.kind) {
    case "eventReceived":
    case "eventKept": {
      const { kind, name, data, id } = first;
      const keep = kind === "eventKept" || isKeptIfSent(id ?? "", name);
      return { kind: "event", name, data, keep, ...(id === undefined ? {} : { id }) };
    }
    case "taskCompleted":
    case "itemCompleted":
    case "guardEvaluated":
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
    case "undelivered":
      return first;
    case "admitted": // while it was paused
    case "stateEntered":
      return { kind: "admit" };
    default:
      return toCancel(record);
  }
}

function toCancel({ entries }: HistoryRecord): MachineInput {
  for (const entry of entries) {
    if (entry.kind === "compensationStarted" && entry.status === "cancelled") {
      return { kind: "cancel", reason: entry.reason!, compensate: true };
    }
    if (entry.kind === "cancelled") return { kind: "cancel", reason: entry.reason, compensate: false };
  }
  throw new Error(`A record begins with ${entries[0].kind}, which no input gives`);
}

type Report = Extract<HistoryEntry, { kind: "taskCompleted" | "itemCompleted" | "guardEvaluated" | "taskFailed" }>;

function toReport(entry: Report): MachineInput {
  const { taskId } = entry;
  const attempt = { attempt: entry.attempt, ...pick(entry, ["workerId", "startedAtMs", "durationMs", "console"]) };
  if (entry.kind === "taskFailed") return { kind: "taskFailed", taskId, failure: entry.failure, attempt };
  const output = entry.kind === "guardEvaluated" ? entry.holds : entry.output;
  return { kind: "taskCompleted", taskId, output, attempt };
}

function pick<T extends object, K extends keyof T>(object: T, keys: readonly K[]): Partial<Pick<T, K>> {
  return Object.fromEntries(keys.flatMap((key) => key in object ? [[key, object[key]]] : [])) as Partial<Pick<T, K>>;
}
