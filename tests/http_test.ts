import { deepEqual, equal, match, ok } from "node:assert/strict";
import { type EngineServer, serveEngine } from "../engine/server.ts";
import { MemoryStore } from "../engine/store/memory_store.ts";
import { INPUT_BYTES_MAX, RPC_BYTES_MAX } from "../shared/limits.ts";

interface Answer {
  status: number;
  // deno-lint-ignore no-explicit-any -- whatever the engine answers, as curl would see it
  body: any;
}

type Call = (method: string, body: unknown) => Promise<Answer>;

/** Runs the test against an engine on a socket, as a client with nothing but HTTP and JSON sees it. */
function check(name: string, body: (call: Call, server: EngineServer) => Promise<void>): void {
  Deno.test(name, async () => {
    const listen = { hostname: "127.0.0.1", port: 0 };
    const server = await serveEngine({ store: new MemoryStore(), listen });
    const call: Call = async (method, json) => {
      const response = await fetch(`${server.url}/degov.v1.WorkflowService/${method}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: typeof json === "string" ? json : JSON.stringify(json),
      });
      return { status: response.status, body: await response.json() };
    };
    try {
      await body(call, server);
      // Whatever was sent, the engine goes on.
      equal((await call("ListWorkflows", {})).status, 200);
    } finally {
      await server.close();
    }
  });
}

const REVIEW = {
  name: "review",
  initial: "open",
  states: {
    open: { on: { approve: [{ target: "approved", guard: "event.data.amount * 2 < 1000" }], reject: "rejected" } },
    approved: {},
    rejected: { final: "failed" },
  },
};

check("plain JSON registers, starts, sends an event and reads the history", async (call) => {
  const registered = await call("RegisterWorkflow", { definition: REVIEW });
  deepEqual([registered.body.name, registered.body.version, registered.body.created], ["review", 1, true]);
  equal((await call("RegisterWorkflow", { definition: REVIEW })).body.created ?? false, false);

  const started = await call("StartInstance", { workflow: "review", instanceId: "r1", input: { who: "ann" } });
  equal(started.body.instance.status, "INSTANCE_STATUS_RUNNING");
  equal(started.body.created, true);

  const sent = await call("SendEvent", { instanceId: "r1", name: "approve", data: { amount: 42.5 } });
  equal(sent.body.instance.status, "INSTANCE_STATUS_COMPLETED");

  const { body } = await call("GetHistory", { instanceId: "r1" });
  const kinds = body.records.flatMap((record: { entries: object[] }) =>
    record.entries.map((entry) => Object.keys(entry)[0])
  );
  deepEqual(kinds, [
    "started",
    "stateEntered",
    "eventReceived",
    "stateExited",
    "transitionTaken",
    "stateEntered",
    "completed",
  ]);
});

check("a definition is refused with all its problems at once, and nothing is stored", async (call) => {
  const text = `{
  "name": "broken",
  "initial": "first",
  "states": {
    "first": {
      "enter": [
        { "task": { "name": "sum", "code": "const a = 1;\\nconst b = ;" } },
        { "tsk": { "name": "other" } }
      ],
      "on": {
        "go": [{ "target": "secnd", "guard": "context.a >" }],
        "stop": "second"
      }
    },
    "second": {}
  }
}`;
  const { status, body } = await call("RegisterWorkflow", {
    source: { text, format: "json", fileName: "broken.json" },
  });
  equal(status, 400);
  equal(body.code, "invalid_argument");
  const { problems } = body.details[0].debug;
  deepEqual(problems.map((problem: { path: string }) => problem.path).sort(), [
    "states.first.enter[0].task.code",
    "states.first.enter[1]",
    "states.first.on.go[0].guard",
    "states.first.on.go[0].target",
  ]);
  for (const { line, column } of problems) ok(line > 0 && column > 0);
  match(body.message, /broken\.json:7:/);
  match(body.message, /secnd/);
  equal((await call("GetWorkflow", { name: "broken" })).status, 404);
});

check("what cannot be done is said with the code for it", async (call) => {
  await call("RegisterWorkflow", { definition: REVIEW });
  await call("StartInstance", { workflow: "review", instanceId: "r1" });
  const cases: [string, unknown, number, string, RegExp][] = [
    ["SendEvent", { instanceId: "r1", name: "aprove" }, 400, "failed_precondition", /takes "approve", "reject"/],
    [
      "SendEvent",
      { instanceId: "r1", name: "approve", data: { amount: 5000 } },
      400,
      "failed_precondition",
      /no guard/,
    ],
    ["SendEvent", { instanceId: "r2", name: "approve" }, 404, "not_found", /"r2"/],
    ["GetInstance", { instanceId: "r2" }, 404, "not_found", /"r2"/],
    ["GetInstance", {}, 400, "invalid_argument", /instance_id is missing/],
    ["StartInstance", { workflow: "nothing" }, 404, "not_found", /"nothing"/],
    [
      "StartInstance",
      { workflow: "review", instanceId: "r1", input: { other: 1 } },
      409,
      "already_exists",
      /another input/,
    ],
    ["StartInstance", { workflow: "review", input: [1] }, 400, "invalid_argument", /an array/],
    [
      "StartInstance",
      { workflow: "review", input: { text: "x".repeat(INPUT_BYTES_MAX) } },
      400,
      "invalid_argument",
      new RegExp(String(INPUT_BYTES_MAX)),
    ],
    ["StartInstance", "{ not json", 400, "invalid_argument", /./],
    [
      "StartInstance",
      JSON.stringify("x".repeat(RPC_BYTES_MAX)),
      400,
      "invalid_argument",
      new RegExp(String(RPC_BYTES_MAX)),
    ],
    ["StartInstance", "[".repeat(100_000), 400, "invalid_argument", /./],
    ["ListInstances", { pageToken: "garbage" }, 400, "invalid_argument", /page token/],
    ["ListInstances", { pageSize: 5_000 }, 400, "invalid_argument", /at most 1000/],
  ];
  for (const [method, body, status, code, message] of cases) {
    const answer = await call(method, body);
    deepEqual([method, answer.status, answer.body.code], [method, status, code], JSON.stringify(answer.body));
    match(answer.body.message, message);
  }
});

check("garbage bytes are refused, in every encoding", async (_call, { url }) => {
  const garbage = Uint8Array.from({ length: 1_000 }, (_, index) => 251 * index + 7);
  const types = ["application/json", "application/proto", "application/grpc-web+proto", "text/plain"];
  // In one piece, and as a stream of unknown length, which Connect's own handlers take.
  for (
    const [type, body] of types.flatMap((type) => [[type, garbage], [type, new Blob([garbage]).stream()]] as const)
  ) {
    const response = await fetch(`${url}/degov.v1.WorkflowService/StartInstance`, {
      method: "POST",
      headers: { "content-type": type },
      body,
    });
    const text = await response.text();
    ok(response.status !== 500 && !text.includes("at file"), `${type}: ${response.status} ${text}`);
    if (type !== "application/json" && type !== "application/proto") continue;
    deepEqual([response.status, JSON.parse(text).code], [400, "invalid_argument"]);
  }
});

check("the same start twice is one instance, the same event twice is applied once", async (call) => {
  await call("RegisterWorkflow", {
    definition: {
      name: "counter",
      initial: "counting",
      states: {
        counting: {
          on: { add: [{ actions: [{ set: { key: "n", expression: "context.n + event.data" } }] }], end: "over" },
        },
        over: {},
      },
    },
  });
  const start = { workflow: "counter", instanceId: "c1", input: { n: 1 } };
  equal((await call("StartInstance", start)).body.created, true);
  equal((await call("StartInstance", start)).body.created ?? false, false);
  const add = { instanceId: "c1", name: "add", data: 5, eventId: "once" };
  equal((await call("SendEvent", add)).body.duplicate ?? false, false);
  equal((await call("SendEvent", add)).body.duplicate, true);
  deepEqual((await call("GetInstance", { instanceId: "c1" })).body.instance.context, { n: 6 });
});
