import { deepEqual, equal, match, ok } from "node:assert/strict";
import { join } from "node:path";
import { serveEngine } from "../engine/server.ts";
import { openStore } from "../engine/store/open_store.ts";
import { EXIT_CODES } from "./exit_code.ts";
import { main } from "./main.ts";
import { APPROVAL, say, withEngine } from "./testing/command_fixture.ts";

Deno.test("what is wrong with a command line is said with the exit code for it", async () => {
  for (
    const [args, why] of [
      [["strat"], /unknown command 'strat'[\s\S]*Did you mean start/],
      [["start"], /missing required argument 'workflow'/],
      [["list", "--status", "done"], /Allowed choices are running/],
      [["list", "--limit", "0"], /--limit is "0"/],
      [["start", "x", "--input", "{"], /Cannot read the JSON of --input/],
      [["start", "x", "--input", "1"], /must be an object/],
      [["start", "x", "--input", "@/nowhere"], /Cannot read the file in \/nowhere/],
      [["validate", "/nowhere.yaml"], /Cannot read the file/],
      [["list", "--engine", "ftp://x"], /must be an address like/],
    ] as const
  ) {
    const { code, out, err } = await say([...args]);
    equal(code, EXIT_CODES.usage.code, args.join(" "));
    match(err, why);
    equal(out, "");
  }
});

Deno.test("validate names file, line and column of every problem", async () => {
  const stdin = "name: a\ninitial: b\nstates:\n  c:\n    enter:\n      - task: t\n        code: '1 +'\n";
  const file = await Deno.makeTempFile({ suffix: ".yaml" });
  await Deno.writeTextFile(file, stdin);
  const { code, out } = await say(["validate", file, APPROVAL]);
  equal(code, EXIT_CODES.usage.code);
  ok(out.includes(`${file}:2:10: initial: there is no state "b"`), out);
  match(out, /:7:\d+: states\.c\.enter\[0\]\.code: the code does not compile/);
  ok(out.includes(`ok     ${APPROVAL}: approval, 4 states`));
  const json = (await say(["validate", "-", "--json"], { stdin })).out;
  equal(JSON.parse(json).problems[0].line, 2);
});

Deno.test("no engine: the message says how to start one", async () => {
  const { code, err } = await say(["list", "--engine", "http://127.0.0.1:9"]);
  equal(code, EXIT_CODES.unreachable.code);
  match(err, /next: start one with `deno task degov dev`/);
});

Deno.test("apply shows what changes, start is idempotent, and every answer has a form for programs", async () => {
  await withEngine(async (degov) => {
    match((await degov("apply", APPROVAL)).out, /approval version 1 created/);
    match((await degov("apply", APPROVAL)).out, /approval version 1 unchanged/);
    const changed = await Deno.makeTempFile({ suffix: ".yaml" });
    await Deno.writeTextFile(changed, (await Deno.readTextFile(APPROVAL)).replace("< 100", "< 200"));
    const dry = await degov("apply", "--dry-run", changed);
    match(dry.out, /^-\s+return input\.amount < 100.*\n\+\s+return input\.amount < 200/m);
    match(dry.out, /approval version 2 would be changed/);

    const args = ["start", "approval", "--id", "a1", "--input", '{"amount": 5}'];
    match((await degov(...args)).out, /instance +a1/);
    equal((await degov(...args)).code, 0);
    const other = await degov("start", "approval", "--id", "a1", "--input", '{"amount": 6}');
    equal(other.code, EXIT_CODES.refused.code);
    match(other.err, /was started with another input/);
    const without = await degov("start", "approval");
    equal(without.code, EXIT_CODES.usage.code, "the input's schema");
    match(without.err, /input: needs the key "amount"\nGive it with -i '\{"amount":0\}'/);

    const got = JSON.parse((await degov("get", "a1", "--json")).out);
    deepEqual([got.id, got.status, got.input], ["a1", "running", { amount: 5 }]);
    for (const command of ["list", "workflows", "history a1"]) {
      for (const line of (await degov(...command.split(" "), "--json")).out.trim().split("\n")) JSON.parse(line);
    }
    match(
      (await degov("explain", "a1")).out,
      /a1 is in state checking and waits for:\n +task +risk, queued, .*no worker is registered/,
    );
    match((await degov("workers")).err, /There are none, so no task runs/);
    equal((await degov("get", "a1", "--wait", "0")).code, EXIT_CODES.stillRunning.code);
    match((await degov("cancel", "a1", "--reason", "test")).out, /status +cancelled/);
    equal((await degov("watch", "a1")).code, EXIT_CODES.endedBadly.code);
    equal((await degov("send", "a1", "approve")).code, EXIT_CODES.refused.code);
    match((await degov("start", "aproval")).err, /next: register it .*; did you mean "approval"\?/);
    const missing = await degov("get", "nobody", "--json");
    equal(missing.code, EXIT_CODES.notFound.code);
    equal(JSON.parse(missing.err).error.code, "NOT_FOUND");
    equal(missing.out, "");
  });
});

Deno.test("list pages: the hint goes on where the page ended", async () => {
  await withEngine(async (degov) => {
    await degov("apply", APPROVAL);
    for (const id of ["p1", "p2", "p3"]) await degov("start", "approval", "--id", id, "--input", '{"amount": 5}');
    const first = await degov("list", "-n", "2");
    const more = /more: deno task degov (.*)/.exec(first.err)![1];
    const second = await degov(...more.split(" "));
    const ids = (text: string) => [...text.matchAll(/^p\d/gm)].map(([id]) => id);
    deepEqual([...ids(first.out), ...ids(second.out)].sort(), ["p1", "p2", "p3"]);
    equal(ids((await degov("list", "-n", "1", "--all")).out).length, 3);
  });
});

