import { deepEqual, equal, match, ok, throws } from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import type { Definition } from "../../shared/definition/definition.ts";
import { toGraph } from "./diagram/graph.ts";
import { layOut } from "./diagram/layout.ts";
import { concernsOf, type Situation } from "./pages/concerns.ts";
import { readListQuery } from "./pages/instance_filter.ts";
import { readInput } from "./pages/schema_form.tsx";
import { escapeHtml, highlightJson } from "./parts/json.tsx";
import { formatCount, formatDuration, formatRelative } from "./parts/time.ts";
import { type Interval, latencyAt } from "./pulse.ts";

Deno.test("formatDuration() and its like are short and have units", () => {
  const durations: [number, string][] = [
    [0, "0 ms"],
    [850.4, "850 ms"],
    [5_000, "5 s"],
    [5_250, "5.25 s"],
    [65_000, "1 min 5 s"],
    [7_200_000, "2 h"],
    [183_600_000, "2 d 3 h"],
    [-1_000, "-1 s"],
  ];
  for (const [ms, text] of durations) equal(formatDuration(ms), text);
  equal(formatRelative(0, 125_000), "2 min ago");
  equal(formatRelative(5_000, 0), "in 5 s");
  equal(formatCount(1234567), "1\u202f234\u202f567");
});

Deno.test("highlightJson() never lets a value become markup, and loses nothing", () => {
  fc.assert(fc.property(fc.json(), (json) => {
    const html = highlightJson(JSON.stringify(JSON.parse(json), null, 2));
    const text = html.replace(/<\/?[bi](?: class="[snw]")?>/g, "");
    equal(text, escapeHtml(JSON.stringify(JSON.parse(json), null, 2)));
  }));
});

const SCHEMA = {
  type: "object",
  required: ["name"],
  properties: {
    name: { type: "string" },
    count: { type: "integer" },
    kind: { enum: ["a", 1, null] },
    on: { type: "boolean" },
    more: { type: "array" },
  },
};

Deno.test("readInput() makes of a form the input that its fields say", () => {
  const read = (fields: Record<string, string>) =>
    readInput(new URLSearchParams(Object.entries(fields).map(([key, value]) => [`input.${key}`, value])), SCHEMA);
  deepEqual(read({ name: "x", count: "3", kind: "1", on: "false", more: "[1]" }), {
    name: "x",
    count: 3,
    kind: 1,
    on: false,
    more: [1],
  });
  deepEqual(read({ name: "", count: "", kind: "", on: "", more: "" }), { name: "" });
  throws(() => read({ name: "x", count: "three" }), /"count": "three" is no number/);
  throws(() => read({ name: "x", more: "[" }), /"more": it is no JSON/);
  throws(() => readInput(new URLSearchParams({ json: "[]" }), undefined), /must be a JSON object/);
  deepEqual(readInput(new URLSearchParams({ json: "" }), undefined), {});
});

Deno.test("readListQuery() takes what a form sends, and says what it cannot take", () => {
  const read = (query: string) => readListQuery(new URLSearchParams(query));
  deepEqual(read(""), {});
  deepEqual(read("status=&workflow=&text=+&from=&to="), {});
  deepEqual(read("status=failed&text=x&from=2026-01-31T12:00&before=17+a b"), {
    status: "failed",
    text: "x",
    from: "2026-01-31T12:00",
    cursor: { createdAtMs: 17, instanceId: "a b" },
  });
  throws(() => read("status=sleeping"), /one of running/);
  throws(() => read("from=yesterday"), /2026-01-31T12:00/);
});

function wide(states: number): Definition {
  return {
    name: "wide",
    initial: "s0",
    states: Object.fromEntries(
      Array.from({ length: states }, (_, index) => [
        `s${index}`,
        index + 1 === states ? { final: "completed" as const } : { on: { next: [{ target: `s${index + 1}` }] } },
      ]),
    ),
  };
}

