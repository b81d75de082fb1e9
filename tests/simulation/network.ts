/** The network between nodes: messages are lost, late, doubled and out of order, and groups of nodes cannot meet. */

import { DegovError } from "../../shared/errors.ts";
import type { SeededRandom } from "../../shared/random.ts";
import type { Node } from "./node.ts";
import type { SimulatedTime } from "./simulated_time.ts";

/** Probabilities from 0 to 1, times in milliseconds. */
export interface NetworkFaults {
  loss: number;
  duplication: number;
  /** A message is late by up to `lateMsMax` instead of a few milliseconds. */
  late: number;
  lateMsMax: number;
}

export const CALM_NETWORK: NetworkFaults = { loss: 0, duplication: 0, late: 0, lateMsMax: 0 };

/** Time of an ordinary message. */
const TRAVEL_MS_MAX = 4;
/** A caller notices in about this time that the process at the other end is gone. */
const REFUSED_MS = 5;

export interface CallOptions {
  timeoutMs: number;
  signal?: AbortSignal;
}

export class Network {
  faults: NetworkFaults = CALM_NETWORK;
  readonly #time: SimulatedTime;
  readonly #random: SeededRandom;
  /** Names of nodes that cannot reach the others, nor be reached. */
  readonly #isolated = new Set<string>();

  constructor(time: SimulatedTime, random: SeededRandom) {
    this.#time = time;
    this.#random = random;
  }

  isolate(name: string): void {
    this.#isolated.add(name);
  }

  /** Lets a node reach the others again, or all of them. */
  heal(name?: string): void {
    if (name === undefined) this.#isolated.clear();
    else this.#isolated.delete(name);
  }

  /** Calls a node. Rejects with UNAVAILABLE when there is no answer in time; it may have been served all the same. */
  call<T>(from: Node, to: Node, serve: (signal: AbortSignal) => Promise<T>, options: CallOptions): Promise<T> {
    const { signal } = options;
    return new Promise((resolve, reject) => {
      const served = new AbortController();
      let isSettled = false;
      const settle = (end: () => void) => {
        if (isSettled) return;
        isSettled = true;
        cancelTimeout();
        forgetDeath();
        signal?.removeEventListener("abort", abort);
        if (!from.isDead) end();
      };
      const fail = (message: string) => settle(() => reject(new DegovError("UNAVAILABLE", message)));
      // A caller that goes away closes its connection, which the other end learns if the network lets it.
      const hangUp = () => this.#travel(from, to, () => served.abort());
      const abort = () => {
        fail(`The call of ${from.name} to ${to.name} was aborted`);
        hangUp();
      };
      const cancelTimeout = this.#time.schedule(options.timeoutMs, () => {
        fail(`${to.name} did not answer ${from.name} in time`);
        hangUp();
      });
      const refuse = () => this.#time.schedule(REFUSED_MS, () => fail(`${to.name} is gone`));
      const forgetDeath = to.onDeath(refuse);
      if (signal?.aborted) return abort();
      signal?.addEventListener("abort", abort, { once: true });

      const deliver = () => {
        if (to.isDead) return void refuse();
        serve(served.signal).then(
          (value) => this.#travel(to, from, () => settle(() => resolve(value))),
          (error) => this.#travel(to, from, () => settle(() => reject(error))),
        );
      };
      this.#travel(from, to, deliver);
      if (this.#happens(this.faults.duplication)) {
        this.#travel(from, to, () => to.isDead || void serve(served.signal).catch(() => {}));
      }
    });
  }

  #travel(from: Node, to: Node, arrive: () => void): void {
    const isCut = from !== to && (this.#isolated.has(from.name) !== this.#isolated.has(to.name));
    if (isCut || this.#happens(this.faults.loss)) return;
    const lateMs = this.#happens(this.faults.late) ? this.#random.next() * this.faults.lateMsMax : 0;
    const isAlive = !from.isDead;
    this.#time.schedule(this.#random.next() * TRAVEL_MS_MAX + lateMs, () => {
      if (isAlive) arrive();
    });
  }

  #happens(probability: number): boolean {
    return probability > 0 && this.#random.next() < probability;
  }
}
