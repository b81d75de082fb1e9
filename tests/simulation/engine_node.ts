/** An engine of the simulated cluster: the real one, on a store link, a skewed clock and the network. */

import { Engine } from "../../engine/engine.ts";
import type { Store } from "../../engine/store/store.ts";
import { SeededRandom } from "../../shared/random.ts";
import type { Mutation } from "./mutations.ts";
import { Node } from "./node.ts";
import type { SimulatedTime } from "./simulated_time.ts";
import { StoreLink } from "./store_link.ts";

export const SESSION_TIMEOUT_MS = 6_000;

export interface EngineNodeOptions {
  name: string;
  time: SimulatedTime;
  store: Store;
  seed: number;
  skewMs: number;
  /** How long the log of all events keeps them. */
  eventsKeepMs?: number;
  mutation?: Mutation;
  onError: (what: string, error: unknown) => void;
}

export class EngineNode {
  readonly node: Node;
  readonly link: StoreLink;
  /** Undefined until it has started. */
  engine: Engine | undefined;

  constructor(options: EngineNodeOptions) {
    const { time, store, mutation } = options;
    this.node = new Node(options.name, time, options.skewMs);
    this.link = new StoreLink(store, this.node);
    void this.#open(options, mutation);
  }

  /** The engine, for a call that has reached it; a process that is still starting answers nobody. */
  get serving(): Engine | undefined {
    return this.node.isDead ? undefined : this.engine;
  }

  async #open(options: EngineNodeOptions, mutation: Mutation | undefined): Promise<void> {
    for (let attempt = 0;; attempt++) {
      try {
        const engine = await Engine.open({
          id: options.name,
          store: mutation?.store?.(this.link) ?? this.link,
          clock: this.node.clock,
          random: new SeededRandom(options.seed + attempt),
          sessionTimeoutMs: SESSION_TIMEOUT_MS,
          eventsKeepMs: options.eventsKeepMs,
          onError: options.onError,
        });
        mutation?.engine?.(engine);
        this.engine = engine;
        return;
      } catch (error) {
        options.onError("start", error); // as a supervisor would, it is started again
        await this.node.clock.sleep(100);
      }
    }
  }
}
