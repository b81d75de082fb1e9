/** Who is told of all events: takes most requests, and refuses some. */

import type { SeededRandom } from "../../shared/random.ts";
import type { Journal } from "./journal.ts";
import type { Network } from "./network.ts";
import { Node } from "./node.ts";
import type { SimulatedTime } from "./simulated_time.ts";

const TIMEOUT_MS = 2_000;

export class WebhookReceiver {
  readonly node: Node;
  /** Share of requests that are refused. */
  refusals = 0.1;
  readonly #options: { time: SimulatedTime; network: Network; random: SeededRandom; journal: Journal };

  constructor(options: { time: SimulatedTime; network: Network; random: SeededRandom; journal: Journal }) {
    this.node = new Node("receiver", options.time);
    this.#options = options;
  }

  /** A request of an engine. */
  call(from: Node, init: RequestInit): Promise<Response> {
    return this.#options.network.call(from, this.node, () => Promise.resolve(this.#receive(init)), {
      timeoutMs: TIMEOUT_MS,
    });
  }

  #receive({ headers, body }: RequestInit): Response {
    const { random, journal } = this.#options;
    if (random.next() < this.refusals) return new Response("busy", { status: 503 });
    const { instanceId } = JSON.parse(body as string) as { instanceId: string };
    journal.told.push({ cursor: new Headers(headers).get("webhook-id")!, instanceId });
    return new Response(null, { status: 204 });
  }
}
