import { equal, match } from "node:assert/strict";
import { join } from "node:path";

const ROOT = join(import.meta.dirname!, "..");

/** Runs an example as the README says; what it printed. */
async function run(example: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", join("examples", example), ...args],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  equal(code, 0, decoder.decode(stderr));
  return decoder.decode(stdout);
}

Deno.test("examples/simple_workflow.ts shows states, outputs and the end", async () => {
  const text = await run("simple_workflow.ts");
  match(text, /state +pricing[\s\S]*state +checking[\s\S]*state +shipping/);
  match(text, /task +total returned 133\.28/);
  match(text, /task +risk returned "low"/);
  match(text, /Status +completed in state shipping/);
});

Deno.test("examples/crash_recovery.ts: 200 instances survive three kills of the engine and three of the worker", async () => {
  const text = await run("crash_recovery.ts", "200");
  equal(text.match(/kill -9 of the engine/g)?.length, 3);
  equal(text.match(/kill -9 of the worker/g)?.length, 3);
  match(text, /All 200 instances completed/);
});

/** Those above say more than one line. */
const WITH_TESTS_OF_THEIR_OWN = new Set(["simple_workflow.ts", "crash_recovery.ts"]);

for (const { name, isFile } of Deno.readDirSync(join(ROOT, "examples"))) {
  if (!isFile || !name.endsWith(".ts") || WITH_TESTS_OF_THEIR_OWN.has(name)) continue;
  Deno.test(`examples/${name} ends well, and says so in its last line`, async () => {
    const lines = (await run(name)).trimEnd().split("\n");
    match(lines[lines.length - 1], /^Done: ./);
  });
}
