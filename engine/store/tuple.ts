/**
 * Keys as tuples: the FoundationDB tuple layer, byte for byte.
 *
 * - T1 Bytewise order of the encodings is the order of the tuples: element by element; by type first (null, bytes,
 *      strings, integers, doubles, false, true, versionstamps); strings by their UTF-8 bytes.
 * - T2 decodeTuple(encodeTuple(t)) equals t, and a tuple that begins another has an encoding that begins the other's.
 *
 * Nested tuples, floats, UUIDs and integers beyond 64 bits are left out: no key of this project has them.
 *
 * Specification: https://github.com/apple/foundationdb/blob/main/design/tuple.md
 */

import { assert } from "../../shared/errors.ts";
import { cutBytes } from "./slab.ts";
import type { Bytes } from "./store.ts";

/** A 64-bit float. Wrapped, because plain numbers are integers and the two types do not sort among each other. */
export class Double {
  constructor(readonly value: number) {}
}

/** A complete versionstamp: the 10 bytes that a commit gave, and 2 that the writer chose. */
export class Versionstamp {
  /** @param bytes exactly 12 bytes. */
  constructor(readonly bytes: Bytes) {
    assert(bytes.length === VERSIONSTAMP_BYTES, `a versionstamp has 12 bytes, not ${bytes.length}`);
  }
}

/** One element. A number must be a safe integer; a bigint must fit into 64 bits and a sign. */
export type TupleElement = null | Bytes | string | number | bigint | Double | boolean | Versionstamp;
export type Tuple = readonly TupleElement[];

const NULL = 0x00, BYTES = 0x01, STRING = 0x02, ZERO = 0x14, DOUBLE = 0x21, FALSE = 0x26, TRUE = 0x27, STAMP = 0x33;
const ESCAPE = 0xff;
const INT_BYTES_MAX = 8;
const INT_MAX = 2n ** 64n - 1n;
const VERSIONSTAMP_BYTES = 12;
/** What of an element is not payload: type code, terminator, and the widest number. */
const ELEMENT_OVERHEAD_BYTES = 16;

const textEncoder = new TextEncoder();
const textDecoder = new TextDecoder("utf-8", { fatal: true });

/** Encodings are built here and sliced off; grows to the longest ever asked for. */
let scratch = new Uint8Array(4_096);
let view = new DataView(scratch.buffer);

/** The encoding of the tuple. */
export function encodeTuple(tuple: Tuple): Bytes {
  const length = encodeToScratch(tuple);
  return cutBytes(scratch, length); // Only now: encoding may have replaced the buffer.
}

/** The two halves that `setVersionstampedKey` takes, around a versionstamp element with `userVersion` (0 to 65535). */
export function encodeAroundVersionstamp(
  before: Tuple,
  after: Tuple,
  userVersion = 0,
): { prefix: Bytes; suffix: Bytes } {
  const head = encodeToScratch(before);
  reserve(head, 1);
  scratch[head] = STAMP;
  const prefix = scratch.slice(0, head + 1);
  const tail = encodeTuple(after);
  const suffix = new Uint8Array(2 + tail.length);
  suffix[0] = userVersion >> 8;
  suffix[1] = userVersion & 0xff;
  suffix.set(tail, 2);
  return { prefix, suffix };
}

/** The tuple that was encoded. Integers beyond the safe range come back as bigint. @throws Error on any other bytes. */
export function decodeTuple(bytes: Bytes): TupleElement[] {
  const tuple: TupleElement[] = [];
  let at = 0;
  while (at < bytes.length) {
    const code = bytes[at++];
    if (code === NULL) tuple.push(null);
    else if (code === FALSE) tuple.push(false);
    else if (code === TRUE) tuple.push(true);
    else if (code === BYTES || code === STRING) {
      const end = terminatorAt(bytes, at);
      if (code === STRING) tuple.push(asciiText(bytes, at, end) ?? textDecoder.decode(unescaped(bytes, at, end)));
      else tuple.push(unescaped(bytes, at, end));
      at = end + 1;
    } else if (code >= ZERO - INT_BYTES_MAX && code <= ZERO + INT_BYTES_MAX) {
      const width = Math.abs(code - ZERO);
      need(bytes, at, width);
      tuple.push(decodeInteger(bytes, at, width, code < ZERO));
      at += width;
    } else if (code === DOUBLE) {
      need(bytes, at, 8);
      tuple.push(decodeDouble(bytes, at));
      at += 8;
    } else if (code === STAMP) {
      need(bytes, at, VERSIONSTAMP_BYTES);
      tuple.push(new Versionstamp(bytes.slice(at, at + VERSIONSTAMP_BYTES)));
      at += VERSIONSTAMP_BYTES;
    } else {
      throw undecodable(bytes, `byte ${at - 1} holds the unknown type code ${code}`);
    }
  }
  return tuple;
}

