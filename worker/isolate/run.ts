/**
 * Runs one execution from its frame to its reply.
 *
 * The reply is written from the event loop, when nothing of the task can run any more (E2). So the worker process
 * knows: once it has the reply, whatever happens in this isolate is no longer this task's doing.
 *
 * - R1: the value is turned into text inside the task's time; getters and toJSON of the result count as the task.
 * - R2: a reply is written at most once per run.
 * - R3: a task that waits while nothing is left that could wake it fails at once, not at its deadline.
 */

import type { CompiledCode } from "../../shared/code/compiled_code.ts";
import { Execution, findExecution, isCurrent, setCurrentExecution } from "./execution.ts";
import { toJsonText } from "./json_output.ts";
import { platform } from "./platform.ts";
import { setResident, writeEnding } from "./replies.ts";
import { toFailure } from "./thrown.ts";
import { WATCH_ASLEEP, WATCH_CAP_KIB, WATCH_RESIDENT_KIB, WATCH_RUN, WATCH_STATE, WatchState } from "./watch_state.ts";

/** Code as the isolate keeps it. */
export interface LoadedCode {
  code: CompiledCode;
  /** Runs it with the input, JSON in UTF-8; a promise of the value that is to become the output. */
  call: (input: Uint8Array) => Promise<unknown>;
}

const then = platform.Promise.prototype.then;
let watch: Int32Array;

/** Takes the memory shared with the warden. */
export function setWatch(shared: Int32Array): void {
  watch = shared;
}

/** Begins an execution; `onRest` is called from the event loop when the next may begin (E1). */
export function startRun(
  header: { run: number; memoryBytes: number },
  loaded: LoadedCode,
  input: Uint8Array,
  onRest: () => void,
): void {
  let looking = false;
  const execution = new Execution(header.run, () => {
    if (looking) return;
    looking = true;
    platform.setImmediate(() => {
      looking = false;
      rest(execution, onRest);
    });
  });
  setCurrentExecution(execution);
  watch[WATCH_CAP_KIB] = header.memoryBytes / 1024;
  platform.atomicAdd(watch, WATCH_RUN, 1);
  watch[WATCH_STATE] = WatchState.running;
  if (platform.atomicLoad(watch, WATCH_ASLEEP) === 1) platform.postMessage("wake");
  activeCode = loaded.code;
  try {
    Reflect.apply(then, loaded.call(input), [complete.bind(undefined, execution), fail.bind(undefined, execution)]);
  } catch (thrown) {
    fail(execution, thrown);
  }
  execution.onTurn(execution);
}

let activeCode: CompiledCode;

function complete(execution: Execution, value: unknown): void {
  if (execution.ending !== undefined) return; // R2
  try {
    settle(execution, { kind: "completed", output: toJsonText(value) }); // R1
  } catch (thrown) {
    fail(execution, thrown);
  }
}

function fail(execution: Execution, thrown: unknown): void {
  if (execution.ending !== undefined) return; // R2
  const insertions = activeCode.kind === "script" ? activeCode.insertions : [];
  settle(execution, { kind: "failed", failure: toFailure(thrown, insertions) });
}

function settle(execution: Execution, ending: Execution["ending"]): void {
  execution.ending = ending;
  execution.end();
  watch[WATCH_STATE] = WatchState.settled;
}

/** Fails the current execution with an error that nobody could catch: thrown in a timer, or a rejected promise. */
export function failUncaught(thrown: unknown): void {
  const execution = findExecution();
  if (execution === undefined) return;
  fail(execution, thrown);
  execution.onTurn(execution);
}

/** One look from the event loop, where the microtask queue is empty. */
function rest(execution: Execution, onRest: () => void): void {
  if (!isCurrent(execution)) return;
  if (execution.ending === undefined) {
    if (execution.isWaiting) return;
    fail(execution, new platform.Error("The code waits for a promise that nothing is left to settle")); // R3
  }
  const ending = execution.ending!;
  if (execution.hostOperations > 0) return; // E2
  setCurrentExecution(undefined);
  watch[WATCH_STATE] = WatchState.idle;
  setResident(watch[WATCH_RESIDENT_KIB]);
  if (ending.kind === "completed") writeEnding(execution.run, "completed", ending.output);
  else writeEnding(execution.run, "failed", JSON.stringify(ending.failure));
  onRest();
}
