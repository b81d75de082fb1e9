/** How many permits of a bound are taken. A bound of which none is has no row: keys may be made of customers' names. */

import { decodeJson, encodeJson } from "../keyspace.ts";
import type { Bytes, Txn } from "../store/store.ts";

export async function readPermitCount(txn: Txn, key: Bytes): Promise<number> {
  const bytes = await txn.get(key);
  return bytes === undefined ? 0 : decodeJson<number>(bytes);
}

export function writePermitCount(txn: Txn, key: Bytes, count: number): void {
  if (count === 0) txn.clear(key);
  else txn.set(key, encodeJson(count));
}
