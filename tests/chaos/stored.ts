/** Reads a store whose engines have stopped, as the simulation's checkers look at it. */

import { afterLast, ALL_KEYS } from "../../engine/keyspace.ts";
import { completeLarge } from "../../engine/large_value.ts";
import type { Store } from "../../engine/store/store.ts";
import { type InstanceChange, Shadow } from "../simulation/shadow.ts";

const ROWS_PER_PAGE = 1_000;
/** Keys from here on are chunks of large values, which are read with their heads. */
const CHUNKS_BEGIN = Uint8Array.of(0xfe);

export async function readShadow(store: Store): Promise<{ shadow: Shadow; changes: InstanceChange[] }> {
  const shadow = new Shadow();
  const changes = new Map<string, InstanceChange>();
  for (let from = ALL_KEYS.begin;;) {
    const pairs = await store.transact(async (txn) => {
      const page = await txn.range(from, CHUNKS_BEGIN, { limit: ROWS_PER_PAGE, snapshot: true });
      return await Promise.all(page.map(async ({ key, value }) => ({
        key,
        value: await completeLarge(txn, key, value, { snapshot: true }),
      })));
    });
    for (const change of shadow.apply({ writes: pairs }, Date.now()).instances) changes.set(change.shadow.id, change);
    if (pairs.length < ROWS_PER_PAGE) break;
    from = afterLast(pairs);
  }
  return { shadow, changes: [...changes.values()] };
}
