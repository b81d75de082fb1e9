/**
 * Keys of the log of all events, beside those of keyspace.ts.
 *
 * | family | key                        | value                                                           |
 * |--------|----------------------------|-----------------------------------------------------------------|
 * | ev     | versionstamp               | EventRecord, JSON: which history record was written             |
 * | evm    | "log"                      | LogMark, JSON: how long events are kept; absent: there is no log |
 * | evm    | "trimmed"                  | cursor up to which events were deleted, JSON                    |
 * | evh    | webhook                    | DeliveryRecord, JSON: who delivers, and how far                 |
 */

import type { KeyRange } from "../keyspace.ts";
import type { Bytes, Txn } from "../store/store.ts";
import { decodeTuple, encodeAroundVersionstamp, encodeTuple, prefixRange, Versionstamp } from "../store/tuple.ts";

/** A place in the log: 24 hex digits that ascend with the order of commits. */
export type Cursor = string;

/** Before every event. */
export const OLDEST: Cursor = "0".repeat(24);

const STAMP_BYTES = 12;

/** Sets an event under the versionstamp that its commit will have; `order` tells those of one transaction apart. */
export function setEvent(txn: Txn, order: number, value: Bytes): void {
  const { prefix, suffix } = encodeAroundVersionstamp(["ev"], [], order);
  txn.setVersionstampedKey(prefix, suffix, value);
}

export function decodeEventKey(key: Bytes): Cursor {
  return (decodeTuple(key)[1] as Versionstamp).bytes.toHex();
}

/** Events after a cursor. */
export function eventsRange(after: Cursor): KeyRange {
  const all = prefixRange(encodeTuple(["ev"]));
  if (after === OLDEST) return all;
  const key = encodeTuple(["ev", new Versionstamp(Uint8Array.fromHex(after))]);
  const begin = new Uint8Array(key.length + 1);
  begin.set(key);
  return { begin, end: all.end };
}

export function isCursor(text: string): boolean {
  return text.length === STAMP_BYTES * 2 && /^[0-9a-f]+$/.test(text);
}

export function logMarkKey(): Bytes {
  return encodeTuple(["evm", "log"]);
}
export function trimmedKey(): Bytes {
  return encodeTuple(["evm", "trimmed"]);
}
export function deliveryKey(webhook: string): Bytes {
  return encodeTuple(["evh", webhook]);
}
