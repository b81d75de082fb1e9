/** Every call and page, every role and none; tokens that are wrong, expired and revoked; requests of every bad kind. */

import { deepEqual, equal, match, ok } from "node:assert/strict";
import { join } from "node:path";
import { configure, type LogRecord, reset } from "@logtape/logtape";
import { fromJson, type JsonObject, toBinary } from "@bufbuild/protobuf";
import { PAGE_ACCESS, RPC_ACCESS, SERVICES } from "../../engine/access/access_table.ts";
import { type Access, isAllowed, ROLES } from "../../engine/access/role.ts";
import { removeToken } from "../../engine/access/token_file.ts";
import { SeededRandom } from "../../shared/random.ts";
import { DegovClient } from "../../shared/client/client.ts";
import { type GuardedEngine, openGuardedEngine } from "./guarded_engine.ts";

/** A well-formed request of every method; ids of what is not there are as good as any. */
const REQUESTS: { readonly [method: string]: Record<string, unknown> } = {
  RegisterWorkflow: { definition: { name: "walk", initial: "a", states: { a: {} } } },
  GetWorkflow: { name: "walk" },
  ListWorkflows: { pageSize: 2 },
  StartInstance: { workflow: "walk", instanceId: "w1", input: { a: [1, "x", null] } },
  GetInstance: { instanceId: "w1" },
  ListInstances: { workflow: "walk", pageSize: 5 },
  SendEvent: { instanceId: "w1", name: "go", data: { b: true }, eventId: "e1" },
  CancelInstance: { instanceId: "w1", reason: "walk" },
  RetryInstance: { instanceId: "w1" },
  PauseInstance: { instanceId: "w1", reason: "walk" },
  ResumeInstance: { instanceId: "w1" },
  ForkInstance: { instanceId: "w1", sequence: "1", newInstanceId: "w2" },
  MigrateInstance: { instanceId: "w1", version: 1 },
  BulkOperate: { workflow: "walk", status: "INSTANCE_STATUS_RUNNING", pause: { reason: "walk" }, dryRun: true },
  CreateSchedule: { scheduleId: "s1", spec: { cron: "0 3 * * *", timeZone: "UTC", workflow: "walk", paused: true } },
  GetSchedule: { scheduleId: "s1" },
  ListSchedules: { pageSize: 3 },
  UpdateSchedule: { scheduleId: "s1", spec: { cron: "0 4 * * *", workflow: "walk", paused: true } },
  DeleteSchedule: { scheduleId: "s1" },
  TriggerSchedule: { scheduleId: "s1" },
  GetHistory: { instanceId: "w1", afterSequence: "0", pageSize: 10 },
  ExplainInstance: { instanceId: "w1" },
  ListWorkers: {},
  RegisterWorker: { workerId: "walker", slots: 1, capabilities: ["javascript"], version: "1" },
  PollTasks: { workerId: "walker", session: "none", slots: 1, waitMs: 1 },
  CompleteTasks: { workerId: "walker", session: "none", completions: [] },
  Heartbeat: { workerId: "walker", session: "none", leases: [] },
  ReleaseTasks: { workerId: "walker", session: "none", leases: [] },
  DeregisterWorker: { workerId: "walker", session: "none" },
  GetCode: { hash: "00" },
};

const RPCS = Object.entries(RPC_ACCESS).flatMap(([service, methods]) =>
  Object.entries(methods).map(([method, access]) => ({ path: `/${service}/${method}`, method, access }))
);
/** Streams, which last; the walk opens them only where they are refused at once. */
const STREAMS = new Set(["WatchInstance", "WatchEvents"]);
const UNARY = RPCS.filter(({ method }) => !STREAMS.has(method));

Deno.test("the walk has a valid request of every call", () => {
  deepEqual(UNARY.map(({ method }) => method).filter((method) => REQUESTS[method] === undefined), []);
});

async function withEngine(
  body: (engine: GuardedEngine) => Promise<void>,
  options?: Parameters<typeof openGuardedEngine>[0],
): Promise<void> {
  const engine = await openGuardedEngine(options);
  try {
    await body(engine);
  } finally {
    await engine.close();
  }
}

function bearer(token: string | undefined): Record<string, string> {
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}

