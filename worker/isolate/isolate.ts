/**
 * The isolate: a Web Worker without permissions, in a process without permissions, that runs tasks.
 *
 * It reads frames from stdin itself and writes replies to stdout itself. Between two executions it is blocked in a
 * read, so that nothing can run; within one it leaves the event loop to the task. The warden's bootstrap leaves it the
 * memory they share; after that it listens to nothing.
 */

import "./remove_process.ts";
import "npm:ses@2.3.0";
import { CodeCache } from "./code_cache.ts";
import { FRAME_BYTES_MAX, FrameReader, RUN_HEADER_BYTES, ToIsolate } from "./frame.ts";
import { createTaskGlobals } from "./globals.ts";
import { platform } from "./platform.ts";
import { emptyRealGlobal, lockRealm } from "./realm.ts";
import { setSecret, writeReady } from "./replies.ts";
import { failUncaught, setWatch, startRun } from "./run.ts";

const READ_BYTES = 64 * 1024;
/** Frames of a task's error that are kept. */
const STACK_FRAMES = 20;

/** What the warden's bootstrap left on the global for this script. */
function takeSharedMemory(): SharedArrayBuffer {
  const real = globalThis as unknown as { watchMemory: SharedArrayBuffer };
  return real.watchMemory;
}

lockRealm(failUncaught);
const cache = new CodeCache(createTaskGlobals());
const reader = new FrameReader();
const chunk = new Uint8Array(READ_BYTES);
let frames: Uint8Array[] = [];
let nextFrame = 0;

/** Handles frames until one begins an execution. Ends the thread when the worker process closes the pipe. */
function serve(): void {
  for (;;) {
    while (nextFrame < frames.length) {
      if (handle(frames[nextFrame++])) return;
    }
    const count = platform.readSync(chunk);
    if (count === null) return platform.postMessage("end");
    frames = reader.push(chunk.subarray(0, count));
    nextFrame = 0;
  }
}

/** Whether the frame began an execution. */
function handle(frame: Uint8Array): boolean {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const id = view.getUint32(1, true);
  switch (frame[0]) {
    case ToIsolate.init:
      setSecret(frame.subarray(5));
      frame.fill(0);
      writeReady();
      return false;
    case ToIsolate.code:
      cache.add(id, JSON.parse(platform.decoder.decode(frame.subarray(5))));
      return false;
    case ToIsolate.forget:
      cache.remove(id);
      return false;
    case ToIsolate.run: {
      const loaded = cache.get(view.getUint32(5, true));
      if (loaded === undefined) throw new platform.Error("The worker asked for code that it did not send");
      const header = { run: id, memoryBytes: view.getFloat64(9, true) };
      startRun(header, loaded, frame.subarray(RUN_HEADER_BYTES), serve);
      return true;
    }
    default:
      throw new platform.Error(`A frame of unknown kind ${frame[0]}, of at most ${FRAME_BYTES_MAX} bytes`);
  }
}

setWatch(new platform.Int32Array(takeSharedMemory()));
emptyRealGlobal();
platform.Error.stackTraceLimit = STACK_FRAMES;
platform.setImmediate(serve);
