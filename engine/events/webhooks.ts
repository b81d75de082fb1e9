/** All webhooks of an engine. */

import type { Clock } from "../../shared/clock.ts";
import { newToken } from "../../shared/ids.ts";
import type { Store } from "../store/store.ts";
import type { EventLog } from "./event_log.ts";
import { WebhookDelivery } from "./webhook_delivery.ts";
import type { Webhook } from "./webhook_file.ts";

export class Webhooks {
  readonly #deliveries: readonly WebhookDelivery[];

  constructor(webhooks: readonly Webhook[], options: { log: EventLog; store: Store; clock: Clock }) {
    const holder = newToken();
    this.#deliveries = webhooks.map((webhook) => new WebhookDelivery({ webhook, holder, ...options }));
  }

  start(): void {
    for (const delivery of this.#deliveries) delivery.start();
  }

  async close(): Promise<void> {
    await Promise.all(this.#deliveries.map((delivery) => delivery.close()));
  }

  /** Requests of this engine so far, for metrics. */
  *counts(): Generator<{ webhook: string; outcome: "delivered" | "failed"; count: number }> {
    for (const { name: webhook, delivered, failed } of this.#deliveries) {
      yield { webhook, outcome: "delivered", count: delivered };
      yield { webhook, outcome: "failed", count: failed };
    }
  }
}