async function call(
  { url }: { url: string },
  path: string,
  options: { token?: string; body?: unknown; headers?: Record<string, string> } = {},
): Promise<{ status: number; text: string; headers: Headers }> {
  const { token, body = {}, headers = {} } = options;
  const response = await fetch(url + path, {
    method: "POST",
    headers: { "content-type": "application/json", ...bearer(token), ...headers },
    body: typeof body === "string" || body instanceof Uint8Array ? body as BodyInit : JSON.stringify(body),
    redirect: "manual",
  });
  return { status: response.status, text: await response.text(), headers: response.headers };
}

/** What a refusal or answer may never hold. */
function assertNoLeak(text: string, secrets: readonly string[] = []): void {
  ok(!/at .*\.ts:\d+|file:\/\/|\/work\/|node_modules|Assertion failed/.test(text), `leaks internals: ${text}`);
  for (const secret of secrets) ok(!text.includes(secret), "leaks a token");
}

Deno.test("every call, with every role and none: passed exactly where its declared role says so", async () => {
  await withEngine(async (engine) => {
    for (const { path, method, access } of RPCS) {
      for (const role of [...ROLES, undefined]) {
        const token = role === undefined ? undefined : engine.tokens[role];
        const answer = await call(engine, path, { token, body: REQUESTS[method] ?? {} });
        if (role === undefined) equal(answer.status, 401, `${path} without a token`);
        else {equal(
            answer.status === 403,
            !isAllowed(role, access),
            `${path} as ${role}: ${answer.status} ${answer.text}`,
          );}
        ok(answer.status < 500, `${path} as ${role}: ${answer.status} ${answer.text}`);
        assertNoLeak(answer.text, Object.values(engine.tokens));
      }
    }
  });
});

Deno.test("every page, with every role and none", async () => {
  await withEngine(async (engine) => {
    for (const [route, access] of Object.entries(PAGE_ACCESS) as [string, Access][]) {
      const [method, pattern] = route.split(" ");
      const path = pattern.replaceAll(/:[a-zA-Z]+/g, "x").replace("*", "x");
      for (const role of [...ROLES, undefined]) {
        const token = role === undefined ? undefined : engine.tokens[role];
        const response = await fetch(engine.url + path, {
          method,
          headers: { ...bearer(token), origin: engine.url },
          redirect: "manual",
        });
        const isStream = response.headers.get("content-type")?.startsWith("text/event-stream") ?? false;
        const text = isStream ? "" : await response.text();
        if (isStream) await response.body?.cancel();
        const passes = role === undefined ? access === "public" : isAllowed(role, access);
        const refused = response.status === 403 || (access !== "public" && response.status === 401) ||
          response.headers.get("location")?.startsWith("/login?") === true;
        equal(!refused, passes, `${route} as ${role}: ${response.status}`);
        ok(response.status < 500 || path === "/readyz", `${route} as ${role}: ${response.status}`);
        assertNoLeak(text, Object.values(engine.tokens));
      }
    }
  });
});

Deno.test("what is not declared is not there, whoever asks", async () => {
  await withEngine(async (engine) => {
    for (
      const path of ["/nothing", "/degov.v1.WorkflowService/Nothing", "/degov.v1.Other/GetInstance", "//", "/.env"]
    ) {
      const answer = await call(engine, path, { token: engine.tokens.admin });
      equal(answer.status, 404, path);
    }
  });
});

Deno.test("wrong, expired and revoked tokens let nobody in", async () => {
  await withEngine(async (engine) => {
    const path = "/degov.v1.WorkflowService/ListWorkflows";
    equal((await call(engine, path, { token: engine.tokens.viewer })).status, 200);
    equal((await call(engine, path, { token: engine.tokens.expired })).status, 401);
    equal((await call(engine, path, { token: "wrong" })).status, 401);
    equal((await call(engine, path, { token: engine.tokens.viewer.slice(0, -1) })).status, 401);
    equal((await call(engine, path, { headers: { authorization: "Basic dTpw" } })).status, 401);

    const text = await Deno.readTextFile(engine.path);
    await Deno.writeTextFile(engine.path, removeToken(text, "the-viewer"));
    await engine.file.look();
    equal((await call(engine, path, { token: engine.tokens.viewer })).status, 401, "revoked");
    equal((await call(engine, path, { token: engine.tokens.client })).status, 200);

    await Deno.writeTextFile(engine.path, "tokens: [broken");
    await engine.file.look();
    equal((await call(engine, path, { token: engine.tokens.client })).status, 200, "the last good file stays");

    await Deno.remove(engine.path);
    await engine.file.look();
    equal((await call(engine, path, { token: engine.tokens.client })).status, 401, "no file, no token");
  });
});

