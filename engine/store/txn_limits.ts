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

const MUTATION_OVERHEAD_BYTES = 100;
const CONFLICT_OVERHEAD_BYTES = 40;

/** Weight of setting a key, or of adding to one (`valueBytes` 8). */
export function setBytes(keyBytes: number, valueBytes: number): number {
  return 3 * keyBytes + valueBytes + MUTATION_OVERHEAD_BYTES;
}

/** Weight of clearing one key. */
export function clearBytes(keyBytes: number): number {
  return 4 * keyBytes + MUTATION_OVERHEAD_BYTES;
}

/** Weight of clearing a range. */
export function clearRangeBytes(beginBytes: number, endBytes: number): number {
  return 2 * (beginBytes + endBytes) + MUTATION_OVERHEAD_BYTES;
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

/** @throws DegovError RESOURCE_EXHAUSTED for a key that is too long. */
export function checkKey(key: Bytes, keyBytesMax = KEY_BYTES_MAX): void {
  checkKeyBytes(key.length, key, keyBytesMax);
}

/** @throws DegovError RESOURCE_EXHAUSTED when `keyBytes`, the length of a key that begins with `start`, is too much. */
export function checkKeyBytes(keyBytes: number, start: Bytes, keyBytesMax = KEY_BYTES_MAX): void {
  if (keyBytes <= keyBytesMax) return;
  throw new DegovError(
    "RESOURCE_EXHAUSTED",
    `Cannot write the key ${start.subarray(0, 32).toHex()}...: it has ${keyBytes} bytes, the limit is ${keyBytesMax}`,
  );
}

/** @throws DegovError RESOURCE_EXHAUSTED for a value that is too long. */
export function checkValue(key: Bytes, value: Bytes): void {
  if (value.length <= VALUE_BYTES_MAX) return;
  throw new DegovError(
    "RESOURCE_EXHAUSTED",
    `Cannot write a value of ${value.length} bytes to the key ${key.subarray(0, 64).toHex()}: ` +
      `the limit is ${VALUE_BYTES_MAX}; split it into chunks`,
  );
}

/** @throws DegovError RESOURCE_EXHAUSTED for a transaction that weighs too much. */
export function checkTxnBytes(bytes: number): void {
  if (bytes <= TXN_BYTES_MAX) return;
  throw new DegovError(
    "RESOURCE_EXHAUSTED",
    `Cannot add to the transaction: its reads and writes weigh ${bytes} bytes, the limit is ${TXN_BYTES_MAX}; ` +
      `split it into several transactions`,
  );
}
