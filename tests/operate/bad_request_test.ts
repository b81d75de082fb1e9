/** Requests of every bad kind. */

import { equal, ok } from "node:assert/strict";
import { fromJson, type JsonObject, toBinary } from "@bufbuild/protobuf";
import { SERVICES } from "../../engine/access/access_table.ts";
import { DegovClient } from "../../shared/client/client.ts";
import { SeededRandom } from "../../shared/random.ts";
import { assertNoLeak, call, REQUESTS, UNARY, withEngine } from "./calls.ts";

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
