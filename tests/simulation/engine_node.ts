/** An engine of the simulated cluster: the real one, on a store link, a skewed clock and the network. */

import { Engine } from "../../engine/engine.ts";
import { WebhookDelivery } from "../../engine/events/webhook_delivery.ts";
import type { Webhook } from "../../engine/events/webhook_file.ts";
import type { Store } from "../../engine/store/store.ts";
import { DegovError } from "../../shared/errors.ts";
import { SeededRandom } from "../../shared/random.ts";
import { mutatedStore, type Mutation } from "./mutations.ts";
import { Node } from "./node.ts";
import type { SimulatedTime } from "./simulated_time.ts";
import { StoreLink } from "./store_link.ts";

export const SESSION_TIMEOUT_MS = 6_000;

const WEBHOOK: Webhook = { name: "hook", url: "https://receiver.test/", key: new Uint8Array(32), filter: {} };

export interface EngineNodeOptions {
  name: string;
  time: SimulatedTime;
  store: Store;
  seed: number;
  skewMs: number;
  /** How long the log of all events keeps them. */
  eventsKeepMs?: number;
  /** How an engine reaches the receiver of the webhook, if there is one. */
  callWebhook?: (from: Node, init: RequestInit) => Promise<Response>;
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

  /** Serves a call that has reached it; a process that is still starting answers nobody. */
  serve<T>(call: (engine: Engine, signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> {
    const { engine, node } = this;
    if (engine !== undefined && !node.isDead) return call(engine, signal);
    return Promise.reject(new DegovError("UNAVAILABLE", `${node.name} is starting`));
  }

  async #open(options: EngineNodeOptions, mutation: Mutation | undefined): Promise<void> {
    for (let attempt = 0;; attempt++) {
      try {
        const engine = await Engine.open({
          id: options.name,
          store: mutation?.txn === undefined ? this.link : mutatedStore(this.link, mutation.txn),
          clock: this.node.clock,
          random: new SeededRandom(options.seed + attempt),
          sessionTimeoutMs: SESSION_TIMEOUT_MS,
          eventsKeepMs: options.eventsKeepMs,
          onError: options.onError,
        });
        mutation?.engine?.(engine);
        this.engine = engine;
        this.#tellWebhook(engine, options);
        return;
      } catch (error) {
        options.onError("start", error); // as a supervisor would, it is started again
        await this.node.clock.sleep(100);
      }
    }
  }

  #tellWebhook({ eventLog: log, store }: Engine, { callWebhook }: EngineNodeOptions): void {
    if (callWebhook === undefined) return;
    const { clock, name: holder } = this.node;
    const send = (_url: string, init: RequestInit) => this.node.live(callWebhook(this.node, init));
    new WebhookDelivery({ webhook: WEBHOOK, log, store, clock, holder, fetch: send }).start();
  }
}
