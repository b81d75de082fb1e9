/**
 * Bugs planted on purpose, each of a kind that a change might bring: the simulation must find every one of them.
 *
 * They stand between an engine and its store or its callers, so that no production code knows of them.
 */

import type { Engine } from "../../engine/engine.ts";
import { decodeJson, decodeReadyKey, encodeJson, readyKey } from "../../engine/keyspace.ts";
import type { Instance } from "../../engine/machine/instance.ts";
import { readTask } from "../../engine/scheduler/task_record.ts";
import type { Bytes, Store, Txn } from "../../engine/store/store.ts";
import { decodeTuple } from "../../engine/store/tuple.ts";
import type { Feature } from "./features.ts";
import type { StoredMessage } from "./shadow.ts";

export interface Mutation {
  readonly name: string;
  /** What a run must have for the bug to show. */
  readonly features?: readonly Feature[];
  /** The checker that must find it, by the beginning of its name; absent where several may. */
  readonly guarantee?: string;
  /** What the mutated engine does in a transaction instead. */
  readonly txn?: Changes;
  /** Changes the engine's own objects. */
  readonly engine?: (engine: Engine) => void;
}

type Changes = {
  readonly [Name in keyof Txn]?: (txn: Txn, ...args: Parameters<Txn[Name]>) => ReturnType<Txn[Name]>;
};

/** Transactions in which a schedule was read. */
const ticking = new WeakSet<Txn>();

export const MUTATIONS: readonly Mutation[] = [
  {
    // The mark that an event was applied is not looked at: a body that runs again, or a call that is repeated, applies it again.
    name: "a body that is not idempotent",
    txn: { get: (txn, key) => isOf(key, "e") ? Promise.resolve(undefined) : txn.get(key) },
  },
  {
    // Whoever reports a task is believed to hold its lease.
    name: "a lease check left out",
    features: ["longTasks"],
    guarantee: "results are those that were reported",
    engine: ({ tasks, store }) => {
      const complete = tasks.complete.bind(tasks);
      tasks.complete = async (workerId, completions) =>
        await complete(
          workerId,
          await Promise.all(completions.map(async (completion) => {
            const { instanceId, taskId } = completion;
            const task = await store.transact((txn) => readTask(txn, instanceId, taskId));
            return task?.record.status === "leased" ? { ...completion, token: task.record.token } : completion;
          })),
        );
    },
  },
  {
    name: "a timer index that is not cleared",
    guarantee: "an instance and its effects are one",
    txn: { clear: unless("tm") },
  },
  {
    // The task is read as if nobody else could take it meanwhile.
    name: "a hand-over without a transaction",
    txn: { get: (txn, key) => isOf(key, "t") ? txn.snapshotGet(key) : txn.get(key) },
  },
  {
    // A task is queued as if it had no priority.
    name: "an entry of a queue under another key",
    guarantee: "an instance and its effects are one",
    txn: {
      set: (txn, key, value) =>
        txn.set(isOf(key, "r") ? readyKey({ ...decodeReadyKey(key), priority: 0 }) : key, value),
    },
  },
  {
    name: "an index entry that is not cleared",
    guarantee: "an instance and its effects are one",
    txn: { clear: unless("xw") },
  },
  {
    name: "permits that are counted without a conflict",
    guarantee: "limits hold",
    txn: { get: (txn, key) => isOf(key, "lc") || isOf(key, "ic") ? txn.snapshotGet(key) : txn.get(key) },
  },
  {
    name: "a message that is delivered and not cleared",
    features: ["sends"],
    guarantee: "an instance and its effects are one",
    txn: { clear: unless("o") },
  },
  {
    name: "an event to another instance that is never written",
    features: ["sends"],
    guarantee: "messages arrive once",
    txn: { set: unlessAbout("event") },
  },
  {
    name: "a child whose end nobody is told of",
    features: ["children"],
    guarantee: "children are started once",
    txn: { set: unlessAbout("end") },
  },
  {
    name: "a map whose bound is not looked at",
    features: ["maps"],
    guarantee: "maps keep their bounds",
    txn: {
      snapshotGet: async (txn, key) => {
        const value = await txn.snapshotGet(key);
        if (value === undefined || !isOf(key, "wf")) return value;
        return encodeJson(JSON.parse(new TextDecoder().decode(value), dropConcurrency));
      },
    },
  },
  {
    // Visits mostly go from a state to a later one.
    name: "visits that are undone in the order in which they were made",
    features: ["compensation"],
    guarantee: "completed visits are undone once",
    txn: {
      set: (txn, key, value) => {
        const { undo } = isInstance(key, value) ? decodeJson<Instance>(value) : {};
        if (undo === undefined || undo.length < 2) return txn.set(key, value);
        txn.set(key, encodeJson({ ...decodeJson<Instance>(value), undo: undo.toSorted().toReversed() }));
      },
    },
  },
  {
    name: "a schedule that does not look at what runs",
    features: ["schedules"],
    guarantee: "every time of a schedule is taken once",
    txn: {
      get: (txn, key) => {
        if (isOf(key, "sc")) ticking.add(txn);
        return ticking.has(txn) && isOf(key, "i") ? Promise.resolve(undefined) : txn.get(key);
      },
    },
  },
  {
    name: "a fork that forgets what tasks gave",
    features: ["operators"],
    guarantee: "forks begin where",
    engine: ({ instances }) => {
      const history = instances.history.bind(instances);
      instances.history = async (...args) => {
        const { instance, records } = await history(...args);
        const shorten = (record: typeof records[number]) => ({
          ...record,
          entries: record.entries.filter(({ kind }) => kind !== "taskCompleted" && kind !== "contextSet"),
        });
        return { instance, records: records.map(shorten) };
      };
    },
  },
  {
    name: "a retry that does not look at its operation's id",
    guarantee: "a call that is repeated is done once",
    engine: ({ instances }) => {
      const retry = instances.retry.bind(instances);
      instances.retry = (instanceId) => retry(instanceId);
    },
  },
  {
    name: "a page of the log that begins one event too late",
    features: ["log"],
    guarantee: "readers of the log miss nothing",
    txn: {
      range: async (txn, begin, ...rest) => {
        const pairs = await txn.range(begin, ...rest);
        return isOf(begin, "ev") && pairs.length > 1 ? pairs.slice(1) : pairs;
      },
    },
  },
  {
    name: "a page of a history that begins one record too late",
    guarantee: "who watches an instance misses nothing",
    engine: ({ instances }) => {
      const history = instances.history.bind(instances);
      instances.history = async (...args) => {
        const { instance, records } = await history(...args);
        return { instance, records: records.length > 1 ? records.slice(1) : records };
      };
    },
  },
  {
    name: "a webhook that begins with now at each engine",
    features: ["log", "webhook"],
    guarantee: "a webhook is told of every event",
    txn: { get: (txn, key) => isOf(key, "evh") ? Promise.resolve(undefined) : txn.get(key) },
  },
  {
    name: "a count that only goes up",
    guarantee: "nothing is left over, and nothing is missing",
    txn: {
      add: (txn, key, delta) => {
        if (!isOf(key, "n") || delta > 0n) txn.add(key, delta);
      },
    },
  },
  {
    name: "chunks that stay of a value that is gone",
    features: ["large", "expiry"],
    guarantee: "nothing is left over, and nothing is missing",
    txn: {
      clearRange: (txn, begin, end) => {
        if (begin[0] !== CHUNK_MARK) txn.clearRange(begin, end);
      },
    },
  },
  {
    name: "an instance that is deleted without its marks of events",
    features: ["expiry"],
    guarantee: "an instance and its effects are one",
    txn: {
      clearRange: (txn, begin, end) => {
        if (!isOf(begin, "e")) txn.clearRange(begin, end);
      },
    },
  },
  {
    // Code is collected as if nobody could have registered a definition meanwhile.
    name: "code that is collected though it is needed",
    features: ["versions"],
    guarantee: "nothing is left over, and nothing is missing",
    txn: { range: (txn, begin, ...rest) => isOf(begin, "wf") ? Promise.resolve([]) : txn.range(begin, ...rest) },
  },
  {
    name: "a step that is written without what it set",
    guarantee: "the final store is what a sequential model predicts",
    txn: {
      set: (txn, key, value) => {
        if (!isInstance(key, value)) return txn.set(key, value);
        const { context: { k0: _forgotten, ...context }, ...rest } = decodeJson<Instance>(value);
        txn.set(key, encodeJson({ ...rest, context }));
      },
    },
  },
];

