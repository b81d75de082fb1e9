import { equal, match, ok } from "node:assert/strict";
import { chain, EngineFixture } from "../../../tests/fixture/engine_fixture.ts";
import { SeededRandom } from "../../../shared/random.ts";
import { dashboard } from "../dashboard.ts";

/** Texts that forms and addresses are sent with by whoever means harm, or slips. */
const NASTY = [
  ...[
    "",
    " ",
    "\u0000",
    "\ud800",
    "../..",
    "%2e%2e%2f",
    "'\"><script>alert(1)</script>",
    "__proto__",
    "x".repeat(20_000),
  ],
  ...["-1", "0", "1e999", "99999999999999999999", "NaN", "null", "[]", "{}", '{"a":', "[".repeat(2_000), "true"],
  ...["* * * * *", "@daily", "0 0 30 2 *", "*/0 * * * *", "60 * * * *", "L * * * *", "UTC", "Europe/Berlin", "+05:00"],
  ...["one", "nightly", "skip", "allow", "10s", "0s", "9999999999d"],
];
const FIELDS = ["id", "workflow", "cron", "timeZone", "overlap", "input", "version", "catchUp", "constructor"];
const ACTIONS = ["", "/update", "/pause", "/resume", "/trigger", "/delete"];

Deno.test("forms of schedules, sent with whatever, are taken or refused: never a fault of the engine", async () => {
  const seed = Number(Deno.env.get("DEGOV_SEED") ?? 20260101);
  const random = new SeededRandom(seed);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random.next() * items.length)];
  const fixture = await EngineFixture.open();
  const faults: string[] = [];
  try {
    const site = dashboard(fixture.engine, { onInternalError: (what, error) => faults.push(`${what}: ${error}`) });
    await fixture.register(chain("one", 1));
    const statuses = new Set<number>();
    const send = async (path: string, fields?: URLSearchParams) => {
      const headers = { "sec-fetch-site": "same-origin" };
      const request = fields === undefined ? { headers } : { method: "POST", headers, body: fields };
      const { status, ...response } = await site.request(path, request);
      const said = `seed ${seed}: ${path.slice(0, 200)} with ${String(fields).slice(0, 500)}: ${status}`;
      ok(status < 500, `${said} ${faults}`);
      statuses.add(status);
      return response;
    };
    const valid: Record<string, string> = { id: "nightly", workflow: "one", cron: "0 3 * * *", overlap: "skip" };
    for (let sent = 0; sent < 1_000; sent++) {
      const fields = new URLSearchParams(valid);
      for (let count = Math.floor(random.next() * 4); count > 0; count--) fields.set(pick(FIELDS), pick(NASTY));
      const id = encodeURIComponent(random.next() < 0.5 ? "nightly" : pick(NASTY).toWellFormed() || "x");
      const action = pick(ACTIONS);
      if (action === "" && random.next() < 0.5) await send("/schedules", fields);
      else await send(`/schedules/${id}${action}`, action === "" ? undefined : fields);
      if (sent % 50 === 0) await send("/schedules");
    }
    for (const expected of [200, 303, 400, 404, 409]) ok(statuses.has(expected), `no answer had status ${expected}`);
    equal(faults.length, 0);
  } finally {
    await fixture.close();
  }
});

Deno.test("a schedule's words are text, wherever they stand", async () => {
  const fixture = await EngineFixture.open();
  try {
    const site = dashboard(fixture.engine, { onInternalError: (what, error) => console.error(what, error) });
    await fixture.register(chain("one", 1));
    const evil = '"><script>alert(1)</script>';
    const page = async (path: string) => await (await site.request(path)).text();
    const form = new URLSearchParams({
      id: evil,
      workflow: evil,
      cron: evil,
      timeZone: evil,
      input: evil,
      catchUp: evil,
    });
    const headers = { "sec-fetch-site": "same-origin" };
    const refused = await (await site.request("/schedules", { method: "POST", headers, body: form })).text();
    for (const html of [refused, await page(`/schedules?workflow=${encodeURIComponent(evil)}`)]) {
      ok(!html.includes("<script>alert"));
      match(html, /&lt;script&gt;/);
    }
  } finally {
    await fixture.close();
  }
});