Deno.test("a diagram too large to read shows the states around the present one", () => {
  const small = toGraph(wide(100));
  deepEqual([small.nodes.length, small.omitted], [100, 0]);
  const large = toGraph(wide(1_000), "s500");
  equal(large.nodes.length + large.omitted, 1_000);
  ok(large.nodes.length <= 120 && large.nodes.some(({ state }) => state === "s500"));
  ok(large.nodes.some(({ state }) => state === "s510") && !large.nodes.some(({ state }) => state === "s900"));
});

Deno.test("layOut() places every state apart from the others", async () => {
  const { nodes, edges, width, height } = await layOut(toGraph(wide(20)), "wide 20");
  for (const { box } of nodes) {
    ok(box.x - box.width / 2 >= 0 && box.x + box.width / 2 <= width);
    ok(box.y - box.height / 2 >= 0 && box.y + box.height / 2 <= height);
    for (const other of nodes) {
      const isApart = other.box === box || Math.abs(other.box.x - box.x) >= (other.box.width + box.width) / 2 ||
        Math.abs(other.box.y - box.y) >= (other.box.height + box.height) / 2;
      ok(isApart);
    }
  }
  equal(edges.length, 19);
  for (const { path } of edges) ok(path.length >= 2);
});

const FINE: Situation = {
  nowMs: 1_000_000,
  sessionTimeoutMs: 15_000,
  queue: { queued: 0, isBound: false, byCapability: { javascript: 0, wasm: 0 } },
  workers: [],
  load: [],
  intervals: [],
  counts: { running: 0, completed: 0, failed: 0, cancelled: 0 } as Situation["counts"],
  failed: [],
  schedules: [{ id: "fine" }],
};

Deno.test("concernsOf() says what is wrong, the worst first", () => {
  deepEqual(concernsOf(FINE), []);
  const [alone] = concernsOf({
    ...FINE,
    queue: { ...FINE.queue, queued: 3, byCapability: { javascript: 3, wasm: 0 } },
  });
  deepEqual([alone.severity, alone.text], ["error", "3 javascript tasks wait, and no worker is registered."]);
  const worker = {
    id: "w1",
    session: "s",
    slots: 1,
    capabilities: ["javascript" as const],
    version: "1",
    registeredAtMs: 0,
    expiresAtMs: FINE.nowMs + 15_000,
  };
  const busy = { queued: 9, isBound: false, oldestMs: FINE.nowMs - 60_000, byCapability: { javascript: 9, wasm: 0 } };
  match(concernsOf({ ...FINE, workers: [worker], queue: busy })[0].text, /waited for 1 min/);
  const silent = concernsOf({ ...FINE, workers: [{ ...worker, expiresAtMs: FINE.nowMs + 2_000 }] });
  match(silent[0].text, /last heard of 13 s ago/);
  const [late] = concernsOf({ ...FINE, schedules: [{ id: "s", lastError: 'Cannot find workflow "x"' }] });
  deepEqual([late.severity, late.hint, late.href], ["error", 'Cannot find workflow "x"', "/schedules/s"]);
  const failing = {
    completed: 1,
    failed: 1,
    started: 0,
    cancelled: 0,
    steps: 0,
    startMs: 0,
    isKnown: true,
  } as Interval;
  const both = concernsOf({ ...FINE, workers: [worker], queue: busy, intervals: [failing] });
  deepEqual(both.map(({ severity }) => severity), ["error", "warning"]);
});

Deno.test("latencyAt() is within a class of the truth", () => {
  const latencies = new Uint32Array(56);
  latencies[10] = 90; // up to 32 ms
  latencies[20] = 10; // up to 1,024 ms
  const interval = { latencies } as Interval;
  equal(Math.round(latencyAt(0.5, [interval])!), 32);
  equal(Math.round(latencyAt(0.95, [interval, interval])!), 1_024);
  equal(latencyAt(0.5, []), undefined);
});
