import { deepEqual, equal, match } from "node:assert/strict";
import { EXIT_CODES } from "../exit_code.ts";
import { APPROVAL, say, withEngine } from "../testing/command_fixture.ts";

const INPUT = ["--input", '{"amount": 5, "purpose": "Lunch"}'];

Deno.test("bulk refuses what says not which, and what nobody confirms", async () => {
  await withEngine(async (degov) => {
    await degov("apply", APPROVAL);
    await degov("start", "approval", "--id", "b1", ...INPUT);
    for (
      const [args, why] of [
        [["cancel"], /nothing says which\. Give a filter/],
        [["cancel", "--workflow", "approval"], /no person is at the keyboard: add --yes/],
        [["cancel", "--created-before", "yesterday"], /--created-before is "yesterday", and must be a day or moment/],
        [["cancel", "--status", "done"], /Allowed choices are running/],
        [["destroy"], /unknown command 'destroy'/],
      ] as const
    ) {
      const { code, out, err } = await degov("bulk", ...args);
      equal(code, EXIT_CODES.usage.code, args.join(" "));
      match(err, why);
      equal(out, "");
    }
    match((await degov("get", "b1")).out, /running/);
  });
});

Deno.test("bulk counts, asks a person, does it, and names those that refuse", async () => {
  await withEngine(async (degov, url) => {
    await degov("apply", APPROVAL);
    for (const id of ["b1", "b2", "b3"]) await degov("start", "approval", "--id", id, ...INPUT);
    const filter = ["--workflow", "approval", "--text", "LUNCH", "--created-after", "1h"];

    const dry = await degov("bulk", "pause", ...filter, "--dry-run");
    match(dry.out, /^3 instances would be paused$/m);
    match(dry.err, /list --workflow approval --status running --created-after 1h --text LUNCH --all/);
    const listed = await degov(...dry.err.match(/degov (list .*)/)![1].split(" "));
    equal([...listed.out.matchAll(/^b\d/gm)].length, 3, "the hint lists the same instances");

    const on = (answer: boolean) =>
      say(["bulk", "pause", ...filter], { terminal: true, answer, env: { DEGOV_ENGINE: url } });
    const declined = await on(false);
    deepEqual([declined.code, declined.out], [EXIT_CODES.failure.code, ""]);
    match((await on(true)).out, /3 of 3 instances paused/);
    match((await degov("bulk", "resume", "--all", "--yes")).out, /3 of 3 instances resumed/);

    await degov("cancel", "b1");
    const refused = await degov("bulk", "retry", "--status", "cancelled", "--yes");
    equal(refused.code, EXIT_CODES.refused.code);
    match(refused.out, /0 of 1 instance retried/);
    match(refused.err, /b1: Cannot retry instance "b1"/);
    const json = JSON.parse((await degov("bulk", "cancel", "--all", "--yes", "--reason", "over", "--json")).out);
    deepEqual(json, { operation: "cancel", dryRun: false, matched: 2, done: 2, refusals: [] });
    match((await degov("history", "b2")).out, /cancelled: over/);
    match((await degov("bulk", "cancel", "--all", "--yes")).out, /no running instance matches; nothing was cancelled/);
  });
});
