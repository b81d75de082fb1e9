/** What clients do, and how often. What they are told goes into the journal. */

import { create } from "@bufbuild/protobuf";
import { BulkOperateRequestSchema } from "../../proto/gen/degov/v1/workflow_service_pb.ts";
import { collectCode } from "../../engine/maintenance/code_collection.ts";
import { expireInstances } from "../../engine/maintenance/retention.ts";
import { bulkOperate } from "../../engine/rpc/bulk.ts";
import { OVERLAPS, type ScheduleSpec } from "../../engine/schedules/schedule_record.ts";
import type { JsonObject } from "../../shared/json.ts";
import type { ClientNode } from "./client_node.ts";
import { toClientEventId } from "./event_ids.ts";
import type { Feature } from "./features.ts";
import { EVENTS } from "./random_workflow.ts";

/** An instance is deleted so long after its end: no call that began it is under way any more (see `start`). */
const RETAIN_MS = 10_000;
const START_REPEATED_MS = 2_000;
/** Schedules begin while there is time left for them. */
const SCHEDULES_BEFORE_END_MS = 14_000;
/** Instances are told of those that began of late, which may run still. */
const RECENT = 4;
const LIST_ITEMS_MAX = 6;
/** Above what one value of the store holds. */
const LARGE_CHARS = 110_000;
const LARGE_ODDS = 0.3;
const WATCHED_MS = 1_000;

interface Operation {
  readonly weight: number;
  readonly feature?: Feature;
  /** `instanceId` is one that there is. */
  run(client: ClientNode, instanceId: string): Promise<unknown>;
}

const OPERATIONS: readonly Operation[] = [
  { weight: 40, run: start },
  { weight: 35, run: send },
  { weight: 5, run: (client, id) => cancel(client, id) },
  { weight: 4, run: pauseForAWhile },
  { weight: 5, run: retry },
  { weight: 4, run: (client, id) => client.repeat((engine) => engine.explain(id)) },
  { weight: 3, run: (client, id) => client.repeat((engine, signal) => engine.waitForEnd(id, 2_000, signal)) },
  { weight: 4, run: watch },
  { weight: 6, feature: "versions", run: (client) => register(client, drawWorkflow(client)) },
  { weight: 24, feature: "versions", run: migrate },
  { weight: 4, feature: "versions", run: (client) => client.repeat((engine) => collectCode(engine.store)) },
  { weight: 8, feature: "operators", run: fork },
  { weight: 6, feature: "operators", run: operateOnMany },
  { weight: 16, feature: "schedules", run: schedule },
  { weight: 10, feature: "expiry", run: expire },
  { weight: 6, feature: "trimming", run: (client) => client.repeat((engine) => engine.eventLog.trim()) },
];

/** Does something, with the instance or with others. */
export async function drawOperation(client: ClientNode, instanceId: string | undefined): Promise<void> {
  const { random, features } = client.options;
  if (instanceId === undefined) return await start(client);
  const possible = OPERATIONS.filter(({ feature }) => feature === undefined || features.has(feature));
  let draw = random.next() * possible.reduce((sum, { weight }) => sum + weight, 0);
  const operation = possible.find(({ weight }) => (draw -= weight) < 0) ?? possible[0];
  await operation.run(client, instanceId);
}

async function start(client: ClientNode): Promise<void> {
  const { journal, time } = client.options;
  const workflow = drawWorkflow(client);
  const instanceId = `${client.node.name}-i${client.nextNumber()}`;
  const input = drawInput(client);
  const request = { workflow, version: 0, instanceId, input };
  const isWaiting = client.happens(0.15);
  const done = await client.repeat(
    (engine, signal) => isWaiting ? engine.start(request, { waitMs: 1_000, signal }) : engine.instances.start(request),
    { untilMs: Math.min(client.untilMs, time.trueMs + START_REPEATED_MS) },
  );
  if (done !== undefined) journal.acknowledged.push({ kind: "started", workflow, instanceId, input });
}

function drawWorkflow({ options: { random, workflows } }: ClientNode): string {
  return random.pick(workflows)[0].name;
}

