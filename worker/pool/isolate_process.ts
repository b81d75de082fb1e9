/**
 * One isolate as the worker process sees it: a child process, the pipe to it, and what comes back.
 *
 * It owns the child and nothing else: what runs when, and what a death means, is the pool's business.
 *
 * - I1: the child starts with no permission, an empty environment and pipes only.
 * - I2: what the child writes is hostile: a frame without the secret, or malformed, ends the child as `forged`.
 * - I3: `onExit` is called once, after all that the child wrote has been handled.
 */

import {
  encodeFrame,
  FrameReader,
  FromIsolate,
  REPLY_HEADER_BYTES,
  SECRET_BYTES,
  ToIsolate,
} from "../isolate/frame.ts";

/** How to start an isolate's process. */
export interface IsolateCommand {
  path: string;
  args: string[];
  /** All of its environment, but for NO_COLOR. */
  env?: Record<string, string>;
}

/** A reply from the isolate; the payload is valid only during the call. */
export interface Reply {
  kind: "completed" | "failed" | "console";
  run: number;
  /** Size of the process, as its warden last saw it. */
  residentBytes: number;
  payload: Uint8Array;
}

/** How the process ended. */
export interface IsolateExit {
  code: number;
  signal: string | null;
  /** The child wrote something that no isolate writes. */
  forged: boolean;
  /** The first and last of what it wrote to stderr. */
  stderr: string;
}

export interface IsolateListener {
  onReady(): void;
  onReply(reply: Reply): void;
  onExit(exit: IsolateExit): void;
}

const STDERR_BYTES_MAX = 8 * 1024;
const KINDS: Record<number, Reply["kind"]> = {
  [FromIsolate.completed]: "completed",
  [FromIsolate.failed]: "failed",
  [FromIsolate.console]: "console",
};

/** A running isolate process. */
export class IsolateProcess {
  readonly pid: number;
  readonly #child: Deno.ChildProcess;
  readonly #stdin: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #secret = crypto.getRandomValues(new Uint8Array(SECRET_BYTES));
  readonly #listener: IsolateListener;
  #forged = false;
  #killed = false;

  /** Starts the process. Throws what Deno.Command throws when it cannot be started. */
  constructor(command: IsolateCommand, listener: IsolateListener) {
    this.#listener = listener;
    this.#child = new Deno.Command(command.path, {
      args: command.args,
      clearEnv: true, // I1
      env: { ...command.env, NO_COLOR: "1" },
      cwd: "/",
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.pid = this.#child.pid;
    this.#stdin = this.#child.stdin.getWriter();
    this.send([encodeFrame(ToIsolate.init, 0, this.#secret)]);
    this.#follow();
  }

  /** Writes frames at once. A write to a child that dies is no error: the exit tells. */
  send(frames: readonly Uint8Array[]): void {
    this.#stdin.write(frames.length === 1 ? frames[0] as Uint8Array<ArrayBuffer> : concat(frames)).catch(() => {});
  }

  /** Ends the process for sure. What it has written before is still handled. */
  kill(): void {
    if (this.#killed) return;
    this.#killed = true;
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
  }

  async #follow(): Promise<void> {
    const stderr = collect(this.#child.stderr);
    try {
      await this.#readReplies();
    } catch {
      this.#forged = true; // I2
    }
    this.kill();
    const status = await this.#child.status;
    this.#stdin.abort().catch(() => {});
    this.#listener.onExit({
      code: status.code,
      signal: status.signal,
      forged: this.#forged,
      stderr: await stderr,
    }); // I3
  }

  async #readReplies(): Promise<void> {
    const frames = new FrameReader();
    const reader = this.#child.stdout.getReader();
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      for (const frame of frames.push(value)) this.#handle(frame);
    }
  }

  #handle(frame: Uint8Array): void {
    if (frame.length < REPLY_HEADER_BYTES || !this.#hasSecret(frame)) throw new Error("Forged"); // I2
    const kind = frame[SECRET_BYTES];
    if (kind === FromIsolate.ready) return this.#listener.onReady();
    if (!(kind in KINDS)) throw new Error("Unknown kind"); // I2
    this.#listener.onReply({
      kind: KINDS[kind],
      run: readUint32(frame, SECRET_BYTES + 1),
      residentBytes: readUint32(frame, SECRET_BYTES + 5) * 1024,
      payload: frame.subarray(REPLY_HEADER_BYTES),
    });
  }

  #hasSecret(frame: Uint8Array): boolean {
    for (let i = 0; i < SECRET_BYTES; i++) if (frame[i] !== this.#secret[i]) return false;
    return true;
  }
}

function concat(frames: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  let length = 0;
  for (const frame of frames) length += frame.length;
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const frame of frames) {
    bytes.set(frame, at);
    at += frame.length;
  }
  return bytes;
}

function readUint32(bytes: Uint8Array, at: number): number {
  return (bytes[at] | bytes[at + 1] << 8 | bytes[at + 2] << 16 | bytes[at + 3] << 24) >>> 0;
}

/** The first and last bytes of a stream, as text; the rest is read and dropped. */
async function collect(stream: ReadableStream<Uint8Array>): Promise<string> {
  let head = "";
  let tail = "";
  const decoder = new TextDecoder();
  try {
    for await (const chunk of stream) {
      const text = decoder.decode(chunk, { stream: true });
      if (head.length < STDERR_BYTES_MAX) head = (head + text).slice(0, STDERR_BYTES_MAX);
      else tail = (tail + text).slice(-STDERR_BYTES_MAX);
    }
  } catch {
    // The pipe broke: what has come so far is all there is.
  }
  return head + tail;
}