Deno.test("[G5] an address that keeps guessing tokens is held off, and others are not", async () => {
  await withEngine(async (engine) => {
    const path = "/degov.v1.WorkflowService/ListWorkflows";
    const seen = new Set<number>();
    for (let guess = 0; guess < 100 && !seen.has(429); guess++) {
      seen.add((await call(engine, path, { token: `guess-${guess}` })).status);
    }
    deepEqual([...seen], [401, 429]);
  });
});

Deno.test("[G5] a caller's requests per second are bounded", async () => {
  await withEngine(async (engine) => {
    const path = "/degov.v1.WorkflowService/ListWorkflows";
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => call(engine, path, { token: engine.tokens.viewer })),
    );
    ok(answers.some(({ status }) => status === 429));
    equal((await call(engine, path, { token: engine.tokens.client })).status, 200, "another caller");
  }, { requestsPerSecond: 1 });
});

Deno.test("[G4] a page of another site can neither read nor change anything", async () => {
  await withEngine(async (engine) => {
    const path = "/degov.v1.WorkflowService/ListWorkflows";
    const token = engine.tokens.admin;
    const foreign = [["origin", "https://evil.example"], ["origin", "null"], ["sec-fetch-site", "cross-site"]];
    for (const [name, value] of foreign) {
      const headers = { [name]: value };
      equal((await call(engine, path, { token, headers })).status, 403);
    }
    equal((await call(engine, path, { token, headers: { origin: engine.url } })).status, 200);
  });
});

Deno.test("the login gives a cookie that scripts cannot read, and ends with its token", async () => {
  await withEngine(async (engine) => {
    const login = (token: string, next = "") =>
      fetch(`${engine.url}/login${next}`, {
        method: "POST",
        body: new URLSearchParams({ token }),
        redirect: "manual",
      });
    equal((await login("wrong")).status, 401);
    equal((await login(engine.tokens.worker)).status, 401, "workers have no pages");
    const response = await login(engine.tokens.viewer, "?next=//evil.example");
    await response.body?.cancel();
    equal(response.headers.get("location"), "/", "no other host");
    const cookie = response.headers.get("set-cookie")!;
    match(cookie, /^degov=.+; Path=\/; HttpOnly; SameSite=Strict; Max-Age=\d+$/);
    ok(!cookie.includes(engine.tokens.viewer));
    const headers = { cookie: cookie.split(";")[0] };

    const page = await fetch(`${engine.url}/debug/counters`, { headers });
    equal(page.status, 200);
    match(page.headers.get("content-security-policy")!, /default-src 'none'/);
    equal(page.headers.get("x-content-type-options"), "nosniff");
    await page.body?.cancel();
    const start = "/degov.v1.WorkflowService/StartInstance";
    equal((await call(engine, start, { headers })).status, 403, "a viewer's session changes nothing");
    const forged = { cookie: headers.cookie.replace("the-viewer", "the-admin") };
    equal((await call(engine, start, { headers: forged })).status, 401, "a session of another name is forged");

    await Deno.writeTextFile(engine.path, removeToken(await Deno.readTextFile(engine.path), "the-viewer"));
    await engine.file.look();
    const after = await fetch(`${engine.url}/debug/counters`, { headers, redirect: "manual" });
    equal(after.headers.get("location"), "/login?next=%2Fdebug%2Fcounters");
    await after.body?.cancel();
  });
});

Deno.test("oversized, slow and malformed requests are refused, and the engine still serves", async () => {
  await withEngine(async (engine) => {
    const path = "/degov.v1.WorkflowService/StartInstance";
    const token = engine.tokens.client;
    const large = await call(engine, path, { token, body: `{"workflow":"${"x".repeat(9 * 1024 * 1024)}"}` });
    ok(large.status >= 400 && large.status < 500, String(large.status));
    for (const body of ["", "{", "[]", "null", "\u0000", '{"workflow":{}}', `${"[".repeat(100_000)}`]) {
      const answer = await call(engine, path, { token, body });
      ok(answer.status >= 400 && answer.status < 500, `${body.slice(0, 20)}: ${answer.status} ${answer.text}`);
      assertNoLeak(answer.text, [token]);
    }
    const wrongType = await call(engine, path, { token, headers: { "content-type": "text/html" } });
    equal(wrongType.status, 415);

    // A client that sends its headers and then nothing more holds a connection, and nobody else up.
    const { hostname, port } = new URL(engine.url);
    const slow = await Deno.connect({ hostname, port: Number(port) });
    const head = `POST ${path} HTTP/1.1\r\nhost: ${hostname}:${port}\r\ncontent-type: application/json\r\n` +
      `authorization: Bearer ${token}\r\ncontent-length: 1000\r\n\r\n{`;
    await slow.write(new TextEncoder().encode(head));
    equal((await call(engine, "/degov.v1.WorkflowService/ListWorkflows", { token })).status, 200);
    slow.close();
  });
});

