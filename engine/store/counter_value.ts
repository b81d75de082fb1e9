/** Values of counters: 64 bits, little-endian, as FoundationDB's atomic add reads and writes them. */

import type { Bytes } from "./store.ts";
import { COUNTER_BYTES } from "./txn_limits.ts";

const MASK = (1n << 64n) - 1n;

/** The value of a counter; the sign is lost beyond 63 bits, as everywhere. */
export function encodeCounter(count: bigint): Bytes {
  const bytes = new Uint8Array(COUNTER_BYTES);
  new DataView(bytes.buffer).setBigUint64(0, count & MASK, true);
  return bytes;
}

/** The count in a value; absent is 0. A value of another length is cut or filled up with zeros to 8 bytes. */
export function decodeCounter(value: Bytes | undefined): bigint {
  if (value === undefined) return 0n;
  const bytes = new Uint8Array(COUNTER_BYTES);
  bytes.set(value.subarray(0, COUNTER_BYTES));
  return new DataView(bytes.buffer).getBigInt64(0, true);
}