/** The first key after every key that begins with `prefix`. @throws when there is none: empty, or nothing but 0xff. */
export function strinc(prefix: Bytes): Bytes {
  let length = prefix.length;
  while (length > 0 && prefix[length - 1] === 0xff) length--;
  assert(length > 0, `no key follows the prefix "${prefix.toHex()}"`);
  const end = prefix.slice(0, length);
  end[length - 1]++;
  return end;
}

/** All keys that begin with `prefix`, itself included. */
export function prefixRange(prefix: Bytes): { begin: Bytes; end: Bytes } {
  return { begin: prefix, end: strinc(prefix) };
}

/** All tuples that begin with `tuple` and are longer. */
export function tupleRange(tuple: Tuple): { begin: Bytes; end: Bytes } {
  const length = encodeToScratch(tuple);
  reserve(length, 1);
  scratch[length] = 0x00;
  const begin = scratch.slice(0, length + 1);
  const end = begin.slice();
  end[length] = 0xff;
  return { begin, end };
}

function encodeToScratch(tuple: Tuple): number {
  let at = 0;
  for (let index = 0; index < tuple.length; index++) at = encodeElement(tuple[index], at);
  return at;
}

function encodeElement(element: TupleElement, at: number): number {
  if (typeof element === "string") return encodeString(element, at);
  if (typeof element === "number") return encodeNumber(element, at);
  reserve(at, ELEMENT_OVERHEAD_BYTES);
  if (element === null) {
    scratch[at] = NULL;
    return at + 1;
  }
  if (typeof element === "boolean") {
    scratch[at] = element ? TRUE : FALSE;
    return at + 1;
  }
  if (typeof element === "bigint") return encodeBigint(element, at);
  if (element instanceof Double) {
    scratch[at] = DOUBLE;
    view.setFloat64(at + 1, element.value);
    if (scratch[at + 1] & 0x80) { for (let index = at + 1; index <= at + 8; index++) scratch[index] ^= 0xff; }
    else scratch[at + 1] ^= 0x80;
    return at + 9;
  }
  if (element instanceof Versionstamp) {
    scratch[at] = STAMP;
    scratch.set(element.bytes, at + 1);
    return at + 1 + VERSIONSTAMP_BYTES;
  }
  return encodeEscaped(BYTES, element, at);
}

function encodeString(text: string, at: number): number {
  // One pass over ASCII, which nearly every key is made of; anything else (and NUL, which is escaped) goes through UTF-8.
  reserve(at, text.length + ELEMENT_OVERHEAD_BYTES);
  scratch[at] = STRING;
  let end = at + 1;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit === 0 || unit >= 0x80) {
      assert(text.isWellFormed(), "a string in a key must not hold half of a surrogate pair");
      return encodeEscaped(STRING, textEncoder.encode(text), at);
    }
    scratch[end++] = unit;
  }
  scratch[end] = 0;
  return end + 1;
}

function encodeEscaped(code: number, bytes: Bytes, at: number): number {
  reserve(at, 2 * bytes.length + ELEMENT_OVERHEAD_BYTES);
  scratch[at++] = code;
  for (let index = 0; index < bytes.length; index++) {
    scratch[at++] = bytes[index];
    if (bytes[index] === 0) scratch[at++] = ESCAPE;
  }
  scratch[at] = 0;
  return at + 1;
}

