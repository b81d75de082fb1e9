import { deepEqual, equal, match, ok } from "node:assert/strict";
import { EngineFixture } from "../../tests/fixture/engine_fixture.ts";
import { dashboard } from "./dashboard.ts";
import { isSameOrigin } from "./protection.ts";

const HERE = "http://127.0.0.1:7420";

function request(headers: Record<string, string>): Request {
  return new Request(`${HERE}/instances/i1/cancel`, {
    method: "POST",
    headers: { host: "127.0.0.1:7420", ...headers },
  });
}

Deno.test("[X2] isSameOrigin() takes what a page of this origin sends, and nothing else", () => {
  const cases: [Record<string, string>, boolean][] = [
    [{ "sec-fetch-site": "same-origin", origin: HERE }, true],
    [{ "sec-fetch-site": "same-site", origin: "http://127.0.0.1:1" }, false],
    [{ "sec-fetch-site": "cross-site", origin: HERE }, false],
    [{ "sec-fetch-site": "none" }, false],
    [{ origin: HERE }, true],
    [{ origin: "https://127.0.0.1:7420" }, true], // a proxy has ended TLS
    [{ origin: "http://evil.example" }, false],
    [{ origin: "http://127.0.0.1:7420.evil.example" }, false],
    [{ origin: "null" }, false],
    [{}, false],
  ];
  for (const [headers, expected] of cases) equal(isSameOrigin(request(headers)), expected, JSON.stringify(headers));
});

async function withSite(
  body: (get: (path: string, init?: RequestInit) => Promise<Response>, errors: string[]) => Promise<void>,
) {
  const fixture = await EngineFixture.open();
  const errors: string[] = [];
  const site = dashboard(fixture.engine, { onInternalError: (what, error) => errors.push(`${what}: ${error}`) });
  await fixture.register({ name: "w", initial: "a", states: { a: { on: { go: [{ target: "b" }] } }, b: {} } });
  await fixture.start("w", "i1", { text: "<b>bold</b>" });
  await body(async (path, init) => await site.request(path, init), errors);
  deepEqual(errors, []);
  await fixture.close();
}

Deno.test("[X1] every answer has the policy, and no page has inline script or style", async () => {
  await withSite(async (get) => {
    for (
      const path of [
        "/",
        "/instances",
        "/instances/i1",
        "/definitions",
        "/definitions/w",
        "/workers",
        "/instances/none",
      ]
    ) {
      const response = await get(path);
      const policy = response.headers.get("content-security-policy")!;
      match(policy, /default-src 'none'.*frame-ancestors 'none'.*base-uri 'none'/);
      equal(policy.includes("unsafe"), false);
      equal(response.headers.get("x-content-type-options"), "nosniff");
      equal(response.headers.get("cache-control"), "no-store"); // X3
      const html = await response.text();
      equal(/\sstyle="|<style|\son[a-z]+="|javascript:/.test(html), false, path);
      deepEqual(html.match(/<script[^>]*>[^<]/g), null, path);
      equal(/https?:\/\/(?!www\.w3\.org)/.test(html), false, `${path} names another place`);
    }
  });
});

Deno.test("payloads are escaped", async () => {
  await withSite(async (get) => {
    const html = await (await get("/instances/i1")).text();
    equal(html.includes("<b>bold"), false);
    ok(html.includes("&lt;b&gt;bold&lt;/b&gt;"));
  });
});

Deno.test("assets have addresses of their content, and are not sent twice", async () => {
  await withSite(async (get) => {
    const html = await (await get("/")).text();
    const [, path] = /href="(\/assets\/[0-9a-f]{16}\/dashboard\.css)"/.exec(html)!;
    const first = await get(path);
    equal(first.status, 200);
    match(first.headers.get("cache-control")!, /immutable/);
    const etag = first.headers.get("etag")!;
    await first.text();
    equal((await get(path, { headers: { "if-none-match": etag } })).status, 304);
    equal((await get("/assets/0/constructor")).status, 404);
    equal((await get("/assets/0/..%2fsite.tsx")).status, 404);
  });
});

Deno.test("changes need the form of a page: a foreign, an empty and an oversized one are refused", async () => {
  await withSite(async (get) => {
    const own = { origin: "http://localhost", host: "localhost", "content-type": "application/x-www-form-urlencoded" };
    const post = (headers: Record<string, string>, body: string) =>
      get("/instances/i1/event", { method: "POST", headers, body });
    equal((await post({ ...own, origin: "http://evil.example" }, "name=go")).status, 403);
    equal((await post({ ...own, "content-type": "application/json" }, "{}")).status, 400);
    equal((await post(own, "name=go&data=" + "x".repeat(5_000_000))).status, 400);
    equal((await post(own, "name=go&data=%7B")).status, 400);
    equal((await post(own, "name=nothing")).status, 409);
    const done = await post(own, "name=go");
    equal(done.status, 303);
    equal(done.headers.get("location"), "/instances/i1?done=sent");
  });
});

Deno.test("an address cannot put words into a page", async () => {
  await withSite(async (get) => {
    for (const done of ["constructor", "<i>x</i>", "You+are+hacked"]) {
      equal((await (await get(`/instances/i1?done=${done}`)).text()).includes('class="notice'), false, done);
    }
  });
});
