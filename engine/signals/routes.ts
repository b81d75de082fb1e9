/** What an operator's tools ask an engine: is it alive, may it be sent work, and how does it fare. */

import type { Hono } from "hono";
import type { Engine } from "../engine.ts";
import { formatKey } from "../keyspace.ts";
import type { DeliveryCounts, EngineMetrics } from "./metrics.ts";

/** A store that does not answer within this is not there, for whoever balances load. */
const READY_TIMEOUT_MS = 2_000;

export function mountSignals(
  application: Hono,
  { engine, metrics, deliveries }: { engine: Engine; metrics: EngineMetrics; deliveries?: DeliveryCounts },
): void {
  application.get("/healthz", (context) => context.text("ok\n"));
  application.get("/readyz", async (context) => {
    const reason = engine.closing.aborted ? "the engine is stopping" : await whyStoreIsAway(engine);
    return reason === undefined ? context.text("ready\n") : context.text(`not ready: ${reason}\n`, 503);
  });
  application.get("/metrics", async (context) => {
    const text = await metrics.scrape(engine, deliveries);
    return context.body(text, 200, { "content-type": "text/plain; version=0.0.4; charset=utf-8" });
  });
}

/** Without a word of what the store said: anybody may ask. */
async function whyStoreIsAway({ store }: Engine): Promise<string | undefined> {
  try {
    await store.transact((txn) => txn.snapshotGet(formatKey()), { timeoutMs: READY_TIMEOUT_MS });
    return undefined;
  } catch {
    return "the store does not answer";
  }
}