function encodeNumber(value: number, at: number): number {
  assert(Number.isSafeInteger(value), `a number in a key must be a safe integer, not ${value}; wrap others in Double`);
  reserve(at, ELEMENT_OVERHEAD_BYTES);
  if (value === 0) {
    scratch[at] = ZERO;
    return at + 1;
  }
  const magnitude = Math.abs(value);
  let width = 1;
  for (let bound = 0x100; magnitude >= bound; bound *= 0x100) width++;
  scratch[at] = value < 0 ? ZERO - width : ZERO + width;
  let rest = magnitude;
  for (let index = at + width; index > at; index--) {
    const byte = rest % 0x100;
    scratch[index] = value < 0 ? byte ^ 0xff : byte; // Negative: one's complement, so that -2 sorts before -1.
    rest = (rest - byte) / 0x100;
  }
  return at + 1 + width;
}

function encodeBigint(value: bigint, at: number): number {
  const magnitude = value < 0n ? -value : value;
  assert(magnitude <= INT_MAX, `an integer in a key must fit into 64 bits, ${value} does not`);
  if (magnitude <= Number.MAX_SAFE_INTEGER) return encodeNumber(Number(value), at);
  let width = 0;
  for (let rest = magnitude; rest > 0n; rest >>= 8n) width++;
  scratch[at] = value < 0n ? ZERO - width : ZERO + width;
  let rest = magnitude;
  for (let index = at + width; index > at; index--) {
    const byte = Number(rest & 0xffn);
    scratch[index] = value < 0n ? byte ^ 0xff : byte;
    rest >>= 8n;
  }
  return at + 1 + width;
}

function decodeInteger(bytes: Bytes, at: number, width: number, negative: boolean): number | bigint {
  const flip = negative ? 0xff : 0;
  if (width <= 6) {
    let value = 0;
    for (let index = at; index < at + width; index++) value = value * 0x100 + (bytes[index] ^ flip);
    return negative && value !== 0 ? -value : value;
  }
  let value = 0n;
  for (let index = at; index < at + width; index++) value = (value << 8n) | BigInt(bytes[index] ^ flip);
  if (negative) value = -value;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function decodeDouble(bytes: Bytes, at: number): Double {
  const raw = bytes.slice(at, at + 8);
  if (raw[0] & 0x80) raw[0] ^= 0x80;
  else for (let index = 0; index < 8; index++) raw[index] ^= 0xff;
  return new Double(new DataView(raw.buffer).getFloat64(0));
}

function terminatorAt(bytes: Bytes, from: number): number {
  for (let at = from; at < bytes.length; at++) {
    if (bytes[at] !== 0) continue;
    if (bytes[at + 1] !== ESCAPE) return at;
    at++;
  }
  throw undecodable(bytes, `the element at byte ${from} has no end`);
}

/** The text, when it is short and plain ASCII, as in nearly every key: four times as fast as a TextDecoder. */
function asciiText(bytes: Bytes, begin: number, end: number): string | undefined {
  if (end - begin > 128) return undefined;
  for (let at = begin; at < end; at++) {
    if (bytes[at] === 0 || bytes[at] >= 0x80) return undefined;
  }
  return String.fromCharCode.apply(null, bytes.subarray(begin, end) as unknown as number[]);
}

function unescaped(bytes: Bytes, begin: number, end: number): Bytes {
  const raw = bytes.slice(begin, end);
  let length = 0;
  for (let at = 0; at < raw.length; at++) {
    raw[length++] = raw[at];
    if (raw[at] === 0) at++;
  }
  return length === raw.length ? raw : raw.slice(0, length);
}

function need(bytes: Bytes, at: number, width: number): void {
  if (at + width > bytes.length) {
    throw undecodable(bytes, `the element at byte ${at - 1} is cut off`);
  }
}

function undecodable(bytes: Bytes, why: string): Error {
  const hex = bytes.subarray(0, 64).toHex();
  return new Error(`Cannot decode the tuple ${hex}${bytes.length > 64 ? "..." : ""}: ${why}`);
}

function reserve(at: number, moreBytes: number): void {
  if (at + moreBytes <= scratch.length) return;
  const grown = new Uint8Array(2 * (at + moreBytes));
  grown.set(scratch.subarray(0, at));
  scratch = grown;
  view = new DataView(scratch.buffer);
}