/** The store as a mutated engine sees it. */
export function mutatedStore(store: Store, changes: Changes): Store {
  return {
    kind: store.kind,
    transact: (body, options) =>
      store.transact((txn) =>
        body(
          new Proxy(txn, {
            get: (_, name: keyof Txn) => {
              const change = changes[name] as ((txn: Txn, ...args: unknown[]) => unknown) | undefined;
              return (...args: unknown[]) =>
                change === undefined ? (txn[name] as (...args: unknown[]) => unknown)(...args) : change(txn, ...args);
            },
          }),
        ), options),
    watch: (key) => store.watch(key),
    stats: () => store.stats(),
    close: () => store.close(),
  };
}

const CHUNK_MARK = 0xfe;

function isOf(key: Bytes, family: string): boolean {
  return key[0] !== CHUNK_MARK && decodeTuple(key)[0] === family;
}

/** One that is not chunked. */
function isInstance(key: Bytes, value: Bytes): boolean {
  return isOf(key, "i") && value[0] === "{".charCodeAt(0);
}

function unless(family: string): (txn: Txn, key: Bytes) => void {
  return (txn, key) => {
    if (!isOf(key, family)) txn.clear(key);
  };
}

/** Messages of this kind are not written. */
function unlessAbout(about: string): (txn: Txn, key: Bytes, value: Bytes) => void {
  return (txn, key, value) => {
    if (!isOf(key, "o") || decodeJson<StoredMessage>(value).message.about !== about) txn.set(key, value);
  };
}

function dropConcurrency(key: string, value: unknown): unknown {
  return key === "concurrency" ? undefined : value;
}
