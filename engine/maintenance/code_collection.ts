/**
 * Collecting code that no definition refers to.
 *
 * - G1 Code is deleted only if it was marked, then seen to be referred to by nothing, and its mark is still there. A
 *      registration that needs it clears the mark, in the transaction that refers to it: whichever commits first, code
 *      that is referred to stays.
 */

import { afterLast, codeKey, codeMarkKey, codesRange, decodeCodeKey, decodeJson, EMPTY } from "../keyspace.ts";
import { type KeyRange, workflowVersionsRange } from "../keyspace.ts";
import { clearLarge, completeLarge } from "../large_value.ts";
import type { WorkflowRecord } from "../records.ts";
import type { Pair, Store, Txn } from "../store/store.ts";

const CODES_PER_PAGE = 200;
/** Definitions may be large. */
const DEFINITIONS_PER_PAGE = 10;

/** The number of codes deleted. */
export async function collectCode(store: Store): Promise<number> {
  const marked = new Set<string>();
  for await (const pairs of pages(store, codesRange(), CODES_PER_PAGE)) {
    const hashes = pairs.map(({ key }) => decodeCodeKey(key));
    await store.transact((txn) => {
      for (const hash of hashes) txn.set(codeMarkKey(hash), EMPTY);
      return Promise.resolve();
    });
    for (const hash of hashes) marked.add(hash);
  }
  for await (const codeHashes of references(store)) for (const hash of codeHashes) marked.delete(hash);
  let deleted = 0;
  for (const hash of marked) if (await store.transact((txn) => collect(txn, hash))) deleted++;
  return deleted;
}

async function collect(txn: Txn, hash: string): Promise<boolean> {
  if (await txn.get(codeMarkKey(hash)) === undefined) return false; // G1
  txn.clear(codeMarkKey(hash));
  clearLarge(txn, codeKey(hash), await txn.get(codeKey(hash)));
  return true;
}

async function* references(store: Store): AsyncGenerator<string[]> {
  for await (const pairs of pages(store, workflowVersionsRange(), DEFINITIONS_PER_PAGE)) {
    yield await store.transact(async (txn) => {
      const wholes = await Promise.all(
        pairs.map(({ key, value }) => completeLarge(txn, key, value, { snapshot: true })),
      );
      return wholes.flatMap((whole) => decodeJson<WorkflowRecord>(whole).codeHashes);
    });
  }
}

async function* pages(store: Store, { begin, end }: KeyRange, limit: number): AsyncGenerator<Pair[]> {
  for (let from = begin;;) {
    const pairs = await store.transact((txn) => txn.range(from, end, { limit, snapshot: true }));
    if (pairs.length > 0) yield pairs;
    if (pairs.length < limit) return;
    from = afterLast(pairs);
  }
}
