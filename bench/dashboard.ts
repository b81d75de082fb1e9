/**
 * Server-side times of the dashboard over many instances, and how soon a browser shows a transition.
 *
 * Run: deno task bench:dashboard [--json] [--instances=100000] [--records=5000] [--browser]
 *
 * The store is a SQLite file in a new folder. `--browser` needs Chromium.
 */

import { parseArgs } from "node:util";
import { dashboard } from "../engine/dashboard/dashboard.ts";
import { Engine } from "../engine/engine.ts";
import { EMPTY, instanceCountKey, statusIndexKey, workflowIndexKey } from "../engine/keyspace.ts";
import type { Instance } from "../engine/machine/instance.ts";
import { start } from "../engine/machine/machine.ts";
import { writeHistory, writeInstance } from "../engine/records.ts";
import { openStore } from "../engine/store/open_store.ts";
import { compileCode } from "../shared/code/compile.ts";
import { parseDefinition } from "../shared/definition/parse.ts";
import { assert } from "../shared/errors.ts";
import { IMPORT, LOOP, ORDER, STEPS } from "../tests/browser/sample_workflows.ts";
import { openChromium, openSite, openTab } from "../tests/browser/site_fixture.ts";

const { values: flags } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    browser: { type: "boolean", default: false },
    instances: { type: "string", default: "100000" },
    records: { type: "string", default: "5000" },
  },
});
const INSTANCES = Number(flags.instances);
const RECORDS = Number(flags.records);
const PER_TXN = 500;
const RUNS = 9;
const DAY_MS = 86_400_000;

interface Figure {
  name: string;
  firstMs: number;
  medianMs: number;
  worstMs: number;
  answerBytes: number;
}

/** A definition as registered. */
async function register(engine: Engine, source: typeof ORDER) {
  const parsed = parseDefinition(source, { compileCode });
  assert(parsed.ok, `a sample is refused: ${JSON.stringify(parsed)}`);
  await engine.definitions.register(parsed.definition);
  return parsed.definition;
}

/** Writes instances as if they had run over the last 30 days: nine in ten completed, some failed, the rest running. */
async function fill(engine: Engine): Promise<void> {
  const definitions = [await register(engine, ORDER), await register(engine, STEPS), await register(engine, IMPORT)];
  const nowMs = Date.now();
  for (let at = 0; at < INSTANCES; at += PER_TXN) {
    await engine.store.transact((txn) => {
      for (let index = at; index < Math.min(INSTANCES, at + PER_TXN); index++) {
        const definition = definitions[index % definitions.length];
        const createdAtMs = nowMs - 30 * DAY_MS + Math.floor(index * 30 * DAY_MS / INSTANCES);
        const input = {
          customer: `Customer ${index}`,
          amount: index % 997,
          items: [{ sku: `sku-${index % 101}`, count: 2 }],
        };
        const result = start(definition, { id: `bench-${index}`, version: 1, input }, createdAtMs);
        assert(result.kind === "accepted", "a sample starts");
        const share = index % 20;
        const status = share < 17 ? "completed" : share === 17 ? "failed" : "running";
        const instance: Instance = {
          ...result.instance,
          status,
          ...(status === "running" ? {} : { endedAtMs: createdAtMs + 4_000, tasks: {}, timers: {} }),
          ...(status === "failed" ? { failure: { code: "TASK_FAILED", message: `Row ${index} is wrong` } } : {}),
        };
        const place = { status, createdAtMs, instanceId: instance.id };
        writeInstance(txn, instance, undefined);
        writeHistory(txn, instance.id, { sequence: 1, atMs: createdAtMs, entries: result.entries });
        txn.set(statusIndexKey(place), EMPTY);
        txn.set(workflowIndexKey(instance.workflow, place), EMPTY);
        txn.add(instanceCountKey(status, instance.workflow), 1n);
      }
      return Promise.resolve();
    }, { timeoutMs: 30_000 });
  }
}

async function longHistory(engine: Engine): Promise<void> {
  await register(engine, LOOP);
  await engine.instances.start({ workflow: "loop", version: 0, instanceId: "long", input: {} });
  for (let index = 1; index < RECORDS; index++) {
    await engine.instances.send({ instanceId: "long", name: "next", data: { index }, keep: false });
  }
}

