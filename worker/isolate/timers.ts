/** Timers of a task: cancelled when it ends; an error in a callback fails it. */

import { currentExecution } from "./execution.ts";
import { failUncaught } from "./run.ts";

const DELAY_MS_MAX = 2 ** 31 - 1;

function delayOf(value: unknown): number {
  const ms = Number(value ?? 0);
  return ms >= 0 && ms <= DELAY_MS_MAX ? ms : ms > DELAY_MS_MAX ? DELAY_MS_MAX : 0;
}

function start(callback: unknown, delay: unknown, args: unknown[], repeat: boolean): number {
  if (typeof callback !== "function") throw new TypeError("A timer takes a function");
  const delayMs = delayOf(delay);
  return currentExecution().startTimer(() => guard(callback, args), delayMs, repeat);
}

function guard(callback: unknown, args: unknown[]): void {
  try {
    Reflect.apply(callback as () => void, undefined, args);
  } catch (thrown) {
    failUncaught(thrown);
  }
}

function stop(id: unknown): void {
  currentExecution().stopTimer(Number(id));
}

/** The timer functions that tasks get. */
export const taskTimers = {
  setTimeout: (callback: unknown, delay?: unknown, ...args: unknown[]) => start(callback, delay, args, false),
  setInterval: (callback: unknown, delay?: unknown, ...args: unknown[]) => start(callback, delay, args, true),
  clearTimeout: (id?: unknown) => stop(id),
  clearInterval: (id?: unknown) => stop(id),
  queueMicrotask: (callback: unknown) => {
    if (typeof callback !== "function") throw new TypeError("queueMicrotask takes a function");
    Promise.resolve().then(() => guard(callback, []));
  },
};
