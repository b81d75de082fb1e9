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
  WATCH_CAP_KIB,
  WATCH_LENGTH,
  WATCH_RESIDENT_KIB,
  WATCH_RUN,
  WATCH_STATE,
  WatchState,
} from "./watch_state.ts";

/** How often memory is looked at while a task runs; at 2 GB/s of growth, 10 MB pass in between. */
const WATCH_MS = 5;
/** How many looks with no task running go by between two looks at the parent. */
const REST_MS_MAX = 1_000;
const PARENT_MS = 200;

/** Turns the first message into the isolate. */
const BOOTSTRAP = `
addEventListener("message", ({ data: { text, watchMemory } }) => {
  globalThis.watchMemory = watchMemory;
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
  isolate.onmessage = () => Deno.exit(0);
  isolate.onmessageerror = () => Deno.exit(ExitCode.broken);
  isolate.onerror = (event) => {
    event.preventDefault();
    console.error(`isolate: ${event.message}`);
    Deno.exit(ExitCode.broken);
  };
  isolate.postMessage({ text: isolateText, watchMemory: watch.buffer });
  watchIsolate(watch);
}

function watchIsolate(watch: Int32Array): void {
  const parent = Deno.ppid;
  let seenRun = 0;
  let restingBytes = Deno.memoryUsage().rss;
  let lastBytes = restingBytes;
  let settledSinceMs = 0;
  let parentSeenMs = 0;
  setInterval(() => {
    const nowMs = performance.now();
    if (nowMs - parentSeenMs > PARENT_MS) {
      parentSeenMs = nowMs;
      if (Deno.ppid !== parent) Deno.exit(ExitCode.orphan); // W4
    }
    const state = Atomics.load(watch, WATCH_STATE);
    if (state === WatchState.idle && Atomics.load(watch, WATCH_RUN) === seenRun) return;
    const residentBytes = Deno.memoryUsage().rss;
    if (Atomics.load(watch, WATCH_RUN) !== seenRun) {
      seenRun = Atomics.load(watch, WATCH_RUN);
      restingBytes = lastBytes;
      settledSinceMs = 0;
    }
    lastBytes = residentBytes;
    Atomics.store(watch, WATCH_RESIDENT_KIB, residentBytes / 1024);
    if (state === WatchState.idle) return;
    if (residentBytes - restingBytes > Atomics.load(watch, WATCH_CAP_KIB) * 1024) Deno.exit(ExitCode.memory); // W2
    if (state !== WatchState.settled) return;
    if (settledSinceMs === 0) settledSinceMs = nowMs;
    else if (nowMs - settledSinceMs > REST_MS_MAX) Deno.exit(ExitCode.restless); // W3
  }, WATCH_MS);
}

if (import.meta.main) runWarden();