async function measure(name: string, open: () => Promise<Response>): Promise<Figure> {
  const times: number[] = [];
  let answerBytes = 0;
  for (let run = 0; run < RUNS; run++) {
    const beganMs = performance.now();
    const response = await open();
    answerBytes = (await response.bytes()).length;
    times.push(performance.now() - beganMs);
    assert(response.status === 200, `${name} answers with ${response.status}`);
  }
  const sorted = times.toSorted((one, other) => one - other);
  return { name, firstMs: times[0], medianMs: sorted[RUNS >> 1], worstMs: sorted[RUNS - 1], answerBytes };
}

async function pages(engine: Engine): Promise<Figure[]> {
  const site = dashboard(engine, { onInternalError: (what, error) => console.error(what, error) });
  const get = (path: string) => async () => await site.request(path);
  const from = new Date(Date.now() - 10 * DAY_MS).toISOString().slice(0, 16);
  const to = new Date(Date.now() - 9 * DAY_MS).toISOString().slice(0, 16);
  const deep = `/instances?before=${Date.now() - 15 * DAY_MS}%20zzz`;
  return [
    await measure("list, newest page", get("/instances")),
    await measure("list, a page from the middle", get(deep)),
    await measure("filter by status", get("/instances?status=failed")),
    await measure("filter by workflow and status", get("/instances?workflow=order&status=running")),
    await measure("filter by time", get(`/instances?from=${from}&to=${to}`)),
    await measure("filter by text, found often", get("/instances?text=sku-7")),
    await measure("filter by text, found once", get("/instances?text=customer%2099991%22")),
    await measure("filter by text, found never", get("/instances?text=no-such-text")),
    await measure("count before a bulk action", async () =>
      await site.request("/instances/bulk", {
        method: "POST",
        headers: { "sec-fetch-site": "same-origin" },
        body: new URLSearchParams({ scope: "all", action: "cancel" }),
      })),
    await measure("schedules", get("/schedules")),
    await measure("overview", get("/")),
    await measure(`instance with ${RECORDS} records`, get("/instances/long")),
    await measure("its context in the middle", get(`/instances/long/context?at=${RECORDS >> 1}`)),
    await measure("its oldest history", get("/instances/long?before=100")),
  ];
}

/** From the acknowledgement of an event until a browser shows the new state, in ms, for each transition. */
async function shownAfterMs(): Promise<number[]> {
  const site = await openSite({ worker: false });
  const browser = await openChromium();
  try {
    await site.client.register(LOOP);
    await site.client.start("loop", { instanceId: "seen" });
    const { page } = await openTab(browser, site);
    await page.goto("/instances/seen");
    await page.locator("#live-state.live").waitFor();
    const times: number[] = [];
    for (const state of ["pong", "ping", "pong", "ping", "pong", "ping", "pong", "ping", "pong", "ping"]) {
      await site.client.send("seen", "next");
      const beganMs = performance.now();
      await page.locator("[data-state]", { hasText: state }).waitFor();
      times.push(performance.now() - beganMs);
    }
    return times;
  } finally {
    await browser.close();
    await site.close();
  }
}

const folder = await Deno.makeTempDir({ prefix: "degov-bench-" });
const engine = await Engine.open({ store: await openStore(`sqlite:${folder}/engine.db`, { durability: "os" }) });
try {
  await fill(engine);
  await longHistory(engine);
  const figures = await pages(engine);
  const shown = flags.browser ? await shownAfterMs() : undefined;
  if (flags.json) {
    console.log(JSON.stringify({
      benchmark: "dashboard",
      runtime: `deno ${Deno.version.deno}`,
      instances: INSTANCES,
      figures,
      ...(shown === undefined ? {} : { shownAfterMs: shown }),
    }));
  } else {
    console.log(`${INSTANCES} instances in SQLite, ${RUNS} runs each; times in ms`);
    for (const { name, firstMs, medianMs, worstMs, answerBytes } of figures) {
      const [first, median, worst] = [firstMs, medianMs, worstMs].map((ms) => ms.toFixed(1).padStart(8));
      console.log(`${name.padEnd(34)} first ${first}  median ${median}  worst ${worst}  ${answerBytes} bytes`);
    }
    if (shown !== undefined) {
      console.log(`a transition is shown in Chromium after ${shown.map((ms) => ms.toFixed(0)).join(", ")} ms`);
    }
  }
} finally {
  await engine.close();
  await Deno.remove(folder, { recursive: true });
}
