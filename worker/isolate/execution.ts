/**
 * The one execution that an isolate runs at a time, and all that it may leave behind.
 *
 * - E1: at most one execution is current; the next begins only after the last has come to rest.
 * - E2: coming to rest means: settled, no timer armed, no host operation under way, the microtask queue empty.
 * - E3: once ended, no callback of the execution runs: timers are cleared, host operations never resolve its promises.
 */

import { platform } from "./platform.ts";

/** How the code ended. */
export type Ending = { kind: "completed"; output: string } | { kind: "failed"; failure: unknown };

/** State of the current execution. */
export class Execution {
  readonly run: number;
  ended = false;
  ending: Ending | undefined;
  /** Host operations (crypto) under way. */
  hostOperations = 0;
  /** Looks, from the event loop, whether the execution has come to rest. Called after whatever may have woken it. */
  readonly onTurn: (execution: Execution) => void;
  consoleLines = 0;
  consoleBytes = 0;
  #timers = new Map<number, ReturnType<typeof setTimeout>>();
  #lastTimer = 0;

  constructor(run: number, onTurn: (execution: Execution) => void) {
    this.run = run;
    this.onTurn = onTurn;
  }

  /** Whether anything but microtasks can still call into the task's code. */
  get isWaiting(): boolean {
    return this.#timers.size > 0 || this.hostOperations > 0;
  }

  /** Arms a timer; `call` runs the task's callback. Ids count from 1 in each execution. */
  startTimer(call: () => void, delayMs: number, repeat: boolean): number {
    const id = ++this.#lastTimer;
    const fire = () => {
      if (this.ended) return; // E3
      if (repeat) this.#timers.set(id, platform.setTimeout(fire, delayMs));
      else this.#timers.delete(id);
      call();
      this.onTurn(this);
    };
    this.#timers.set(id, platform.setTimeout(fire, delayMs));
    return id;
  }

  stopTimer(id: number): void {
    const handle = this.#timers.get(id);
    if (handle === undefined) return;
    platform.clearTimeout(handle);
    this.#timers.delete(id);
  }

  /** Clears every timer and cuts off what is under way (E3). */
  end(): void {
    this.ended = true;
    if (this.#timers.size === 0) return;
    for (const handle of this.#timers.values()) platform.clearTimeout(handle);
    this.#timers.clear();
  }
}

let current: Execution | undefined;

/** The execution under way. Host functions are called by a task's code only, so there always is one. */
export function currentExecution(): Execution {
  if (current === undefined) throw new platform.Error("No task is running");
  return current;
}

/** Whether this execution is the one under way. */
export function isCurrent(execution: Execution): boolean {
  return current === execution;
}

/** The execution under way, if one is. */
export function findExecution(): Execution | undefined {
  return current;
}

/** Makes an execution the current one (E1), or none. */
export function setCurrentExecution(execution: Execution | undefined): void {
  current = execution;
}
