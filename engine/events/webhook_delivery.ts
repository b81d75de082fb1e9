/**
 * Delivery of one webhook's events, at least once, in the order of the log for each instance.
 *
 * - D1 The cursor in the store moves on only after everything up to it was taken by the receiver.
 * - D2 Of the engines of one store one delivers at a time, under a claim that it renews; when it dies another goes on
 *      once the claim is over. What was under way then is delivered again, with the same `webhook-id`.
 * - D3 A receiver that does not take an event is tried again, with growing pauses, until the log no longer keeps the
 *      event; the log says so then, and delivery goes on with the oldest that is kept.
 */

import { getLogger } from "@logtape/logtape";
import type { Clock } from "../../shared/clock.ts";
import { DegovError } from "../../shared/errors.ts";
import { backoffMs } from "../../shared/retry.ts";
import { decodeJson, encodeJson } from "../keyspace.ts";
import type { Store } from "../store/store.ts";
import { type Cursor, deliveryKey, OLDEST } from "./event_keys.ts";
import type { EventLog, LoggedEvent } from "./event_log.ts";
import type { Webhook } from "./webhook_file.ts";
import { webhookRequest } from "./webhook_request.ts";

const logger = getLogger(["degov", "webhook"]);

const CLAIM_MS = 60_000;
const REQUEST_MS = 10_000;
const LOOK_MS = 1_000;
/** Requests at a time, of different instances. */
const AT_ONCE_MAX = 16;
const RETRY_DELAY = { initialDelayMs: 1_000, multiplier: 2, maxDelayMs: 300_000, jitter: 0.2 };

interface DeliveryRecord {
  cursor: Cursor;
  holder: string;
  untilMs: number;
}

export interface DeliveryOptions {
  webhook: Webhook;
  log: EventLog;
  store: Store;
  clock: Clock;
  /** This engine. */
  holder: string;
  fetch?: (url: string, init: RequestInit) => Promise<Response>;
}

export class WebhookDelivery {
  readonly name: string;
  delivered = 0;
  failed = 0;
  readonly #options: DeliveryOptions;
  readonly #closing = new AbortController();
  #running: Promise<void> | undefined;

  constructor(options: DeliveryOptions) {
    this.#options = options;
    this.name = options.webhook.name;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { clock } = this.#options;
    const { signal } = this.#closing;
    for (let failures = 0; !signal.aborted;) {
      try {
        const more = await this.#deliverPage();
        failures = 0;
        if (!more) await clock.sleep(LOOK_MS, signal);
      } catch (thrown) {
        const { message } = DegovError.from(thrown);
        const waitMs = backoffMs(RETRY_DELAY, ++failures, Math.random());
        logger.warning("Webhook {webhook}: {message}; trying again in {waitMs} ms", {
          webhook: this.name,
          message,
          waitMs,
        });
        await clock.sleep(waitMs, signal);
      }
    }
  }

  /** Delivers one page of the log; true when there is more. */
  async #deliverPage(): Promise<boolean> {
    const { log, webhook } = this.#options;
    let cursor = await this.#claim();
    if (cursor === undefined) return false;
    const page = await log.read(cursor, webhook.filter).catch((error) => this.#skipLost(error));
    if (page === undefined) return true;
    for (let from = 0; from < page.events.length; from += AT_ONCE_MAX) {
      const batch = page.events.slice(from, from + AT_ONCE_MAX);
      await this.#deliverBatch(batch);
      cursor = batch[batch.length - 1].cursor;
      if (!await this.#advance(cursor)) return false;
    }
    if (cursor !== page.cursor && !await this.#advance(page.cursor)) return false;
    return !page.isLast;
  }

  /** Instances beside each other, the events of one in order. */
  async #deliverBatch(batch: readonly LoggedEvent[]): Promise<void> {
    const lastOf = new Map<string, Promise<void>>();
    for (const logged of batch) {
      const before = lastOf.get(logged.event.instanceId);
      lastOf.set(logged.event.instanceId, this.#afterThat(before, logged));
    }
    const results = await Promise.allSettled(lastOf.values());
    const failed = results.find((result) => result.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }

  async #afterThat(before: Promise<void> | undefined, logged: LoggedEvent): Promise<void> {
    await before;
    await this.#deliver(logged);
  }

  async #deliver(logged: LoggedEvent): Promise<void> {
    const { webhook, clock, fetch: send = fetch } = this.#options;
    try {
      const signal = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(REQUEST_MS)]);
      const response = await send(webhook.url, { ...webhookRequest(logged, webhook, clock.nowMs()), signal });
      await response.body?.cancel();
      if (!response.ok) throw new DegovError("UNAVAILABLE", `the receiver answered with status ${response.status}`);
      this.delivered++;
    } catch (error) {
      this.failed++;
      throw error;
    }
  }

  /** Where to go on, if this engine delivers (D2). A webhook that is new begins with what happens from now on. */
  async #claim(): Promise<Cursor | undefined> {
    const { store, clock, holder, log } = this.#options;
    const now = await log.begin("");
    return await store.transact(async (txn) => {
      const bytes = await txn.get(deliveryKey(this.name));
      const record = bytes === undefined ? undefined : decodeJson<DeliveryRecord>(bytes);
      const nowMs = clock.nowMs();
      if (record !== undefined && record.holder !== holder && record.untilMs > nowMs) return undefined;
      const cursor = record?.cursor ?? now;
      txn.set(deliveryKey(this.name), encodeJson({ cursor, holder, untilMs: nowMs + CLAIM_MS }));
      return cursor;
    });
  }

  /** Moves on (D1); false when another engine has taken over. */
  async #advance(cursor: Cursor): Promise<boolean> {
    const { store, clock, holder } = this.#options;
    return await store.transact(async (txn) => {
      const bytes = await txn.get(deliveryKey(this.name));
      if (bytes === undefined || decodeJson<DeliveryRecord>(bytes).holder !== holder) return false;
      txn.set(deliveryKey(this.name), encodeJson({ cursor, holder, untilMs: clock.nowMs() + CLAIM_MS }));
      return true;
    });
  }

  /** D3 */
  async #skipLost(thrown: unknown): Promise<undefined> {
    const error = DegovError.from(thrown);
    if (error.code !== "FAILED_PRECONDITION" || !this.#options.log.isOn) throw thrown;
    logger.error("Webhook {webhook} was away for longer than events are kept; some were not delivered", {
      webhook: this.name,
    });
    await this.#advance(OLDEST);
    return undefined;
  }
}
