import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { createHmac } from "node:crypto";
import { systemClock, VirtualClock } from "../../shared/clock.ts";
import { DegovError } from "../../shared/errors.ts";
import { SeededRandom } from "../../shared/random.ts";
import { Engine } from "../engine.ts";
import { MemoryStore } from "../store/memory_store.ts";
import { RerunningStore } from "../store/rerunning_store.ts";
import type { Store } from "../store/store.ts";
import { EventLog } from "./event_log.ts";
import { WebhookDelivery } from "./webhook_delivery.ts";
import { parseWebhookFile } from "./webhook_file.ts";

const DAY_MS = 86_400_000;
const DEFINITION = {
  name: "door",
  initial: "shut",
  states: { shut: { on: { open: [{ target: "ajar" }] } }, ajar: {} },
};

async function open(store: Store, eventsKeepMs: number | undefined = DAY_MS): Promise<Engine> {
  const engine = await Engine.open({ store, eventsKeepMs });
  await engine.definitions.register(DEFINITION);
  return engine;
}

async function start(engine: Engine, ...ids: string[]): Promise<void> {
  for (const instanceId of ids) await engine.instances.start({ workflow: "door", version: 0, instanceId, input: {} });
}

/** The next items that carry an event. */
async function take(
  stream: AsyncGenerator<
    Awaited<ReturnType<EventLog["read"]>>["events"][number] | { cursor: string; logged?: unknown }
  >,
  count: number,
): Promise<{ cursor: string; text: string }[]> {
  const taken: { cursor: string; text: string }[] = [];
  while (taken.length < count) {
    const { value } = await stream.next();
    const { logged, cursor } = value as {
      cursor: string;
      logged?: Awaited<ReturnType<EventLog["read"]>>["events"][number];
    };
    if (logged === undefined) continue;
    const { event, record } = logged;
    taken.push({ cursor, text: `${event.instanceId} ${record.sequence} ${record.entries.map(({ kind }) => kind)[0]}` });
  }
  return taken;
}

Deno.test("[E1, E2] every record is streamed once, in order, and a reader goes on after a restart", async () => {
  for (
    const wrap of [
      (store: Store) => store,
      (store: Store) => new RerunningStore(store, { random: new SeededRandom(1) }),
    ]
  ) {
    const memory = new MemoryStore({ clock: systemClock });
    const store = wrap(memory);
    const first = await open(store);
    await start(first, "a", "b");
    const seen = await take(first.events.follow("0", {}), 2);
    await first.drain();

    const second = await Engine.open({ store }); // E3: the store says that there is a log
    await second.instances.send({ instanceId: "a", name: "open", data: null, keep: false, eventId: "e1" });
    await start(second, "c");
    const rest = await take(second.events.follow(seen[1].cursor, {}), 2);
    deepEqual([...seen, ...rest].map(({ text }) => text), [
      ...["a 1 started", "b 1 started"],
      ...["a 2 eventReceived", "c 1 started"],
    ]);
    await second.close();
  }
});

Deno.test("a stream tells of what happens while it waits, and only of what its filter asks for", async () => {
  const engine = await open(new MemoryStore({ clock: systemClock }));
  const stream = engine.events.follow("", { kinds: ["eventReceived"], workflows: ["door"] });
  await stream.next(); // the cursor of now
  const taking = take(stream, 1);
  await start(engine, "a", "b");
  await engine.instances.send({ instanceId: "b", name: "open", data: 1, keep: false, eventId: "e1" });
  deepEqual((await taking).map(({ text }) => text), ["b 2 eventReceived"]);
  await engine.close();
});

Deno.test("without a log nothing is written for it, and following it is refused with what would help", async () => {
  const store = new MemoryStore({ clock: systemClock });
  const engine = await Engine.open({ store });
  await engine.definitions.register(DEFINITION);
  await start(engine, "warm");
  const before = store.stats().writes;
  await start(engine, "a");
  const without = store.stats().writes - before;
  await rejects(() => engine.events.follow("", {}).next(), /start an engine with --events/);
  await engine.close();

  const logged = await open(new MemoryStore({ clock: systemClock }));
  await start(logged, "warm");
  const writes = logged.store.stats().writes;
  await start(logged, "a");
  equal(logged.store.stats().writes - writes, without + 1, "one entry for one record");
  await logged.close();
});

