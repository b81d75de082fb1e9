/**
 * Every key that the engine writes. Nothing else builds keys.
 *
 * Keys are tuples (FoundationDB's tuple encoding); the first element names the family.
 *
 * | family | key                                                     | value                                    |
 * |--------|---------------------------------------------------------|------------------------------------------|
 * | meta   | "format"                                                | number of the format, JSON               |
 * | meta   | "import"                                                | ImportProgress, JSON: an import goes on  |
 * | wf     | workflow, version                                       | WorkflowRecord, JSON (large)             |
 * | wh     | workflow, hash                                          | version, JSON                            |
 * | wl     | workflow                                                | newest version, JSON                     |
 * | ws     | workflow, version                                       | WrittenSource, JSON (large)              |
 * | c      | hash                                                    | CompiledCode, JSON (large)               |
 * | i      | instance                                                | Instance, JSON (large)                   |
 * | h      | instance, sequence                                      | HistoryRecord, JSON (large)              |
 * | t      | instance, task                                          | TaskRecord (large)                       |
 * | e      | instance, event or operation id                         | empty: it has been applied               |
 * | r      | shard, capability, rank, instance, task                 | empty: the task is queued                |
 * | l      | worker, instance, task                                  | LeaseRecord, JSON                        |
 * | tm     | shard, fireAtMs, instance, timer                        | empty: the timer is pending              |
 * | w      | worker                                                  | WorkerRecord, JSON                       |
 * | x      | status, createdAtMs, instance                           | empty: index of all instances            |
 * | xw     | workflow, status, createdAtMs, instance                 | empty: index by workflow                 |
 * | n      | status, workflow                                        | counter: instances of that status        |
 * | g      | hash                                                    | empty: the code may be collected         |
 * | en     | engine                                                  | EngineRecord, JSON: it is alive          |
 * | o      | instance, number                                        | StoredMessage, JSON (large): to be sent  |
 * | ou     | instance, number                                        | UndeliveredRecord, JSON (large)          |
 * | lc     | workflow, task, limit key                               | number of permits taken, JSON            |
 * | lq     | workflow, task, limit key, rank, instance, task id      | empty: the task waits for a permit       |
 * | ic     | workflow, limit key                                     | number of permits taken, JSON            |
 * | iq     | workflow, limit key, sinceMs, instance                  | empty: the instance waits for a permit   |
 * | sc     | schedule                                                | ScheduleRecord, JSON (large)             |
 * | scn    | "all"                                                   | counter of schedules                     |
 * | k      | shard                                                   | counter: tasks were queued in the shard  |
 *
 * "Large" values are chunked when they exceed one value's bound: see large_value.ts.
 */

import { cutText } from "./store/slab.ts";
import { type Bytes, type Pair } from "./store/store.ts";
import { decodeTuple, encodeTuple, prefixRange } from "./store/tuple.ts";

/** Version of this layout. An engine refuses a store of a newer one. */
export const KEYSPACE_FORMAT = 1;

/** Ready tasks and timers are spread over so many ranges, so that many engines do not meet on one. */
export const SHARDS = 16;

/** The shard of an instance: FNV-1a over its id. */
export function shardOf(instanceId: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < instanceId.length; index++) {
    hash = Math.imul(hash ^ instanceId.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0) % SHARDS;
}

export interface KeyRange {
  begin: Bytes;
  end: Bytes;
}

export function formatKey(): Bytes {
  return encodeTuple(["meta", "format"]);
}

/** Stands as long as an import has begun and not ended: no engine uses such a store. */
export function importKey(): Bytes {
  return encodeTuple(["meta", "import"]);
}
/** The whole keyspace. */
export const ALL_KEYS: KeyRange = { begin: Uint8Array.of(0x00), end: Uint8Array.of(0xff) };

