/**
 * Values above one value's bound, kept in chunks.
 *
 * A small value stands under its key as it is. A larger one leaves a header with the number of chunks there, and its
 * chunks in a range of their own, under a mark, the key and their number.
 * Our values are JSON text, which never begins with the header's first byte.
 */

import { VALUE_BYTES_MAX } from "../shared/limits.ts";
import { assert } from "../shared/errors.ts";
import type { KeyRange } from "./keyspace.ts";
import type { Bytes, Txn } from "./store/store.ts";

const HEADER_MARK = 0x01;
const HEADER_BYTES = 5;
/** Below the bound with room to spare, as FoundationDB is at its best with values of tens of kilobytes. */
const CHUNK_BYTES = 60_000;

/** The value, put together again. */
export async function readLarge(
  txn: Txn,
  key: Bytes,
  options: { snapshot?: boolean } = {},
): Promise<Bytes | undefined> {
  const head = options.snapshot ? await txn.snapshotGet(key) : await txn.get(key);
  return head === undefined ? undefined : await completeLarge(txn, key, head, options);
}

/** The value whose first part was read as part of a range or by a get. */
export async function completeLarge(
  txn: Txn,
  key: Bytes,
  head: Bytes,
  options: { snapshot?: boolean } = {},
): Promise<Bytes> {
  if (!isChunked(head)) return head;
  const count = chunkCount(head);
  const pairs = await txn.range(chunkKey(key, 0), chunkKey(key, count), { limit: count, snapshot: options.snapshot });
  assert(pairs.length === count, `a large value has ${pairs.length} of ${count} chunks`);
  const whole = new Uint8Array(pairs.reduce((sum, pair) => sum + pair.value.length, 0));
  let at = 0;
  for (const pair of pairs) {
    whole.set(pair.value, at);
    at += pair.value.length;
  }
  return whole;
}

/**
 * Writes the value. `previous` is the head that the key had, where it may have had one: chunks left over from a longer
 * value are cleared.
 */
export function writeLarge(txn: Txn, key: Bytes, value: Bytes, previous?: Bytes): void {
  assert(value.length === 0 || value[0] !== HEADER_MARK, "a value must not look like a header of chunks");
  if (previous !== undefined && isChunked(previous)) {
    txn.clearRange(chunkKey(key, 0), chunkKey(key, chunkCount(previous)));
  }
  if (value.length <= VALUE_BYTES_MAX) {
    txn.set(key, value);
    return;
  }
  const count = Math.ceil(value.length / CHUNK_BYTES);
  const head = new Uint8Array(HEADER_BYTES);
  head[0] = HEADER_MARK;
  new DataView(head.buffer).setUint32(1, count);
  txn.set(key, head);
  for (let index = 0; index < count; index++) {
    txn.set(chunkKey(key, index), value.subarray(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES));
  }
}

/** Clears the value and its chunks. */
export function clearLarge(txn: Txn, key: Bytes, previous: Bytes | undefined): void {
  txn.clear(key);
  if (previous !== undefined && isChunked(previous)) {
    txn.clearRange(chunkKey(key, 0), chunkKey(key, chunkCount(previous)));
  }
}

/** The chunks of all keys that begin with the prefix. */
export function chunksRange({ begin, end }: KeyRange): KeyRange {
  return { begin: withMark(begin), end: withMark(end) };
}

function withMark(key: Bytes): Bytes {
  const marked = new Uint8Array(key.length + 1);
  marked[0] = CHUNK_MARK;
  marked.set(key, 1);
  return marked;
}

function isChunked(head: Bytes): boolean {
  return head.length === HEADER_BYTES && head[0] === HEADER_MARK;
}

function chunkCount(head: Bytes): number {
  return new DataView(head.buffer, head.byteOffset, head.length).getUint32(1);
}

/** Begins the keys of all chunks: above every byte that begins a tuple, so that no scan of a family meets a chunk. */
const CHUNK_MARK = 0xfe;

function chunkKey(key: Bytes, index: number): Bytes {
  const chunk = new Uint8Array(key.length + 5);
  chunk[0] = CHUNK_MARK;
  chunk.set(key, 1);
  new DataView(chunk.buffer).setUint32(key.length + 1, index);
  return chunk;
}
