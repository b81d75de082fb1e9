/**
 * Short byte strings cut from larger blocks: allocating each by itself costs 1 to 2 µs here and as much again when it is
 * collected, which would be a third of the work of writing a pair.
 *
 * - L1 A block is written once, from its beginning to its end: what has been cut never changes (S7).
 * - L2 A block lives as long as anything cut from it. So blocks are small, only short strings are cut, and whoever keeps
 *      a few of them for long keeps copies.
 */

import type { Bytes } from "./store.ts";

const BLOCK_BYTES = 16 * 1024;
/** Longer strings are worth an allocation of their own. */
const CUT_BYTES_MAX = 2 * 1024;
/** A copy of so few bytes is faster byte by byte than through a view. */
const LOOP_BYTES_MAX = 64;
/** UTF-8 takes at most so many bytes for a unit of text. */
const BYTES_PER_UNIT_MAX = 3;

const encoder = new TextEncoder();

let block = new Uint8Array(BLOCK_BYTES);
let used = 0;

/** A copy of the first `length` bytes. */
export function cutBytes(source: Uint8Array, length: number): Bytes {
  if (length > CUT_BYTES_MAX) return source.slice(0, length);
  reserve(length);
  const begin = used;
  if (length <= LOOP_BYTES_MAX) {
    for (let index = 0; index < length; index++) block[begin + index] = source[index];
  } else block.set(source.subarray(0, length), begin);
  used += length;
  return block.subarray(begin, used);
}

/** The text in UTF-8. */
export function cutText(text: string): Bytes {
  const bytesMax = text.length * BYTES_PER_UNIT_MAX;
  if (bytesMax > CUT_BYTES_MAX) return encoder.encode(text);
  reserve(bytesMax);
  const begin = used;
  used += encoder.encodeInto(text, block.subarray(begin)).written;
  return block.subarray(begin, used);
}

function reserve(bytes: number): void {
  if (used + bytes <= BLOCK_BYTES) return;
  block = new Uint8Array(BLOCK_BYTES); // L1
  used = 0;
}
