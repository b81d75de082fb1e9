/** Every example runs, checks itself, explains itself, and is in the list of examples. */

import { deepEqual, equal, match, ok } from "node:assert/strict";
import { dirname, join } from "node:path";

const ROOT = join(import.meta.dirname!, "..");
/** Processes beside each other; an example has one or two threads that are busy. */
const AT_ONCE = 2;
/** What an example says about itself at its top, the title and its command among it. */
const HEADER_LINES_MIN = 10;

const EXAMPLES = [...Deno.readDirSync(join(ROOT, "examples"))]
  .filter(({ name, isFile }) => isFile && name.endsWith(".ts"))
  .map(({ name }) => name)
  .sort();

/** What they say before their last line; those that are not here need only end well. */
const OUTPUTS: Readonly<Record<string, RegExp[]>> = {
  "simple_workflow.ts": [
    /state +pricing[\s\S]*state +checking[\s\S]*state +shipping/,
    /task +total returned 133\.28/,
    /task +risk returned "low"/,
    /Status +completed in state shipping/,
  ],
};

/** Takes a minute, kills processes, and has a last line of its own. */
const CRASH_RECOVERY = "crash_recovery.ts";

/** What Deno asks of steps that run at the same time. */
const BESIDE_OTHERS = { sanitizeOps: false, sanitizeResources: false, sanitizeExit: false };

/** Runs an example as the list says; what it printed. */
async function run(example: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", join("examples", example), ...args],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  equal(code, 0, `${decoder.decode(stdout)}\n${decoder.decode(stderr)}`);
  return decoder.decode(stdout);
}

Deno.test("every example ends well, and says so in its last line", async (t) => {
  const left = EXAMPLES.filter((name) => name !== CRASH_RECOVERY);
  const runSome = async () => {
    for (let name = left.shift(); name !== undefined; name = left.shift()) {
      const example = name;
      const fn = async () => {
        const text = await run(example);
        for (const output of OUTPUTS[example] ?? []) match(text, output);
        match(text.trimEnd().split("\n").at(-1)!, /^Done: ./);
      };
      await t.step({ name: `examples/${example}`, fn, ...BESIDE_OTHERS });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, runSome));
});

Deno.test("examples/crash_recovery.ts: 200 instances survive three kills of the engine and three of the worker", async () => {
  const text = await run(CRASH_RECOVERY, "200");
  equal(text.match(/kill -9 of the engine/g)?.length, 3);
  equal(text.match(/kill -9 of the worker/g)?.length, 3);
  match(text, /All 200 instances completed/);
});

Deno.test("every example explains itself at its top, with its command", async () => {
  for (const name of EXAMPLES) {
    const text = await Deno.readTextFile(join(ROOT, "examples", name));
    const header = /^\/\*\*\n([\s\S]*?)\n \*\//.exec(text)?.[1] ?? "";
    ok(header.includes(` *   deno run -A examples/${name}`), `${name} does not say how it is run`);
    if (name === CRASH_RECOVERY) continue;
    const lines = header.split("\n").length;
    ok(lines >= HEADER_LINES_MIN, `${name} has ${lines} lines of explanation; ${HEADER_LINES_MIN} are wanted`);
  }
});

Deno.test("examples/README.md lists every example once, with its command, and nothing that is not there", async () => {
  const path = join(ROOT, "examples", "README.md");
  const text = await Deno.readTextFile(path);
  const rows = [...text.matchAll(/^\|.*\[(\S+\.ts)\]\((\S+\.ts)\) *\| `(.*)` *\|$/gm)];
  deepEqual(rows.map(([, name]) => name).sort(), EXAMPLES);
  for (const [, name, target, command] of rows) {
    deepEqual({ target, command }, { target: name, command: `deno run -A examples/${name}` });
  }
  for (const [, target] of text.matchAll(/\]\((?!https?:)([^)]+)\)/g)) {
    ok((await Deno.stat(join(dirname(path), target))).isFile, `${target} is no file`);
  }
});