Deno.test("a terminal gets colour and nothing that could move its cursor", async () => {
  await withEngine(async (_, url) => {
    const on = (...args: string[]) => say(args, { terminal: true, env: { DEGOV_ENGINE: url } });
    await on("apply", APPROVAL);
    const purpose = "\u001b[2J\u0007evil";
    const { out } = await on("start", "approval", "--id", "c1", "--input", JSON.stringify({ amount: 5, purpose }));
    ok(out.includes("\u001b[1mc1\u001b"));
    ok(!out.includes("\u001b[2J"));
    ok(!(await on("history", "c1")).out.includes("\u001b[2J"));
    ok(!(await on("get", "c1", "--no-color")).out.includes("\u001b"));
  });
});

Deno.test("token create shows a token once and keeps its hash only; revoke takes it away", async () => {
  const file = join(await Deno.makeTempDir(), "tokens.yaml");
  const { out, err } = await say(["token", "create", "--file", file, "--name", "ci", "--role", "client"]);
  match(out, /^degov_\S{43}\n$/);
  match(err, /Only its hash/);
  ok(!(await Deno.readTextFile(file)).includes(out.trim()));
  equal((await Deno.stat(file)).mode! & 0o777, 0o600);
  match((await say(["token", "list", "--file", file])).out, /ci +client +never/);
  equal((await say(["token", "create", "--file", file, "--name", "ci", "--role", "client"])).code, 2);
  equal((await say(["token", "revoke", "--file", file, "ci"])).code, 0);
  equal((await say(["token", "revoke", "--file", file, "ci"])).code, EXIT_CODES.notFound.code);
});

Deno.test("backup copies a store while its engine runs, its events and their cursors too", async () => {
  const folder = await Deno.makeTempDir();
  const [from, to] = ["a.db", "b.db"].map((name) => join(folder, name));
  const serve = async (path: string) =>
    await serveEngine({
      store: await openStore(`sqlite:${path}`),
      listen: { hostname: "127.0.0.1", port: 0 },
      eventsKeepMs: 60_000,
    });
  const first = await serve(from);
  const env = { DEGOV_ENGINE: first.url };
  await say(["apply", APPROVAL], { env });
  await say(["start", "approval", "--id", "kept", "--input", '{"amount": 5}'], { env });
  const copied = await say(["backup", to, "--store", `sqlite:${from}`]);
  equal(copied.code, 0, copied.err);
  equal((await say(["backup", to, "--store", `sqlite:${from}`])).code, EXIT_CODES.usage.code, "it is there already");
  await say(["cancel", "kept"], { env });
  const events = await first.engine.eventLog.read("0".repeat(24));
  await first.close();

  const second = await serve(to);
  match((await say(["get", "kept"], { env: { DEGOV_ENGINE: second.url } })).out, /status +running/);
  const { cursor } = events.events[0];
  deepEqual((await second.engine.eventLog.read("0".repeat(24))).events.map((event) => event.cursor), [cursor]);
  await second.engine.instances.cancel("kept", "");
  const after = await second.engine.eventLog.read(cursor);
  deepEqual(after.events.map(({ event }) => event.status), ["cancelled"], "who follows goes on");
  await second.close();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("export and import move a whole store", async () => {
  const folder = await Deno.makeTempDir();
  const [from, to, file] = ["a.db", "b.db", "all.jsonl"].map((name) => join(folder, name));
  const store = await openStore(`sqlite:${from}`);
  const server = await serveEngine({ store, listen: { hostname: "127.0.0.1", port: 0 } });
  const env = { DEGOV_ENGINE: server.url };
  await say(["apply", APPROVAL], { env });
  await say(["start", "approval", "--id", "moved", "--input", '{"amount": 5}'], { env });
  await server.close();
  const exported = await say(["export", file, "--store", `sqlite:${from}`]);
  equal(exported.code, 0, exported.err);
  match(exported.out, /exported \d+ pairs/);
  equal((await say(["export", file, "--store", `sqlite:${from}`])).code, EXIT_CODES.usage.code, "it is there already");
  const imported = await say(["import", file, "--store", `sqlite:${to}`]);
  equal(imported.code, 0, imported.err);

  const second = await serveEngine({
    store: await openStore(`sqlite:${to}`),
    listen: { hostname: "127.0.0.1", port: 0 },
  });
  match((await say(["get", "moved"], { env: { DEGOV_ENGINE: second.url } })).out, /status +running/);
  await second.close();
});

Deno.test("events follows what happens to all instances, with cursors to go on after", async () => {
  await withEngine(async (degov, url) => {
    await degov("apply", APPROVAL);
    await degov("start", "approval", "--id", "e1", "--input", '{"amount": 5}');
    await degov("cancel", "e1");
    // The stream has no end: what it wrote is looked at when the second event is there.
    const lines: string[] = [];
    const second = Promise.withResolvers<void>();
    void main(["events", "--all", "--json"], {
      streams: {
        out: (text) => {
          lines.push(text);
          if (lines.length === 2) second.resolve();
        },
        err: () => {},
        isTerminal: false,
        columns: 100,
      },
      environment: (name) => name === "DEGOV_ENGINE" ? url : undefined,
      readStdin: () => Promise.resolve(""),
      ask: () => undefined,
    });
    await second.promise;
    const events = lines.map((line) => JSON.parse(line));
    deepEqual(events.map(({ instanceId, status }) => `${instanceId} ${status}`), ["e1 running", "e1 cancelled"]);
    ok(events[0].cursor < events[1].cursor);
  });
});
