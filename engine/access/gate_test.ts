import { equal, match, throws } from "node:assert/strict";
import { VirtualClock } from "../../shared/clock.ts";
import { accessOf, assertDeclared } from "./access_table.ts";
import { Gate, type GateOptions } from "./gate.ts";
import { addToken, parseTokenFile, removeToken } from "./token_file.ts";
import { TokenTable } from "./token_table.ts";
import { SessionCookies } from "./session_cookie.ts";
import { RateLimit } from "./rate_limit.ts";

const PEER = { address: "127.0.0.1" };

function request(path: string, init: RequestInit & { host?: string } = {}): Request {
  const headers = new Headers(init.headers);
  if (!headers.has("host")) headers.set("host", init.host ?? "127.0.0.1:7420");
  return new Request(`http://127.0.0.1:7420${path}`, { ...init, headers });
}

function gate(options: GateOptions = {}) {
  const opened = new Gate(options);
  return (asked: Request, next: () => Response | Promise<Response> = () => new Response("passed")) =>
    opened.handle(asked, PEER, next);
}

const RPC = "/degov.v1.WorkflowService/ListWorkflows";

Deno.test("[G2] without tokens only loopback names are answered", async () => {
  const handle = gate();
  for (const host of ["127.0.0.1:7420", "localhost:7420", "[::1]:7420", "localhost", "LOCALHOST:1"]) {
    equal((await handle(request(RPC, { method: "POST", host }))).status, 200, host);
  }
  for (const host of ["evil.example", "127.0.0.1.evil.example:7420", "10.0.0.1:7420", "", "[::2]:7420"]) {
    equal((await handle(request(RPC, { method: "POST", host }))).status, 403, host);
  }
});

Deno.test("[G5] a request whose body never comes is answered when its time is over", async () => {
  // The deadline's timer keeps no program running; here nothing else would.
  const running = setInterval(() => {}, 1_000);
  const response = await gate({ requestMs: 1 })(request(RPC, { method: "POST" }), () => new Promise(() => {}));
  clearInterval(running);
  equal(response.status, 408);
});

Deno.test("[G5] requests at once are bounded, and places are given back", async () => {
  const handle = gate({ requestsAtOnceMax: 1 });
  const held = Promise.withResolvers<Response>();
  const first = handle(request(RPC, { method: "POST" }), () => held.promise);
  equal((await handle(request(RPC, { method: "POST" }))).status, 429);
  held.resolve(new Response("done"));
  equal((await first).status, 200);
  equal((await handle(request(RPC, { method: "POST" }))).status, 200);
});

Deno.test("[A1] a route that nobody declared stops the start", () => {
  assertDeclared([{ method: "GET", path: "/healthz" }, { method: "ALL", path: RPC }]);
  throws(() => assertDeclared([{ method: "GET", path: "/secret" }]), /no role is declared .* GET \/secret/);
  equal(accessOf("GET", "/secret"), undefined);
  equal(accessOf("DELETE", "/healthz"), undefined);
});

Deno.test("a token file holds hashes only, keeps its comments, and says what is wrong without quoting it", () => {
  const first = addToken("", { name: "ci", role: "client" });
  const second = addToken(`# ours\n${first.text}`, { name: "grafana", role: "viewer", expiresAtMs: 0 });
  match(second.text, /^# ours\n/);
  equal(second.text.includes(first.token), false);
  equal(parseTokenFile(second.text).map(({ name, role }) => `${name} ${role}`).join(), "ci client,grafana viewer");
  equal(parseTokenFile(removeToken(second.text, "ci")).length, 1);
  throws(() => addToken(first.text, { name: "ci", role: "admin" }), /"ci" is there twice/);
  throws(() => removeToken(first.text, "none"), /no token of this name/);
  for (const [text, why] of [["{", /neither YAML/], ["[]", /list `tokens`/], ["tokens: [{name: x}]", /role must be/]]) {
    throws(() => parseTokenFile(text as string), why as RegExp);
  }
  throws(() => parseTokenFile("tokens: [{name: x, role: admin, sha256: hunter2}]"), (error: Error) => {
    match(error.message, /SHA-256/);
    return !error.message.includes("hunter2");
  });
});

Deno.test("[S1] a session ends by itself, with its token, and at the smallest change", () => {
  const clock = new VirtualClock();
  const { token, text } = addToken("", { name: "ann", role: "client" });
  const table = new TokenTable(parseTokenFile(text), clock);
  const cookies = new SessionCookies(table, { secure: true, clock });
  const cookie = cookies.begin(table.find(token)!)!;
  match(cookie, /^__Host-degov=.*; Secure$/);
  const value = cookie.split(";")[0];
  equal(cookies.read(`a=b; ${value}`)?.role, "client");
  for (let at = "__Host-degov=".length; at < value.length; at += 7) {
    const changed = value.slice(0, at) + (value[at] === "A" ? "B" : "A") + value.slice(at + 1);
    equal(cookies.read(changed), undefined, changed);
  }
  clock.jump(12 * 3_600_000);
  equal(cookies.read(value), undefined);
  clock.jump(-12 * 3_600_000);
  table.replace([]);
  equal(cookies.read(value), undefined);
  equal(cookies.read(null), undefined);
});

Deno.test("RateLimit.take() fills with time and gives nothing for a clock that goes back", () => {
  const clock = new VirtualClock();
  const limit = new RateLimit({ perSecond: 10, burst: 2, clock });
  equal([1, 2, 3].map(() => limit.take("a")).join(), "true,true,false");
  equal(limit.take("b"), true);
  clock.jump(100);
  equal([1, 2].map(() => limit.take("a")).join(), "true,false");
  clock.jump(-60_000);
  equal(limit.take("a"), false);
});
