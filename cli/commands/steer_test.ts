import { deepEqual, equal, match } from "node:assert/strict";
import { APPROVAL, say, withEngine } from "../testing/command_fixture.ts";

Deno.test("an instance is paused, resumed, forked and migrated, and its history says so in words", async () => {
  await withEngine(async (degov) => {
    await degov("apply", APPROVAL);
    await degov("start", "approval", "--id", "s1", "--input", '{"amount": 5}');
    await degov("pause", "s1", "--reason", "Lunch");
    const explained = await degov("explain", "s1");
    match(explained.out, /^ +resume +it is paused$/m);
    match(explained.err, /next: .* resume s1/);
    match((await degov("list")).out, /s1 +approval v1 +paused/);
    await degov("resume", "s1");
    match((await degov("fork", "s1", "--after", "1", "--id", "s2")).out, /instance +s2/);
    const changed = await Deno.makeTempFile({ suffix: ".yaml" });
    await Deno.writeTextFile(changed, (await Deno.readTextFile(APPROVAL)).replace("{ 7d: ", "{ 9d: "));
    await degov("apply", changed);
    match((await degov("migrate", "s1")).out, /approval version 2/);
    const { out } = await degov("history", "s1");
    match(out, /∥ paused: Lunch\n.*▶ resumed\n.*⇒ migrated from version 1 to 2/);
    match((await degov("history", "s2")).out, /⑂ forked from s1 after its record 1, with \{"amount":5\}/);
    match((await degov("cancel", "s2", "--no-compensate")).out, /status +cancelled/);
  });
});

Deno.test("workflow shows a definition as its author wrote it, and the states that steps were made into", async () => {
  await withEngine(async (degov, url) => {
    const stdin = '# Says hello.\nid: greet\nsteps:\n  - { id: hello, type: { log: "hi" } }\n';
    const env = { DEGOV_ENGINE: url };
    equal((await say(["apply", "-"], { stdin, env })).code, 0);
    const shown = await degov("workflow", "greet");
    equal(shown.out, stdin);
    match(shown.err, /version 1; its states: .* workflow greet --machine/);
    match((await degov("workflow", "greet", "--machine")).out, /^states:\n {2}hello:/m);
    equal(JSON.parse((await degov("workflow", "greet", "--json")).out).definition.initial, "hello");
  });
});

Deno.test("a shell is offered the names that the engine knows", async () => {
  await withEngine(async (degov) => {
    await degov("apply", APPROVAL);
    await degov("start", "approval", "--id", "s1", "--input", '{"amount": 5}');
    await degov("schedule", "create", "nightly", "--workflow", "approval", "--cron", "@daily");
    const offered: [string[], RegExp][] = [
      [["start", ""], /^approval\t/m],
      [["list", "--workflow", ""], /^approval\t/m],
      [["schedule", "pause", ""], /^nightly\tapproval, @daily/m],
      [["migrate", ""], /^s1\tapproval, running/m],
    ];
    for (const [words, names] of offered) match(await completionsOf(degov, words), names, words.join(" "));
    deepEqual(/nightly/.test(await completionsOf(degov, ["schedule", "create", ""])), false);
  });
});

/** Its completions are written to the console by the library. */
async function completionsOf(degov: (...args: string[]) => Promise<unknown>, words: string[]): Promise<string> {
  const { log } = console;
  const lines: string[] = [];
  console.log = (line: string) => lines.push(line);
  try {
    await degov("complete", "--", ...words);
  } finally {
    console.log = log;
  }
  return lines.join("\n");
}
