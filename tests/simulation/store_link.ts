/** The store as one node sees it: nothing that the node began reaches the store after its death, or while it is cut off. */

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
import { FOREVER, type Node } from "./node.ts";

/** How often a node that is cut off looks whether it still is. */
const CUT_LOOK_MS = 100;

export class StoreLink implements Store {
  readonly kind: string;
  readonly #store: Store;
  readonly #node: Node;
  /** While true, reads and commits wait. */
  isCut = false;

  constructor(store: Store, node: Node) {
    this.kind = store.kind;
    this.#store = store;
    this.#node = node;
  }

  transact<T>(body: (txn: Txn) => Promise<T>, options?: TransactOptions): Promise<T> {
    if (this.#node.isDead) return FOREVER;
    return this.#node.live(this.#store.transact(async (txn) => {
      const value = await body(new LinkedTxn(txn, this));
      await this.reach();
      return value;
    }, options));
  }

  /** Resolves once the store can be reached; never for a dead node. */
  async reach(): Promise<void> {
    while (this.isCut && !this.#node.isDead) await this.#node.time.sleep(CUT_LOOK_MS);
    if (this.#node.isDead) await FOREVER;
  }

  watch(key: Bytes): Watch {
    const watch = this.#store.watch(key);
    return { armed: this.#node.live(watch.armed), changed: this.#node.live(watch.changed), cancel: watch.cancel };
  }

  stats(): StoreStats {
    return this.#store.stats();
  }

  /** The store outlives its nodes. */
  close(): Promise<void> {
    return Promise.resolve();
  }
}

class LinkedTxn implements Txn {
  readonly #txn: Txn;
  readonly #link: StoreLink;

  constructor(txn: Txn, link: StoreLink) {
    this.#txn = txn;
    this.#link = link;
  }

  get(key: Bytes): Promise<Bytes | undefined> {
    return this.#after(this.#txn.get(key));
  }
  snapshotGet(key: Bytes): Promise<Bytes | undefined> {
    return this.#after(this.#txn.snapshotGet(key));
  }
  range(begin: Bytes, end: Bytes, options: RangeOptions): Promise<Pair[]> {
    return this.#after(this.#txn.range(begin, end, options));
  }
  set(key: Bytes, value: Bytes): void {
    this.#txn.set(key, value);
  }
  clear(key: Bytes): void {
    this.#txn.clear(key);
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

  async #after<T>(read: Promise<T>): Promise<T> {
    const value = await read;
    await this.#link.reach();
    return value;
  }
}
