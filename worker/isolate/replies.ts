/** What the isolate writes to its worker process. Owns the write buffer and the process's secret (F2 of frame.ts). */

import { FromIsolate, REPLY_HEADER_BYTES, SECRET_BYTES } from "./frame.ts";
import { platform } from "./platform.ts";

const LENGTH_BYTES = 4;
const HEADER_BYTES = LENGTH_BYTES + REPLY_HEADER_BYTES;
const { encoder, writeSync } = platform;

let buffer = new Uint8Array(64 * 1024);
let view = new DataView(buffer.buffer);

/** Takes the secret that every later frame carries. */
export function setSecret(secret: Uint8Array): void {
  buffer.set(secret.subarray(0, SECRET_BYTES), LENGTH_BYTES);
}

/** Tells that the isolate takes work. */
export function writeReady(): void {
  write(FromIsolate.ready, 0, 0);
}

/** The size of the process in KiB that the next replies carry. */
export function setResident(residentKib: number): void {
  view.setUint32(LENGTH_BYTES + SECRET_BYTES + 5, residentKib, true);
}

/** The result of a run: JSON text, or a failure as JSON text. */
export function writeEnding(run: number, kind: "completed" | "failed", text: string): void {
  write(FromIsolate[kind], run, encode(text, 0));
}

/** A console line; returns the bytes that its text takes. */
export function writeConsole(run: number, level: number, text: string): number {
  const bytes = encode(text, 1);
  buffer[HEADER_BYTES] = level;
  write(FromIsolate.console, run, bytes + 1);
  return bytes;
}

/** Bytes of a text in UTF-8, by encoding it into the buffer. */
function encode(text: string, offset: number): number {
  const start = HEADER_BYTES + offset;
  if (text.length * 3 > buffer.length - start) grow(start + text.length * 3);
  return encoder.encodeInto(text, buffer.subarray(start)).written;
}

function grow(bytes: number): void {
  const larger = new Uint8Array(Math.max(bytes, 2 * buffer.length));
  larger.set(buffer.subarray(0, HEADER_BYTES));
  buffer = larger;
  view = new DataView(buffer.buffer);
}

function write(kind: number, run: number, payloadBytes: number): void {
  view.setUint32(0, REPLY_HEADER_BYTES + payloadBytes, true);
  buffer[LENGTH_BYTES + SECRET_BYTES] = kind;
  view.setUint32(LENGTH_BYTES + SECRET_BYTES + 1, run, true);
  const end = HEADER_BYTES + payloadBytes;
  for (let at = 0; at < end;) at += writeSync(buffer.subarray(at, end));
}
