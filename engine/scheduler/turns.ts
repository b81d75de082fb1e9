/**
 * Taking turns within one transaction.
 *
 * Steps of several instances go on beside each other in one transaction, so that their reads overlap. What they share
 * (permits, and the queues for them) is read and written again: between the two no other step may do the same.
 */

import type { Txn } from "../store/store.ts";

const lastTurns = new WeakMap<Txn, Promise<unknown>>();

/** Runs the step once those before it have ended. A step must not wait for a turn of its own. */
export function inTurn<T>(txn: Txn, step: () => Promise<T>): Promise<T> {
  const turn = (lastTurns.get(txn) ?? Promise.resolve()).then(step);
  lastTurns.set(txn, turn.catch(() => {}));
  return turn;
}
