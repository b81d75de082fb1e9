import { deepEqual, equal, ok } from "node:assert/strict";
import { join } from "node:path";
import * as fc from "npm:fast-check@4.10.2";
import { deliveryKey, logMarkKey, trimmedKey } from "./events/event_keys.ts";
import * as keyspace from "./keyspace.ts";
import { decodeTuple } from "./store/tuple.ts";

const ROOT = join(import.meta.dirname!, "..");

/** One key of every family, made by the functions that make them all. */
const SAMPLES: Record<string, Uint8Array[]> = {
  meta: [keyspace.formatKey(), keyspace.importKey()],
  wf: [keyspace.workflowKey("w", 1)],
  wh: [keyspace.workflowHashKey("w", "h")],
  wl: [keyspace.latestVersionKey("w")],
  ws: [keyspace.writtenSourceKey("w", 1)],
  c: [keyspace.codeKey("h")],
  g: [keyspace.codeMarkKey("h")],
  i: [keyspace.instanceKey("i")],
  h: [keyspace.historyKey("i", 1)],
  t: [keyspace.taskKey("i", "t")],
  e: [keyspace.appliedKey("i", "o")],
  r: [keyspace.readyKey({ capability: "wasm", readyAtMs: 1, instanceId: "i", taskId: "t" })],
  l: [keyspace.leaseKey("w", "i", "t")],
  lc: [keyspace.permitsKey({ workflow: "w", name: "t", key: "k" })],
  lq: [
    keyspace.permitQueueKey({ workflow: "w", name: "t", key: "k" }, { readyAtMs: 1, instanceId: "i", taskId: "t" }),
  ],
  ic: [keyspace.admissionsKey("w", "k")],
  iq: [keyspace.admissionQueueKey("w", "k", { sinceMs: 1, instanceId: "i" })],
  o: [keyspace.messageKey("i", 1)],
  ou: [keyspace.undeliveredKey("i", 1)],
  sc: [keyspace.scheduleKey("s")],
  scn: [keyspace.scheduleCountKey()],
  tm: [keyspace.timerKey({ fireAtMs: 1, instanceId: "i", timerId: "t" })],
  w: [keyspace.workerKey("w")],
  x: [keyspace.statusIndexKey({ status: "running", createdAtMs: 1, instanceId: "i" })],
  xw: [keyspace.workflowIndexKey("w", { status: "running", createdAtMs: 1, instanceId: "i" })],
  n: [keyspace.instanceCountKey("running", "w")],
  en: [keyspace.engineKey("e")],
  k: [keyspace.wakeKey(3)],
  ev: [], // made by the store at the commit
  evm: [logMarkKey(), trimmedKey()],
  evh: [deliveryKey("w")],
};

/** Rows of the table: family, and the parts of its key. */
async function documented(path: string, pattern: RegExp): Promise<string[]> {
  const text = await Deno.readTextFile(join(ROOT, path));
  return [...text.matchAll(pattern)].map(([, family, key]) => `${family}: ${key.trim()}`).sort();
}

Deno.test("docs/keyspace.md lists the keys that the code does, with the same parts", async () => {
  const page = await documented("docs/keyspace.md", /^\| `(\w+)` +\| ([^|]+)\|/gm);
  const table = /^ \* \| (\w+) +\| ((?!key )[^|]+)\|/gm;
  const code = [
    ...await documented("engine/keyspace.ts", table),
    ...await documented("engine/events/event_keys.ts", table),
  ];
  deepEqual(page, code.sort());
  deepEqual([...new Set(page.map((row) => row.split(":")[0]))], Object.keys(SAMPLES).sort());
});

Deno.test("every key function makes a key of its family, of as many parts as the page says", async () => {
  const parts = new Map<string, Set<number>>();
  for (const row of await documented("docs/keyspace.md", /^\| `(\w+)` +\| ([^|]+)\|/gm)) {
    const [family, key] = [row.slice(0, row.indexOf(":")), row.slice(row.indexOf(":") + 1)];
    parts.set(family, (parts.get(family) ?? new Set()).add(key.split(",").length));
  }
  for (const [family, keys] of Object.entries(SAMPLES)) {
    for (const key of keys) {
      const tuple = decodeTuple(key);
      equal(tuple[0], family);
      ok(parts.get(family)!.has(tuple.length - 1), `${family} has ${tuple.length - 1} parts`);
    }
  }
});

Deno.test("every function of keyspace.ts that makes keys is looked at here", () => {
  const made = Object.keys(keyspace).filter((name) => /^(?!decode).*Key$/.test(name)).sort();
  const used = [
    "admissionQueueKey",
    "admissionsKey",
    "appliedKey",
    "codeKey",
    "codeMarkKey",
    "engineKey",
    "formatKey",
    "historyKey",
    "importKey",
    "instanceCountKey",
    "instanceKey",
    "latestVersionKey",
    "leaseKey",
    "messageKey",
    "permitQueueKey",
    "permitsKey",
    "readyKey",
    "scheduleCountKey",
    "scheduleKey",
    "statusIndexKey",
    "taskKey",
    "timerKey",
    "undeliveredKey",
    "wakeKey",
    "workerKey",
    "workflowHashKey",
    "workflowIndexKey",
    "workflowKey",
    "writtenSourceKey",
  ];
  deepEqual(made, used);
});

Deno.test("keys of time sort by time, and decode to what they were made of", () => {
  const place = fc.record({
    fireAtMs: fc.integer({ min: 0, max: 2 ** 45 }),
    instanceId: fc.string({ maxLength: 20 }),
    timerId: fc.string({ maxLength: 20 }),
  });
  fc.assert(fc.property(place, place, (a, b) => {
    deepEqual(keyspace.decodeTimerKey(keyspace.timerKey(a)), { ...a });
    const sameShard = { ...b, instanceId: a.instanceId };
    if (a.fireAtMs < b.fireAtMs) ok(keyspace.timerKey(a).toHex() < keyspace.timerKey(sameShard).toHex());
  }));
  fc.assert(fc.property(place, fc.constantFrom("javascript" as const, "wasm" as const), (at, capability) => {
    const ready = { capability, readyAtMs: at.fireAtMs, instanceId: at.instanceId, taskId: at.timerId };
    deepEqual(keyspace.decodeReadyKey(keyspace.readyKey(ready)), ready);
    for (const priority of [-100, 1, 100]) {
      const urgent = { ...ready, priority };
      deepEqual(keyspace.decodeReadyKey(keyspace.readyKey(urgent)), urgent);
      const isFirst = keyspace.readyKey(urgent).toHex() < keyspace.readyKey({ ...ready, readyAtMs: 0 }).toHex();
      equal(isFirst, priority > 0);
    }
  }));
});

Deno.test("a shard is one of all, and every shard is used", () => {
  const used = new Set(Array.from({ length: 1_000 }, (_, index) => keyspace.shardOf(`instance-${index}`)));
  equal(used.size, keyspace.SHARDS);
  ok([...used].every((shard) => shard >= 0 && shard < keyspace.SHARDS));
});
