/**
 * The wire between a worker process and one of its isolates: length-prefixed frames on the isolate's stdin and stdout.
 *
 * Numbers are little-endian. A frame is `u32 length` and that many bytes.
 * To the isolate: `u8 kind` and the kind's fields. From the isolate: 16 bytes of secret, `u8 kind`, `u32 run`,
 * `u32 resident KiB` and the payload; a frame without the secret is forged, and the process that wrote it is killed.
 *
 * - F1: a frame is never longer than {@link FRAME_BYTES_MAX}; a longer announced length is a protocol violation.
 * - F2: what is written to the isolate is written by the worker process alone, what is read from it is hostile.
 */

import { DEFINITION_BYTES_MAX } from "../../shared/limits.ts";

/** Bound on one frame: the largest code, with room for its envelope. */
export const FRAME_BYTES_MAX = 2 * DEFINITION_BYTES_MAX;
export const SECRET_BYTES = 16;
const LENGTH_BYTES = 4;

/** Kinds of frames to the isolate. */
export const ToIsolate = { init: 1, code: 2, run: 3, forget: 4 } as const;
/** Kinds of frames from the isolate. */
export const FromIsolate = { ready: 1, completed: 2, failed: 3, console: 4 } as const;

/** Bytes of a run frame before its input: kind, run, code, memory. */
export const RUN_HEADER_BYTES = 1 + 4 + 4 + 8;
/** Bytes of a frame from the isolate before its payload: secret, kind, run, resident KiB. */
export const REPLY_HEADER_BYTES = SECRET_BYTES + 1 + 4 + 4;

/** Console levels as they travel. */
export const CONSOLE_LEVELS = ["debug", "log", "info", "warn", "error"] as const;

/** A frame for the isolate that carries a number and bytes: init (0 and the secret), code, forget. */
export function encodeFrame(kind: number, id: number, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(LENGTH_BYTES + 5 + payload.length);
  const view = new DataView(frame.buffer);
  view.setUint32(0, 5 + payload.length, true);
  frame[4] = kind;
  view.setUint32(5, id, true);
  frame.set(payload, 9);
  return frame;
}

/** What a run frame carries besides the input. */
export interface RunHeader {
  run: number;
  code: number;
  memoryBytes: number;
}

/** A frame that tells the isolate to run code that it already has. */
export function encodeRun(header: RunHeader, input: Uint8Array): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(LENGTH_BYTES + RUN_HEADER_BYTES + input.length);
  const view = new DataView(frame.buffer);
  view.setUint32(0, RUN_HEADER_BYTES + input.length, true);
  frame[4] = ToIsolate.run;
  view.setUint32(5, header.run, true);
  view.setUint32(9, header.code, true);
  view.setFloat64(13, header.memoryBytes, true);
  frame.set(input, LENGTH_BYTES + RUN_HEADER_BYTES);
  return frame;
}

/** Cuts a stream of bytes into frames. The bytes handed out are valid until the next call of {@link push}. */
export class FrameReader {
  #buffer = new Uint8Array(64 * 1024);
  #used = 0;
  /** Bytes at the start that were handed out as frames. */
  #consumed = 0;

  /** Frames completed by these bytes, without their length. Throws when a length crosses the bound (F1). */
  push(chunk: Uint8Array): Uint8Array[] {
    this.#buffer.copyWithin(0, this.#consumed, this.#used);
    this.#used -= this.#consumed;
    this.#consumed = 0;
    if (this.#used + chunk.length > this.#buffer.length) {
      const larger = new Uint8Array(Math.max(2 * this.#buffer.length, this.#used + chunk.length));
      larger.set(this.#buffer.subarray(0, this.#used));
      this.#buffer = larger;
    }
    this.#buffer.set(chunk, this.#used);
    this.#used += chunk.length;
    return this.#cut();
  }

  #cut(): Uint8Array[] {
    const frames: Uint8Array[] = [];
    const bytes = this.#buffer;
    while (this.#used - this.#consumed >= LENGTH_BYTES) {
      const at = this.#consumed;
      const length = (bytes[at] | bytes[at + 1] << 8 | bytes[at + 2] << 16 | bytes[at + 3] << 24) >>> 0;
      if (length > FRAME_BYTES_MAX) throw new RangeError(`A frame of ${length} bytes, at most ${FRAME_BYTES_MAX}`);
      const end = at + LENGTH_BYTES + length;
      if (end > this.#used) break;
      frames.push(bytes.subarray(at + LENGTH_BYTES, end));
      this.#consumed = end;
    }
    return frames;
  }
}