export function workflowKey(name: string, version: number): Bytes {
  return encodeTuple(["wf", name, version]);
}
export function workflowHashKey(name: string, hash: string): Bytes {
  return encodeTuple(["wh", name, hash]);
}
export function latestVersionKey(name: string): Bytes {
  return encodeTuple(["wl", name]);
}
/** What the author wrote, of which a version was made. */
export function writtenSourceKey(name: string, version: number): Bytes {
  return encodeTuple(["ws", name, version]);
}
/** Newest versions of all workflows whose name comes after `after`. */
export function latestVersionsRange(after: string | undefined): KeyRange {
  const all = prefixRange(encodeTuple(["wl"]));
  return after === undefined ? all : { begin: prefixRange(encodeTuple(["wl", after])).end, end: all.end };
}
export function decodeLatestVersionKey(key: Bytes): string {
  return decodeTuple(key)[1] as string;
}

export function codeKey(hash: string): Bytes {
  return encodeTuple(["c", hash]);
}

/** All code, by hash. */
export function codesRange(): KeyRange {
  return prefixRange(encodeTuple(["c"]));
}
export function decodeCodeKey(key: Bytes): string {
  return decodeTuple(key)[1] as string;
}
/** Mark of code that nothing was seen to refer to; a registration that needs the code clears it. */
export function codeMarkKey(hash: string): Bytes {
  return encodeTuple(["g", hash]);
}
/** Every version of every definition. */
export function workflowVersionsRange(): KeyRange {
  return prefixRange(encodeTuple(["wf"]));
}

export function instanceKey(instanceId: string): Bytes {
  return encodeTuple(["i", instanceId]);
}

export function historyKey(instanceId: string, sequence: number): Bytes {
  return encodeTuple(["h", instanceId, sequence]);
}

/** Everything that is kept under an instance's id apart from the instance itself. */
export function historyRange(instanceId: string): KeyRange {
  return prefixRange(encodeTuple(["h", instanceId]));
}
export function tasksRange(instanceId: string): KeyRange {
  return prefixRange(encodeTuple(["t", instanceId]));
}
export function appliedRange(instanceId: string): KeyRange {
  return prefixRange(encodeTuple(["e", instanceId]));
}

export function taskKey(instanceId: string, taskId: string): Bytes {
  return encodeTuple(["t", instanceId, taskId]);
}

export function appliedKey(instanceId: string, operationId: string): Bytes {
  return encodeTuple(["e", instanceId, operationId]);
}

/** What the code needs of a worker. */
export type Capability = "javascript" | "wasm";

/** Place of a queued task. */
export interface ReadyPlace {
  capability: Capability;
  readyAtMs: number;
  /** Higher first; absent means 0. */
  priority?: number;
  instanceId: string;
  taskId: string;
}

/** Time between two priorities in a rank: further than any clock goes. */
const PRIORITY_SPAN_MS = 40_000_000_000_000;

/** Orders by priority, then by time. */
function toRank(readyAtMs: number, priority = 0): number {
  return readyAtMs - priority * PRIORITY_SPAN_MS;
}

export function readyKey(place: ReadyPlace): Bytes {
  return encodeTuple([
    "r",
    shardOf(place.instanceId),
    place.capability,
    toRank(place.readyAtMs, place.priority),
    place.instanceId,
    place.taskId,
  ]);
}
export function readyRange(shard: number, capability: Capability): KeyRange {
  return prefixRange(encodeTuple(["r", shard, capability]));
}
export function decodeReadyKey(key: Bytes): ReadyPlace {
  const [, , capability, rank, instanceId, taskId] = decodeTuple(key);
  const priority = 0 - Math.floor(Number(rank) / PRIORITY_SPAN_MS);
  return {
    capability: capability as Capability,
    readyAtMs: Number(rank) + priority * PRIORITY_SPAN_MS,
    ...(priority === 0 ? {} : { priority }),
    instanceId: instanceId as string,
    taskId: taskId as string,
  };
}

