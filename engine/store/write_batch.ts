/**
 * The commits of one flush as one block of bytes, to be handed to the writer's thread without a copy.
 *
 * - B1 Clears of ranges come first, then at most one entry per key, its latest: order among entries does not matter.
 *
 * Layout, little-endian: f64 newest version, u32 count, then per operation u8 kind, u32 length, u32 length, and the two byte strings
 * (key and value, key and nothing, or the two ends of a range).
 */

import type { Commit } from "./commit_window.ts";
import type { Bytes } from "./store.ts";

const SET = 1, CLEAR = 2, CLEAR_RANGE = 3;
const HEADER_BYTES = 12;
const OPERATION_BYTES = 9;

/** What reads a batch. */
export interface BatchReader {
  set(key: Bytes, value: Bytes): void;
  clear(key: Bytes): void;
  clearRange(begin: Bytes, end: Bytes): void;
}

const EMPTY = new Uint8Array();

/** The batch of the newest commits there are, oldest first: what a later commit overwrote would be missing (B1). */
export function encodeBatch(commits: readonly Commit[]): ArrayBuffer {
  const operations: [kind: number, first: Bytes, second: Bytes][] = [];
  let bytes = HEADER_BYTES;
  for (const { clears } of commits) {
    for (const range of clears) {
      const [begin, end] = [Uint8Array.fromHex(range.begin), Uint8Array.fromHex(range.end)];
      operations.push([CLEAR_RANGE, begin, end]);
      bytes += OPERATION_BYTES + begin.length + end.length;
    }
  }
  for (const { chains, entries } of commits) {
    for (let index = 0; index < chains.length; index++) {
      const { key, newest } = chains[index];
      if (newest !== entries[index]) continue; // B1: a later commit, which is in the batch too, has written the key.
      const { value } = newest;
      operations.push(value === undefined ? [CLEAR, key, EMPTY] : [SET, key, value]);
      bytes += OPERATION_BYTES + key.length + (value?.length ?? 0);
    }
  }
  return writeOperations(operations, { bytes, version: commits.at(-1)?.version ?? 0 });
}

/** The version of a batch's newest commit. */
export function batchVersion(batch: ArrayBuffer): number {
  return new DataView(batch).getFloat64(0, true);
}

/** Hands the operations of a batch to the reader, in order. */
export function decodeBatch(batch: ArrayBuffer, reader: BatchReader): void {
  const bytes = new Uint8Array(batch);
  const view = new DataView(batch);
  let at = HEADER_BYTES;
  for (let left = view.getUint32(8, true); left > 0; left--) {
    const kind = bytes[at];
    const middle = at + OPERATION_BYTES + view.getUint32(at + 1, true);
    const end = middle + view.getUint32(at + 5, true);
    const first = bytes.subarray(at + OPERATION_BYTES, middle);
    if (kind === SET) reader.set(first, bytes.subarray(middle, end));
    else if (kind === CLEAR) reader.clear(first);
    else reader.clearRange(first, bytes.subarray(middle, end));
    at = end;
  }
}

function writeOperations(
  operations: readonly [number, Bytes, Bytes][],
  { bytes, version }: { bytes: number; version: number },
): ArrayBuffer {
  const block = new Uint8Array(bytes);
  const view = new DataView(block.buffer);
  view.setFloat64(0, version, true);
  view.setUint32(8, operations.length, true);
  let at = HEADER_BYTES;
  for (const [kind, first, second] of operations) {
    block[at] = kind;
    view.setUint32(at + 1, first.length, true);
    view.setUint32(at + 5, second.length, true);
    block.set(first, at + OPERATION_BYTES);
    block.set(second, at + OPERATION_BYTES + first.length);
    at += OPERATION_BYTES + first.length + second.length;
  }
  return block.buffer;
}
