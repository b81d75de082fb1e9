/** Identifiers that the system makes. */

import { randomBytes } from "node:crypto";

/** Bytes drawn from the system at once: one call per 128 ids. */
const POOL_BYTES = 2048;
const ID_BYTES = 16;
let pool: Uint8Array = new Uint8Array(0);
let used = 0;

/** 128 random bits, as 22 characters of base64url. */
function randomId(): string {
  if (used + ID_BYTES > pool.length) {
    pool = randomBytes(POOL_BYTES);
    used = 0;
  }
  const bytes = pool.subarray(used, used + ID_BYTES);
  used += ID_BYTES;
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}

/** The right to complete one attempt. */
export const newToken = randomId;
/** Ascending in ASCII, so that texts of equal length sort as the numbers they stand for. */
const DIGITS = "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";
/** 42 bits: milliseconds until the year 2109. */
const TIME_CHARS = 7;
const RANDOM_CHARS = 14;

/**
 * Id of an instance whose client chose none: a random hexadecimal digit, the time, and 80 random bits.
 *
 * Instances that live at the same time thus lie side by side in an ordered store, in 16 places: what is written
 * together is on few pages of a file, and still spread over a cluster's servers.
 */
export function newInstanceId(nowMs: number = Date.now()): string {
  const random = randomId();
  let rest = nowMs;
  let time = "";
  for (let digit = 0; digit < TIME_CHARS; digit++) {
    time = DIGITS[rest % 64] + time;
    rest = Math.floor(rest / 64);
  }
  return (random.charCodeAt(0) % 16).toString(16) + time + random.slice(-RANDOM_CHARS);
}
/** Id of an event or another operation whose client chose none. */
export const newOperationId = randomId;
/** Id of an engine, among those that share a store. */
export const newEngineId = randomId;
/** Id of a worker's session. */
export const newSessionId = randomId;