/** What an instance sends to others, by number. */
export function messageKey(instanceId: string, number: number): Bytes {
  return encodeTuple(["o", instanceId, number]);
}
export function messagesRange(instanceId: string): KeyRange {
  return prefixRange(encodeTuple(["o", instanceId]));
}
export function decodeMessageKey(key: Bytes): { instanceId: string; number: number } {
  const [, instanceId, number] = decodeTuple(key);
  return { instanceId: instanceId as string, number: Number(number) };
}

/** Messages that were given up, beside those on their way; without an instance, those of all. */
export function undeliveredKey(instanceId: string, number: number): Bytes {
  return encodeTuple(["ou", instanceId, number]);
}
export function undeliveredRange(instanceId?: string): KeyRange {
  return prefixRange(encodeTuple(instanceId === undefined ? ["ou"] : ["ou", instanceId]));
}

/** One bound on how many attempts of a task are handed out at once. */
export interface TaskLimit {
  workflow: string;
  name: string;
  key: string;
}

export function permitsKey({ workflow, name, key }: TaskLimit): Bytes {
  return encodeTuple(["lc", workflow, name, key]);
}
/** Place of a task that waits for a permit, in the order in which they are given. */
export function permitQueueKey(limit: TaskLimit, place: Omit<ReadyPlace, "capability">): Bytes {
  const { workflow, name, key } = limit;
  const { readyAtMs, priority, instanceId, taskId } = place;
  return encodeTuple(["lq", workflow, name, key, toRank(readyAtMs, priority), instanceId, taskId]);
}
export function permitQueueRange({ workflow, name, key }: TaskLimit): KeyRange {
  return prefixRange(encodeTuple(["lq", workflow, name, key]));
}
export function decodePermitQueueKey(key: Bytes): { instanceId: string; taskId: string } {
  const [, , , , , instanceId, taskId] = decodeTuple(key) as string[];
  return { instanceId, taskId };
}

export function admissionsKey(workflow: string, limitKey: string): Bytes {
  return encodeTuple(["ic", workflow, limitKey]);
}
/** Place of an instance that waits to be admitted. */
export function admissionQueueKey(
  workflow: string,
  limitKey: string,
  place: { sinceMs: number; instanceId: string },
): Bytes {
  return encodeTuple(["iq", workflow, limitKey, place.sinceMs, place.instanceId]);
}
export function admissionQueueRange(workflow: string, limitKey: string): KeyRange {
  return prefixRange(encodeTuple(["iq", workflow, limitKey]));
}
export function decodeAdmissionQueueKey(key: Bytes): string {
  return decodeTuple(key)[4] as string;
}

export function scheduleKey(scheduleId: string): Bytes {
  return encodeTuple(["sc", scheduleId]);
}
/** All schedules whose id comes after `after`. */
/** How many there are. */
export function scheduleCountKey(): Bytes {
  return encodeTuple(["scn", "all"]);
}
export function schedulesRange(after: string | undefined): KeyRange {
  const all = prefixRange(encodeTuple(["sc"]));
  return after === undefined ? all : { begin: prefixRange(encodeTuple(["sc", after])).end, end: all.end };
}

export function leaseKey(workerId: string, instanceId: string, taskId: string): Bytes {
  return encodeTuple(["l", workerId, instanceId, taskId]);
}
export function leasesRange(workerId?: string): KeyRange {
  return prefixRange(encodeTuple(workerId === undefined ? ["l"] : ["l", workerId]));
}
export function decodeLeaseKey(key: Bytes): { workerId: string; instanceId: string; taskId: string } {
  const [, workerId, instanceId, taskId] = decodeTuple(key) as string[];
  return { workerId, instanceId, taskId };
}

export interface TimerPlace {
  fireAtMs: number;
  instanceId: string;
  timerId: string;
}