function drawInput(client: ClientNode): JsonObject {
  const { random, features, shadow } = client.options;
  const peers = [...[...shadow.instances.keys()].slice(-RECENT), "nobody"];
  return {
    value: random.below(10),
    peer: random.pick(peers),
    list: Array.from({ length: random.below(LIST_ITEMS_MAX) }, (_, index) => index),
    ...(features.has("large") && client.happens(LARGE_ODDS) ? { blob: "x".repeat(LARGE_CHARS) } : {}),
  };
}

async function send(client: ClientNode, instanceId: string): Promise<void> {
  const { random, journal } = client.options;
  const name = random.pick(EVENTS);
  const keep = client.happens(0.5);
  const eventId = toClientEventId(client.node.name, client.nextNumber(), keep);
  const data = random.below(3);
  const done = await client.repeat((engine) => engine.instances.send({ instanceId, name, data, eventId, keep }));
  if (done !== undefined) journal.acknowledged.push({ kind: "sent", instanceId, eventId, name, data });
}

/** Ends an instance, with undo actions or without; by default as its definition says. */
export async function cancel(client: ClientNode, instanceId: string, compensate = drawWhether(client)): Promise<void> {
  const { journal } = client.options;
  const done = await client.repeat((engine) =>
    engine.instances.cancel(instanceId, "not needed any more", { compensate })
  );
  if (done !== undefined) journal.acknowledged.push({ kind: "cancelled", instanceId });
}

function drawWhether(client: ClientNode): boolean | undefined {
  return client.options.random.pick([undefined, undefined, true, false]);
}

async function pauseForAWhile(client: ClientNode, instanceId: string): Promise<void> {
  const [pauseId, resumeId] = [toOperationId(client), toOperationId(client)];
  await client.repeat((engine) => engine.instances.pause(instanceId, "a moment", { operationId: pauseId }));
  await client.sleep(client.options.random.next() * 3_000);
  await client.repeat((engine) => engine.instances.resume(instanceId, { operationId: resumeId }));
}

/** Tries a failed instance again, once however often the call is made: some calls come again when all is done. */
async function retry(client: ClientNode, anyId: string): Promise<void> {
  const { random, shadow } = client.options;
  const failed = [...shadow.instances.values()].filter(({ instance }) => instance?.status === "failed");
  const instanceId = random.pick(failed)?.id ?? anyId;
  const operationId = toOperationId(client);
  client.options.journal.retriedOnce(instanceId);
  for (let calls = client.happens(0.4) ? 2 : 1; calls > 0; calls--) {
    await client.repeat((engine) => engine.instances.retry(instanceId, { operationId }));
    await client.sleep(random.next() * 2_000);
  }
}

function toOperationId(client: ClientNode): string {
  return `${client.node.name}-o${client.nextNumber()}`;
}

/** Follows an instance from its first record, going on after the last one that was read whenever it was cut off. */
async function watch(client: ClientNode, instanceId: string): Promise<void> {
  const sequences: number[] = [];
  client.options.journal.watched.push({ instanceId, sequences });
  for (let reads = 0; reads < 4; reads++) {
    const after = sequences.length;
    const read = await client.repeat(async (engine, signal) => {
      const over = new AbortController();
      void client.node.time.sleep(WATCHED_MS).then(() => over.abort("over"));
      const found: number[] = [];
      for await (const { record } of engine.watch(instanceId, after, AbortSignal.any([signal, over.signal]))) {
        found.push(record.sequence);
      }
      return found;
    });
    if (read === undefined) return; // it is gone
    sequences.push(...read);
  }
}

/** Registers the next version of a workflow, if there is one. */
async function register(client: ClientNode, workflow: string): Promise<void> {
  const { workflows, shadow } = client.options;
  const versions = workflows.find(([{ name }]) => name === workflow)!;
  const next = versions.find((_, index) => !shadow.workflows.has(`${workflow} ${index + 1}`));
  if (next !== undefined) await client.repeat((engine) => engine.definitions.register(next));
}

