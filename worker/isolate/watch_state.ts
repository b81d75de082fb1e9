/**
 * What the isolate's thread tells the warden's thread, in shared memory: whether a task runs, which, and its cap.
 *
 * A task never sees the buffer: it is taken before SharedArrayBuffer is removed, and kept in a module's scope.
 */

/** Life of one execution, as the warden sees it. */
export const WatchState = {
  /** Waiting for work, blocked in a read: nothing a task left behind can run. */
  idle: 0,
  /** A task runs; its memory is watched. */
  running: 1,
  /** The task has its result, but something it left behind may still run; bounded in time. */
  settled: 2,
} as const;

/** Index of the state, the number of executions begun, and the memory cap in KiB. */
export const WATCH_STATE = 0;
export const WATCH_RUN = 1;
export const WATCH_CAP_KIB = 2;
/** Index of the size of the process in KiB, as the warden last saw it. */
export const WATCH_RESIDENT_KIB = 3;
/** Index of whether the warden has stopped looking and wants to be woken by a message. */
export const WATCH_ASLEEP = 4;
export const WATCH_LENGTH = 5;

/** How the warden ends the process, so that the pool knows why. */
export const ExitCode = {
  /** The task crossed its memory cap. */
  memory: 81,
  /** The task's result was there, but what it left behind did not come to rest. */
  restless: 82,
  /** The worker process is gone. */
  orphan: 83,
  /** The isolate's thread failed by itself. */
  broken: 84,
} as const;
