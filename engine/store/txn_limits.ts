/**
 * What a transaction weighs, and the refusal of one that is too large (S5).
 *
 * The weights are FoundationDB's or slightly more (a mutation counts its key three times: itself and the two ends of
 * its write conflict range), so that a transaction that is accepted here is never refused by the database.
 */

import { DegovError } from "../../shared/errors.ts";
import { KEY_BYTES_MAX, TXN_BYTES_MAX, VALUE_BYTES_MAX } from "../../shared/limits.ts";
import type { Bytes } from "./store.ts";

/** Bytes of a versionstamp as setVersionstampedKey writes it. */
export const VERSIONSTAMP_BYTES = 10;
/** Bytes of a counter's value. */
export const COUNTER_BYTES = 8;

/** Longest prefix that a store may put before every key. Weighed as if it were there, so that all stores weigh alike. */
export const PREFIX_BYTES_MAX = 64;

const MUTATION_OVERHEAD_BYTES = 100 + 3 * PREFIX_BYTES_MAX;
const CONFLICT_OVERHEAD_BYTES = 40 + 2 * PREFIX_BYTES_MAX;

/** Weight of setting a key, or of adding to one. */
export function setBytes(keyBytes: number, valueBytes: number): number {
  return 3 * keyBytes + valueBytes + MUTATION_OVERHEAD_BYTES;
}

/** Weight of clearing one key. */
export function clearBytes(keyBytes: number): number {
  return 4 * keyBytes + MUTATION_OVERHEAD_BYTES + PREFIX_BYTES_MAX;
}

/** Weight of clearing a range. */
export function clearRangeBytes(beginBytes: number, endBytes: number): number {
  return 2 * (beginBytes + endBytes) + MUTATION_OVERHEAD_BYTES + PREFIX_BYTES_MAX;
}

/** Weight of a versionstamped set: FoundationDB appends four bytes that say where the stamp goes. */
export function setVersionstampedBytes(affixBytes: number, valueBytes: number): number {
  return setBytes(affixBytes + VERSIONSTAMP_BYTES + 4, valueBytes);
}

/** Weight of a read conflict on one key. */
export function readBytes(keyBytes: number): number {
  return 2 * keyBytes + CONFLICT_OVERHEAD_BYTES;
}

/** Weight of a read conflict on a range. */
export function readRangeBytes(beginBytes: number, endBytes: number): number {
  return beginBytes + endBytes + CONFLICT_OVERHEAD_BYTES;
}

/** The refusal of a key of `keyBytes` bytes that begins with `start`, if it is too long. */
export function keyRefusal(keyBytes: number, start: Bytes, keyBytesMax = KEY_BYTES_MAX): DegovError | undefined {
  if (keyBytes <= keyBytesMax) return undefined;
  return new DegovError(
    "RESOURCE_EXHAUSTED",
    `Cannot write the key ${start.subarray(0, 32).toHex()}...: it has ${keyBytes} bytes, the limit is ${keyBytesMax}`,
  );
}

/** The refusal of a value, if it is too long. */
export function valueRefusal(key: Bytes, value: Bytes): DegovError | undefined {
  if (value.length <= VALUE_BYTES_MAX) return undefined;
  return new DegovError(
    "RESOURCE_EXHAUSTED",
    `Cannot write a value of ${value.length} bytes to the key ${key.subarray(0, 64).toHex()}: ` +
      `the limit is ${VALUE_BYTES_MAX}; split it into chunks`,
  );
}

/** The refusal of a transaction, if it weighs too much. */
export function txnRefusal(bytes: number): DegovError | undefined {
  if (bytes <= TXN_BYTES_MAX) return undefined;
  return new DegovError(
    "RESOURCE_EXHAUSTED",
    `Cannot add to the transaction: its reads and writes weigh ${bytes} bytes, the limit is ${TXN_BYTES_MAX}; ` +
      `split it into several transactions`,
  );
}
