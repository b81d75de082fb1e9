/**
 * The main thread of an isolate's process: starts the isolate, watches memory and the worker process, and ends the
 * process when something is amiss. It runs no task and reads no input.
 *
 * - W1: the process has no permission: none is granted on its command line, and what a compiled binary brings along is
 *   revoked before anything else happens.
 * - W2: while a task runs, growth of the process beyond the task's cap ends the process within a few milliseconds.
 * - W3: a task that has its result but does not come to rest ends the process.
 * - W4: when the worker process is gone, the process ends, even out of an endless loop.
 */

import isolateText from "./gen/isolate.js" with { type: "text" };
import {
  ExitCode,
  WATCH_ASLEEP,
  WATCH_CAP_KIB,
  WATCH_LENGTH,
  WATCH_RESIDENT_KIB,
  WATCH_RUN,
  WATCH_STATE,
  WatchState,
} from "./watch_state.ts";

/** How often memory is looked at while a task runs; at 2 GB/s of growth, 10 MB pass in between. */
const WATCH_MS = 5;
/**
 * Looks in a row that may find a task with its result and not at rest: a second, and longer on a machine that lets the
 * process hardly run, or has stopped it for a while.
 */
const REST_LOOKS_MAX = 1_000 / WATCH_MS;
/** How often the parent is looked for while a task runs; at rest, the end of stdin tells. */
const PARENT_MS = 200;
/** Time without a task after which the warden stops looking, until the isolate wakes it. */
const AWAKE_MS = 500;

/**
 * Turns the first message into the isolate. No stacks are made meanwhile: SES looks at one, and V8 would parse the whole
 * text again, 40 ms, to fill it.
 */
const BOOTSTRAP = `
addEventListener("message", ({ data: { text, watchMemory } }) => {
  globalThis.watchMemory = watchMemory;
  Error.stackTraceLimit = 0;
  (0, eval)(text);
}, { once: true });
`;

/** Starts the isolate and watches it until the process ends. */
export function runWarden(): void {
  for (const name of ["run", "read", "write", "net", "env", "sys", "ffi", "import"] as const) {
    Deno.permissions.revokeSync({ name }); // W1
  }
  const watch = new Int32Array(new SharedArrayBuffer(WATCH_LENGTH * Int32Array.BYTES_PER_ELEMENT));
  const url = URL.createObjectURL(new Blob([BOOTSTRAP], { type: "application/javascript" }));
  const isolate = new Worker(url, { type: "module", deno: { permissions: "none" } });
  isolate.onmessageerror = () => Deno.exit(ExitCode.broken);
  isolate.onerror = (event) => {
    event.preventDefault();
    console.error(`isolate: ${event.message}`);
    Deno.exit(ExitCode.broken);
  };
  isolate.postMessage({ text: isolateText, watchMemory: watch.buffer });
  const guard = new Guard(watch);
  isolate.onmessage = ({ data }) => data === "wake" ? guard.wake() : Deno.exit(0);
}

/** Looks at the process while a task runs. */
class Guard {
  readonly #watch: Int32Array<SharedArrayBuffer>;
  readonly #parent = Deno.ppid;
  #timer: ReturnType<typeof setInterval> | undefined;
  #seenRun = 0;
  #restingBytes = Deno.memoryUsage().rss;
  #lastBytes = this.#restingBytes;
  #restlessLooks = 0;
  #parentSeenMs = 0;
  #ranMs = 0;

  constructor(watch: Int32Array<SharedArrayBuffer>) {
    this.#watch = watch;
    this.wake();
  }

  wake(): void {
    Atomics.store(this.#watch, WATCH_ASLEEP, 0);
    this.#ranMs = performance.now();
    this.#timer ??= setInterval(() => this.#look(), WATCH_MS);
  }

  #look(): void {
    const nowMs = performance.now();
    const run = Atomics.load(this.#watch, WATCH_RUN);
    const state = Atomics.load(this.#watch, WATCH_STATE);
    if (state === WatchState.idle && run === this.#seenRun) return this.#rest(nowMs);
    this.#ranMs = nowMs;
    const residentBytes = Deno.memoryUsage().rss;
    if (run !== this.#seenRun) {
      this.#seenRun = run;
      this.#restingBytes = this.#lastBytes;
      this.#restlessLooks = 0;
    }
    this.#lastBytes = residentBytes;
    Atomics.store(this.#watch, WATCH_RESIDENT_KIB, residentBytes / 1024);
    if (state !== WatchState.idle) this.#enforce(state, residentBytes, nowMs);
  }

  #enforce(state: number, residentBytes: number, nowMs: number): void {
    const capBytes = Atomics.load(this.#watch, WATCH_CAP_KIB) * 1024;
    if (residentBytes - this.#restingBytes > capBytes) Deno.exit(ExitCode.memory); // W2
    if (nowMs - this.#parentSeenMs > PARENT_MS) {
      this.#parentSeenMs = nowMs;
      if (Deno.ppid !== this.#parent) Deno.exit(ExitCode.orphan); // W4
    }
    this.#restlessLooks = state === WatchState.settled ? this.#restlessLooks + 1 : 0;
    if (this.#restlessLooks > REST_LOOKS_MAX) Deno.exit(ExitCode.restless); // W3
  }

  /** Stops looking after a while; a run that begins meanwhile is seen by the second look at the counter. */
  #rest(nowMs: number): void {
    if (nowMs - this.#ranMs < AWAKE_MS) return;
    Atomics.store(this.#watch, WATCH_ASLEEP, 1);
    if (Atomics.load(this.#watch, WATCH_RUN) !== this.#seenRun) return this.wake();
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

if (import.meta.main) runWarden();