Deno.test("10,000 random mutations of valid requests: no fault of the engine, no leak, and it still serves", async () => {
  const seed = Number(Deno.env.get("DEGOV_SEED") ?? 20260101);
  console.log(`seed ${seed} (DEGOV_SEED repeats it)`);
  const random = new SeededRandom(seed);
  await withEngine(async (engine) => {
    const client = new DegovClient({ engines: [engine.url], token: engine.tokens.client });
    await client.register({ name: "walk", initial: "a", states: { a: { on: { go: [{ target: "b" }] } }, b: {} } });
    const statuses = new Map<number, number>();
    const one = async () => {
      const { path, method, access } = UNARY[Math.floor(random.next() * UNARY.length)];
      const token = engine.tokens[access === "worker" ? "worker" : "client"];
      const isBinary = random.next() < 0.5;
      const body = isBinary
        ? mutateBytes(encode(path, method), random)
        : mutate(JSON.stringify(REQUESTS[method]), random);
      const headers = isBinary ? { "content-type": "application/proto" } : {};
      const answer = await call(engine, path, { token, body, headers: headers as Record<string, string> });
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
      ok(answer.status < 500, `${path} with ${JSON.stringify(body).slice(0, 500)}: ${answer.status} ${answer.text}`);
      assertNoLeak(answer.text, Object.values(engine.tokens));
    };
    for (let sent = 0; sent < 10_000; sent += 20) await Promise.all(Array.from({ length: 20 }, one));
    console.log(`answers by status: ${JSON.stringify(Object.fromEntries(statuses))}`);
    const { status } = await client.start("walk", { version: 1, instanceId: "after" });
    equal(status, "running");
  });
});

/** The valid request in protobuf's form. */
function encode(path: string, method: string): Uint8Array {
  const service = SERVICES.find(({ typeName }) => path.startsWith(`/${typeName}/`))!;
  const { input } = service.methods.find(({ name }) => name === method)!;
  return toBinary(input, fromJson(input, REQUESTS[method] as JsonObject));
}

/** Damages bytes: some changed, cut, or inserted. */
function mutateBytes(bytes: Uint8Array, random: SeededRandom): Uint8Array {
  const changed = [...bytes];
  for (let count = 1 + Math.floor(random.next() * 3); count > 0; count--) {
    const at = Math.floor(random.next() * (changed.length + 1));
    const inserted = random.next() < 0.5 ? [Math.floor(random.next() * 256)] : [];
    changed.splice(at, Math.floor(random.next() * 3), ...inserted);
  }
  return Uint8Array.from(changed);
}

/** Damages JSON text: bytes changed, cut, repeated, or a value replaced by one of another kind. */
function mutate(text: string, random: SeededRandom): string {
  const at = Math.floor(random.next() * text.length);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random.next() * items.length)];
  switch (Math.floor(random.next() * 6)) {
    case 0:
      return text.slice(0, at);
    case 1:
      return text.slice(0, at) + String.fromCharCode(random.next() * 0x2000) + text.slice(at + 1);
    case 2:
      return text.slice(0, at) + text.slice(at).repeat(2);
    case 3:
      return text.replace(/"(?:[^"\\]|\\.)*"(?=[,}\]])/, pick(VALUES));
    case 4:
      return text.replaceAll(/"(?:[^"\\]|\\.)*"(?=[,}\]])|\d+/g, (whole) => random.next() < 0.5 ? pick(VALUES) : whole);
    default:
      return text.replace(/"[a-zA-Z]+":/, `${JSON.stringify(pick(KEYS))}:`);
  }
}

