/**
 * The pending timers of an instance, in the making. The engine has them too, unless the instance is paused.
 *
 * - D6 A timer is set once, and fired or cleared once.
 */

import { assert } from "../../shared/errors.ts";
import type { PendingTimer } from "./instance.ts";
import { byAge, type Making } from "./making.ts";
import { hasMembers, omitMember } from "./members.ts";
import { isStateTimer } from "./timer_id.ts";

export class TimerDraft {
  readonly #making: Making;
  readonly #nowMs: number;
  #isOwned = false;

  constructor(making: Making, nowMs: number) {
    this.#making = making;
    this.#nowMs = nowMs;
  }

  /** Whether one of the current visit is pending. */
  get hasOfState(): boolean {
    for (const timerId in this.#making.instance.timers) if (isStateTimer(timerId)) return true;
    return false;
  }

  set(timerId: string, delayMs: number): void {
    this.setAt(timerId, this.#nowMs + delayMs);
  }

  /** Sets a timer for a time, which may be over. */
  setAt(timerId: string, fireAtMs: number): void {
    const { instance, commands } = this.#making;
    assert(!Object.hasOwn(instance.timers, timerId), `timer ${timerId} is set once`);
    this.#own()[timerId] = { fireAtMs };
    if (!instance.paused) commands.push({ kind: "setTimer", timerId, fireAtMs });
  }

  fire(timerId: string): void {
    const { instance } = this.#making;
    instance.timers = omitMember(instance.timers, timerId);
    this.#isOwned = true;
    this.#making.record({ kind: "timerFired", timerId });
  }

  /** Clears those of the current visit. */
  clearOfState(): void {
    if (this.hasOfState) this.#clear(isStateTimer);
  }

  /** Clears every timer. */
  drop(): void {
    const { instance } = this.#making;
    if (!hasMembers(instance.timers)) return;
    if (!instance.paused) this.#clear(() => true);
    instance.timers = {};
    this.#isOwned = true;
  }

  /** Takes every timer from the engine, or gives it to it again; the instance keeps them all the while. */
  move(kind: "setTimer" | "clearTimer"): void {
    const { timers } = this.#making.instance;
    for (const timerId of Object.keys(timers).sort(byAge)) {
      this.#making.commands.push({ kind, timerId, fireAtMs: timers[timerId].fireAtMs });
    }
  }

  /** A checkpoint now sees the timers as they are. */
  disown(): void {
    this.#isOwned = false;
  }

  #own(): Record<string, PendingTimer> {
    const { instance } = this.#making;
    if (!this.#isOwned) instance.timers = { ...instance.timers };
    this.#isOwned = true;
    return instance.timers;
  }

  #clear(isChosen: (timerId: string) => boolean): void {
    const { instance, commands } = this.#making;
    const left: Record<string, PendingTimer> = {};
    const { timers } = instance;
    for (const timerId of Object.keys(timers).sort(byAge)) {
      if (isChosen(timerId)) commands.push({ kind: "clearTimer", timerId, fireAtMs: timers[timerId].fireAtMs });
      else left[timerId] = timers[timerId];
    }
    instance.timers = left;
    this.#isOwned = true;
  }
}