export function timerKey(place: TimerPlace): Bytes {
  return encodeTuple(["tm", shardOf(place.instanceId), place.fireAtMs, place.instanceId, place.timerId]);
}
export function timersRange(shard: number): KeyRange {
  return prefixRange(encodeTuple(["tm", shard]));
}
export function decodeTimerKey(key: Bytes): TimerPlace {
  const [, , fireAtMs, instanceId, timerId] = decodeTuple(key);
  return { fireAtMs: Number(fireAtMs), instanceId: instanceId as string, timerId: timerId as string };
}

export function workerKey(workerId: string): Bytes {
  return encodeTuple(["w", workerId]);
}
export function workersRange(): KeyRange {
  return prefixRange(encodeTuple(["w"]));
}

/** Changes whenever an engine that has peers queues a task in the shard: what they watch. */
export function wakeKey(shard: number): Bytes {
  return encodeTuple(["k", shard]);
}

export function engineKey(engineId: string): Bytes {
  return encodeTuple(["en", engineId]);
}
export function enginesRange(): KeyRange {
  return prefixRange(encodeTuple(["en"]));
}
export function decodeEngineKey(key: Bytes): string {
  return decodeTuple(key)[1] as string;
}

/** Place of an instance in the two indexes, which are ordered by creation. */
export interface IndexPlace {
  status: string;
  createdAtMs: number;
  instanceId: string;
}

export function statusIndexKey(place: IndexPlace): Bytes {
  return encodeTuple(["x", place.status, place.createdAtMs, place.instanceId]);
}
export function workflowIndexKey(workflow: string, place: IndexPlace): Bytes {
  return encodeTuple(["xw", workflow, place.status, place.createdAtMs, place.instanceId]);
}
/** Index entries of one status that are older than `before` and not older than `fromMs`, newest last. */
export function indexRange(
  filter: { workflow?: string; status: string; fromMs?: number },
  before: { createdAtMs: number; instanceId: string } | undefined,
): KeyRange {
  const { workflow, status, fromMs } = filter;
  const prefix = workflow === undefined ? ["x", status] : ["xw", workflow, status];
  const all = prefixRange(encodeTuple(prefix));
  return {
    begin: fromMs === undefined ? all.begin : encodeTuple([...prefix, fromMs]),
    end: before === undefined ? all.end : encodeTuple([...prefix, before.createdAtMs, before.instanceId]),
  };
}
export function decodeIndexKey(key: Bytes): { createdAtMs: number; instanceId: string } {
  const items = decodeTuple(key);
  return { createdAtMs: Number(items[items.length - 2]), instanceId: items[items.length - 1] as string };
}

/** Number of instances of a workflow that have a status; kept by atomic adds, so that no two starts conflict. */
export function instanceCountKey(status: string, workflow: string): Bytes {
  return encodeTuple(["n", status, workflow]);
}
export function instanceCountsRange(): KeyRange {
  return prefixRange(encodeTuple(["n"]));
}
export function decodeInstanceCountKey(key: Bytes): { status: string; workflow: string } {
  const [, status, workflow] = decodeTuple(key) as string[];
  return { status, workflow };
}

/** Instances whose id begins with a text, by id. */
export function instancePrefixRange(idPrefix: string): KeyRange {
  const begin = encodeTuple(["i", idPrefix]);
  // Without the terminator that ends the string: everything that goes on from here.
  return prefixRange(begin.subarray(0, begin.length - 1));
}
export function decodeInstanceKey(key: Bytes): string {
  return decodeTuple(key)[1] as string;
}

const decoder = new TextDecoder();

/** The value of keys whose presence says everything. */
export const EMPTY: Bytes = new Uint8Array(0);

export function encodeJson(value: unknown): Bytes {
  return cutText(JSON.stringify(value));
}
export function decodeJson<T>(bytes: Bytes): T {
  return JSON.parse(decoder.decode(bytes)) as T;
}
/** The last key of a page of pairs, as the beginning of the next. */
export function afterLast(pairs: readonly Pair[]): Bytes {
  const last = pairs[pairs.length - 1].key;
  const next = new Uint8Array(last.length + 1);
  next.set(last);
  return next;
}