const KEYS = ["__proto__", "constructor", "waitMs", "pageToken", "version", "instanceId", "", "a".repeat(1_000)];
const VALUES = [
  ...["null", "true", "-1", "1e999", "4294967296", "0.5", "[]", "{}", '""', '"\\u0000"', '"\\ud800"', '"__proto__"'],
  ...[`"${"x".repeat(10_000)}"`, `${"[".repeat(200)}${"]".repeat(200)}`, '"bm90IGEgdG9rZW4"', '"%00../../etc/passwd"'],
  '{"nullValue":1}',
];

Deno.test("TLS with client certificates: a certificate of the authority works, another does not, tokens still do", async () => {
  const certificates = join(import.meta.dirname!, "certificates");
  const pem = (name: string) => Deno.readTextFile(join(certificates, name));
  const [authority, certificate, key] = [await pem("authority.pem"), await pem("engine.pem"), await pem("engine.key")];
  await withEngine(async (engine) => {
    equal(new URL(engine.url).protocol, "https:");
    const url = engine.url.replace("127.0.0.1", "localhost");
    const list = async (options: { token?: string; own?: string }) => {
      const tls = {
        authority,
        ...(options.own === undefined
          ? {}
          : { certificate: await pem(`${options.own}.pem`), key: await pem(`${options.own}.key`) }),
      };
      const client = Deno.createHttpClient({
        caCerts: [authority],
        ...(tls.certificate === undefined ? {} : { cert: tls.certificate, key: tls.key }),
      });
      const request = {
        client,
        method: "POST",
        body: '{"hash":"00"}',
        headers: {
          "content-type": "application/json",
          ...bearer(options.token),
        },
      };
      const response = await fetch(`${url}/degov.v1.WorkerService/GetCode`, request as RequestInit);
      await response.body?.cancel();
      client.close();
      return response.status;
    };
    equal(await list({}), 401);
    equal(await list({ own: "worker" }), 404, "let in; there is no such code");
    equal(await list({ own: "stranger" }), 401);
    equal(await list({ token: engine.tokens.worker }), 404);
    const client = new DegovClient({ engines: [url], token: engine.tokens.viewer, tls: { authority } });
    deepEqual(await client.workers(), []);
  }, { tls: { certificate, key, clientAuthority: authority } });
});

Deno.test("audit records say who did what to which id, and hold neither tokens nor payloads", async () => {
  const records: LogRecord[] = [];
  await configure({
    sinks: { kept: (record) => records.push(record) },
    loggers: [
      { category: "degov", sinks: ["kept"], lowestLevel: "trace" },
      { category: ["logtape", "meta"], sinks: [], lowestLevel: "fatal" },
    ],
    reset: true,
  });
  try {
    await withEngine(async (engine) => {
      const client = new DegovClient({ engines: [engine.url], token: engine.tokens.client });
      await client.register({ name: "walk", initial: "a", states: { a: { on: { go: [{ target: "b" }] } }, b: {} } });
      await client.start("walk", { instanceId: "w1", input: { card: "4111-1111" } });
      await client.send("w1", "go", { data: "hunter2" });
      await call(engine, "/degov.v1.WorkflowService/CancelInstance", { token: engine.tokens.viewer });
      await call(engine, "/degov.v1.WorkflowService/CancelInstance", { token: "degov_guessed" });
      await fetch(`${engine.url}/login`, { method: "POST", body: new URLSearchParams({ token: "degov_guessed" }) })
        .then((response) => response.body?.cancel());
      const audited = records.filter(({ category }) => category.join(".") === "degov.audit").map(({ properties }) =>
        `${properties.caller} ${properties.what} ${JSON.stringify(properties.target ?? {})} ${properties.outcome}`
      );
      deepEqual(audited, [
        "the-client RegisterWorkflow {} ok",
        'the-client StartInstance {"workflow":"walk","instanceId":"w1"} ok',
        'the-client SendEvent {"instanceId":"w1","name":"go"} ok',
        "the-viewer /degov.v1.WorkflowService/CancelInstance {} permission_denied",
        "somebody authenticate {} unauthenticated",
        "somebody login {} unauthenticated",
      ]);
      const text = JSON.stringify(records);
      for (const secret of [...Object.values(engine.tokens), "degov_guessed", "4111-1111", "hunter2"]) {
        ok(!text.includes(secret), `the log holds ${secret}`);
      }
    });
  } finally {
    await reset();
  }
});
