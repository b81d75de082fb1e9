/**
 * Runs the tests and closes with one line that counts them: `N passed, N failed`.
 *
 * Arguments are handed on to `deno test`, so that `deno task test engine/` runs a part.
 */

import { join } from "node:path";

const args = Deno.args;
const child = new Deno.Command(Deno.execPath(), {
  args: [
    "test",
    "-P=test",
    "--no-prompt",
    "--lock=deno.dev.lock",
    `--preload=${join(import.meta.dirname!, "property_seed.ts")}`,
    ...(Deno.env.get("CI") ? ["--frozen"] : []),
    ...args,
  ],
  stdout: "piped",
  stderr: "inherit",
}).spawn();

let passed = 0;
let failed = 0;
const lines: string[] = [];
let rest = "";
for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
  await Deno.stdout.write(new TextEncoder().encode(text));
  const parts = (rest + text).split("\n");
  rest = parts.pop()!;
  lines.push(...parts);
}
// deno-lint-ignore no-control-regex
const plain = lines.map((line) => line.replace(/\x1b\[[0-9;]*m/g, ""));
for (const line of plain) {
  const match = /^(?:ok|FAILED) \| (\d+) passed(?: \([^)]*\))? \| (\d+) failed/.exec(line);
  if (match !== null) [passed, failed] = [Number(match[1]), Number(match[2])];
}
const { code } = await child.status;
const ranFdb = plain.some((line) => line.startsWith("FdbStore ") && line.includes(" ok"));
console.log(
  ranFdb
    ? "FoundationDB: the suites ran on a real server"
    : "FoundationDB: not on this machine (no FDB_CLUSTER_FILE, no fdbserver on PATH); FdbStore did not run",
);
// A run that broke before it counted anything is one failure.
console.log(`${passed} passed, ${code !== 0 && failed === 0 ? 1 : failed} failed`);
Deno.exit(code);
