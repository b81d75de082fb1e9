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
/** Id of an instance whose client chose none. */
export const newInstanceId = randomId;
/** Id of an event or another operation whose client chose none. */
export const newOperationId = randomId;
/** Id of a worker's session. */
export const newSessionId = randomId;