async function migrate(client: ClientNode, instanceId: string): Promise<void> {
  const { shadow, journal } = client.options;
  const { workflow, version = 0 } = shadow.instances.get(instanceId)?.instance ?? {};
  if (workflow !== undefined && !shadow.workflows.has(`${workflow} ${version + 1}`)) await register(client, workflow);
  const done = await client.repeat((engine) => engine.instances.migrate(instanceId, 0));
  if (done === undefined || done.version === version) return;
  journal.acknowledged.push({ kind: "migrated", instanceId, version: done.version });
}

async function fork(client: ClientNode, from: string): Promise<void> {
  const { random, shadow, journal, time } = client.options;
  const newInstanceId = `${client.node.name}-f${client.nextNumber()}`;
  const sequence = random.below((shadow.instances.get(from)?.instance?.revision ?? 0) + 2);
  const done = await client.repeat((engine) => engine.instances.fork(from, { sequence, newInstanceId }), {
    untilMs: Math.min(client.untilMs, time.trueMs + START_REPEATED_MS),
  });
  if (done !== undefined) journal.acknowledged.push({ kind: "forked", instanceId: newInstanceId, from });
}

async function operateOnMany(client: ClientNode): Promise<void> {
  const { random } = client.options;
  const operation = random.pick(
    [
      { case: "pause", value: { reason: "all of them" } },
      { case: "retry", value: {} },
      { case: "cancel", value: { reason: "all of them" } },
      { case: "migrate", value: { version: 0 } },
    ] as const,
  );
  const workflow = drawWorkflow(client);
  const on = (choice: object) =>
    create(BulkOperateRequestSchema, { workflow, pageSize: 3, operationId: toOperationId(client), ...choice });
  if (operation.case === "retry") client.options.journal.retriedAll++;
  const request = on({ operation });
  await client.repeat((engine) => bulkOperate(engine, request));
  if (operation.case !== "pause") return;
  await client.sleep(random.next() * 1_000);
  // All that are paused by now go on, whoever paused them.
  for (let token = "";;) {
    const request = on({ operation: { case: "resume", value: {} }, pageToken: token });
    const answer = await client.repeat((engine) => bulkOperate(engine, request));
    if (answer === undefined || answer.nextPageToken === "") return;
    token = answer.nextPageToken;
  }
}

async function schedule(client: ClientNode): Promise<void> {
  const { random, shadow, time } = client.options;
  if (time.trueMs > client.untilMs - SCHEDULES_BEFORE_END_MS) return;
  const spec: ScheduleSpec = {
    cron: `*/${1 + random.below(4)} * * * * *`,
    timeZone: "UTC",
    workflow: drawWorkflow(client),
    version: 0,
    input: drawInput(client),
    overlap: random.pick(OVERLAPS),
    paused: client.happens(0.1),
    catchUpWindowMs: random.pick([1_000, 5_000, 60_000]),
  };
  const known = [...shadow.schedules.keys()];
  if (known.length === 0 || client.happens(0.3)) {
    const id = `${client.node.name}-s${client.nextNumber()}`;
    await client.repeat((engine) => engine.schedules.create(id, spec));
  } else if (client.happens(0.7)) {
    await client.repeat((engine) => engine.schedules.update(random.pick(known), spec));
  } else await client.repeat((engine) => engine.schedules.delete(random.pick(known)));
}

async function expire(client: ClientNode): Promise<void> {
  client.options.journal.isExpiring = true;
  await client.repeat((engine) => expireInstances(engine.store, { nowMs: engine.nowMs(), retainMs: RETAIN_MS }));
}

/** Deletes all that has ended, however short a time ago. */
export async function expireAll(client: ClientNode): Promise<void> {
  client.options.journal.isExpiring = true;
  await client.repeat((engine) => expireInstances(engine.store, { nowMs: engine.nowMs() + RETAIN_MS, retainMs: 0 }));
}

export async function deleteSchedules(client: ClientNode): Promise<void> {
  for (const [id, { record }] of client.options.shadow.schedules) {
    if (record !== undefined) await client.repeat((engine) => engine.schedules.delete(id));
  }
}
