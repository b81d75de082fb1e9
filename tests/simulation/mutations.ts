/**
 * Bugs planted on purpose, each of a kind that a change might bring: the simulation must find every one of them.
 *
 * They stand between an engine and its store or its callers, so that no production code knows of them.
 */

import type { Engine } from "../../engine/engine.ts";
import { decodeTuple } from "../../engine/store/tuple.ts";
import { readTask } from "../../engine/scheduler/task_record.ts";
import type {
  Bytes,
  Pair,
  RangeOptions,
  Store,
  StoreStats,
  TransactOptions,
  Txn,
  Watch,
} from "../../engine/store/store.ts";

export interface Mutation {
  readonly name: string;
  /** The store as the mutated engine sees it. */
  readonly store?: (store: Store) => Store;
  /** Changes the engine's own objects. */
  readonly engine?: (engine: Engine) => void;
}

function family(key: Bytes): string {
  return String(decodeTuple(key)[0]);
}

export const MUTATIONS: readonly Mutation[] = [
  {
    // The mark that an event was applied is not looked at: a body that runs again, or a call that is repeated, applies it again.
    name: "a body that is not idempotent",
    store: (store) => new MutatedStore(store, { get: (txn, key) => family(key) === "e" ? undefined : txn.get(key) }),
  },
  {
    // Whoever reports a task is believed to hold its lease.
    name: "a lease check left out",
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
    store: (store) =>
      new MutatedStore(store, { clear: (txn, key) => family(key) === "tm" ? undefined : txn.clear(key) }),
  },
  {
    // The task is read as if nobody else could take it meanwhile.
    name: "a hand-over without a transaction",
    store: (store) =>
      new MutatedStore(store, { get: (txn, key) => family(key) === "t" ? txn.snapshotGet(key) : txn.get(key) }),
  },
];

interface Changes {
  get?: (txn: Txn, key: Bytes) => Promise<Bytes | undefined> | undefined;
  clear?: (txn: Txn, key: Bytes) => void;
}

class MutatedStore implements Store {
  readonly kind: string;
  readonly #store: Store;
  readonly #changes: Changes;

  constructor(store: Store, changes: Changes) {
    this.kind = store.kind;
    this.#store = store;
    this.#changes = changes;
  }

  transact<T>(body: (txn: Txn) => Promise<T>, options?: TransactOptions): Promise<T> {
    return this.#store.transact((txn) => body(new MutatedTxn(txn, this.#changes)), options);
  }
  watch(key: Bytes): Watch {
    return this.#store.watch(key);
  }
  stats(): StoreStats {
    return this.#store.stats();
  }
  close(): Promise<void> {
    return this.#store.close();
  }
}

class MutatedTxn implements Txn {
  readonly #txn: Txn;
  readonly #changes: Changes;

  constructor(txn: Txn, changes: Changes) {
    this.#txn = txn;
    this.#changes = changes;
  }

  async get(key: Bytes): Promise<Bytes | undefined> {
    return await (this.#changes.get ?? ((txn, key) => txn.get(key)))(this.#txn, key);
  }
  snapshotGet(key: Bytes): Promise<Bytes | undefined> {
    return this.#txn.snapshotGet(key);
  }
  range(begin: Bytes, end: Bytes, options: RangeOptions): Promise<Pair[]> {
    return this.#txn.range(begin, end, options);
  }
  set(key: Bytes, value: Bytes): void {
    this.#txn.set(key, value);
  }
  clear(key: Bytes): void {
    (this.#changes.clear ?? ((txn, key) => txn.clear(key)))(this.#txn, key);
  }
  clearRange(begin: Bytes, end: Bytes): void {
    this.#txn.clearRange(begin, end);
  }
  add(key: Bytes, delta: bigint): void {
    this.#txn.add(key, delta);
  }
  setVersionstampedKey(prefix: Bytes, suffix: Bytes, value: Bytes): void {
    this.#txn.setVersionstampedKey(prefix, suffix, value);
  }
  addReadConflict(key: Bytes): void {
    this.#txn.addReadConflict(key);
  }
}