Deno.test("[E2] what was deleted after its time is refused, not skipped", async () => {
  const clock = new VirtualClock();
  const store = new MemoryStore({ clock });
  const engine = await Engine.open({ store, clock, eventsKeepMs: DAY_MS });
  await engine.definitions.register(DEFINITION);
  await start(engine, "a", "b");
  const [first] = (await engine.eventLog.read(await engine.eventLog.begin("0"))).events;
  clock.jump(DAY_MS + 1);
  await start(engine, "c");
  await engine.eventLog.trim();
  const left = await engine.eventLog.read(await engine.eventLog.begin("0"));
  deepEqual(left.events.map(({ event }) => event.instanceId), ["c"]);
  await rejects(() => engine.eventLog.read(first.cursor), (error: DegovError) => error.code === "FAILED_PRECONDITION");
  await rejects(() => engine.eventLog.begin("nonsense"), /it is none/);
  const closing = engine.close();
  await clock.advance(0);
  await closing;
});

const SECRET = new Uint8Array(32).fill(7);

async function webhooks(filter = "") {
  return (await parseWebhookFile(
    `webhooks: [{name: hook, url: "https://example.test/hook", secret: "whsec_${SECRET.toBase64()}"${filter}}]`,
    () => Promise.reject(new Error("no file")),
  ))[0];
}

Deno.test("[D1, D2] a webhook is told of every event, signed, in order, and again after a failure", async () => {
  const engine = await open(new MemoryStore({ clock: systemClock }));
  const webhook = await webhooks(", kinds: [started, eventReceived]");
  const bodies: string[] = [];
  const ids: string[] = [];
  let refusals = 1;
  const got = Promise.withResolvers<void>();
  const receive = (_url: string, init: RequestInit) => {
    const headers = new Headers(init.headers);
    const body = String(init.body);
    const signed = `${headers.get("webhook-id")}.${headers.get("webhook-timestamp")}.${body}`;
    const expected = createHmac("sha256", SECRET).update(signed).digest("base64");
    equal(headers.get("webhook-signature"), `v1,${expected}`);
    if (refusals-- > 0) return Promise.resolve(new Response("busy", { status: 503 }));
    ids.push(headers.get("webhook-id")!);
    bodies.push(body);
    if (new Set(ids).size === 3) got.resolve();
    return Promise.resolve(new Response(null, { status: 204 }));
  };
  // Pauses are cut short: what is tested is what follows them.
  const clock = { nowMs: () => Date.now(), sleep: (_ms: number, signal?: AbortSignal) => systemClock.sleep(1, signal) };
  const options = { webhook, log: engine.eventLog, store: engine.store, clock, fetch: receive };
  const one = new WebhookDelivery({ ...options, holder: "engine-1" });
  const other = new WebhookDelivery({ ...options, holder: "engine-2" });
  one.start();
  other.start();
  // A new webhook begins with now: it has begun once it has a record.
  while (
    (await engine.store.transact((txn) =>
      txn.range(new Uint8Array([0]), new Uint8Array([0xff]), {
        limit: 10_000,
        snapshot: true,
      })
    )).every(({ key }) => !new TextDecoder().decode(key).includes("evh"))
  ) await systemClock.sleep(1);
  await start(engine, "a", "b");
  await engine.instances.send({ instanceId: "a", name: "open", data: null, keep: false, eventId: "e1" });
  await got.promise;
  await Promise.all([one.close(), other.close()]);
  equal(one.delivered * other.delivered, 0, "one engine delivers at a time");
  equal(one.failed + other.failed, 1);
  // What was sent beside the one that was refused is sent again, under the same id.
  const told = [...new Map(bodies.map((body, index) => [ids[index], body])).values()].map((body) => JSON.parse(body))
    .map(({ instanceId, record }) => `${instanceId} ${record.sequence}`);
  deepEqual(told.filter((text) => text.startsWith("a")), ["a 1", "a 2"]);
  match(bodies[0], /"type":"degov.history"/);
  await engine.close();
});

Deno.test("a file of webhooks says what is wrong with it, and never quotes a secret", async () => {
  const read = () => Promise.resolve(`whsec_${SECRET.toBase64()}\n`);
  const [webhook] = await parseWebhookFile('webhooks: [{name: a, url: "http://x/", secretFile: /run/s}]', read);
  deepEqual(webhook.key, SECRET);
  for (
    const [text, why] of [
      ["[", /neither YAML/],
      ["a: 1", /list `webhooks`/],
      ["webhooks: [{name: a, url: file:///etc}]", /url must be/],
      ['webhooks: [{name: a, url: "http://x/", secret: hunter2}]', /whsec_/],
      ['webhooks: [{name: a, url: "http://x/", secret: whsec_aHVudGVyMg==}]', /at least 24 bytes/],
      ['webhooks: [{name: a, url: "http://x/", secretFile: s, kinds: all}]', /kinds must be a list/],
    ] as const
  ) {
    await rejects(() => parseWebhookFile(text, read), (error: Error) => {
      match(error.message, why);
      return !error.message.includes("hunter2");
    });
  }
});
