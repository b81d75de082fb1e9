/**
 * Timers that cannot be fired, by a fault that does not pass: when each is tried again, and when a message is given up.
 *
 * In memory of each engine: another engine tries by itself.
 *
 * - T1 A fault that may pass by itself, as a store that is away, counts for nothing.
 * - T2 Pauses grow, so that what is broken neither fills the log nor takes time from others.
 * - T3 The messages of one instance share their pauses, since they are delivered in their order.
 */

import { LRUCache } from "lru-cache";
import { DegovError, type ErrorCode } from "../../shared/errors.ts";
import { backoffMs } from "../../shared/retry.ts";
import type { TimerPlace } from "../keyspace.ts";
import { messageNumber } from "./outbox.ts";

/** Timers remembered; one that was forgotten begins anew. */
const TROUBLES_MAX = 10_000;
const PAUSE = { initialDelayMs: 1_000, multiplier: 2, maxDelayMs: 60_000, jitter: 0 };
/** Tries of a message before it is given up: about two minutes, enough for an engine to be replaced. */
export const DELIVERY_TRIES_MAX = 8;

/** T1 */
const PASSING: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "UNAVAILABLE",
  "ABORTED",
  "DEADLINE_EXCEEDED",
  "CANCELLED",
]);

export class FiringTrouble {
  /** Made with the first trouble, as the cache takes its whole memory at once. */
  #troubles: LRUCache<string, { tries: number; againMs: number }> | undefined;

  /** Whether it is time to try a timer. */
  mayFire(place: TimerPlace, nowMs: number): boolean {
    return this.#troubles === undefined || (this.#troubles.get(toName(place))?.againMs ?? 0) <= nowMs;
  }

  fired(place: TimerPlace): void {
    this.#troubles?.delete(toName(place));
  }

  /** Notes that a timer could not be fired; how often that was, 0 for a fault that may pass. */
  failed(place: TimerPlace, thrown: unknown, nowMs: number): number {
    if (PASSING.has(DegovError.from(thrown).code)) return 0;
    this.#troubles ??= new LRUCache({ max: TROUBLES_MAX });
    const name = toName(place);
    const tries = (this.#troubles.get(name)?.tries ?? 0) + 1;
    this.#troubles.set(name, { tries, againMs: nowMs + backoffMs(PAUSE, tries, 0) });
    return tries;
  }
}

/** T3 */
function toName({ instanceId, timerId }: TimerPlace): string {
  return messageNumber(timerId) !== undefined ? instanceId : `${instanceId}\n${timerId}`;
}
