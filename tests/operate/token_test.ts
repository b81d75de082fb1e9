/** Tokens that are wrong, expired and revoked; sessions, certificates, other sites; and what is recorded of it all. */

import { deepEqual, equal, match, ok } from "node:assert/strict";
import { join } from "node:path";
import { configure, type LogRecord, reset } from "@logtape/logtape";
import { removeToken } from "../../engine/access/token_file.ts";
import { DegovClient } from "../../shared/client/client.ts";
import { bearer, call, withEngine } from "./calls.ts";

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
