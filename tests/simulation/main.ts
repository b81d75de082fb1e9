/**
 * Runs seeds: `deno task sim --seeds N` runs so many in two processes, `--seed S` replays one with its trace.
 */

import { parseArgs } from "node:util";
import { MUTATIONS } from "./mutations.ts";
import { simulate, type SimulationResult } from "./simulation.ts";

const HELP = `deno task sim [FLAGS]

  --seeds N      run N seeds (default 200)
  --from S       the first of them (default 1)
  --processes N  at once (default 2)
  --seed S       replay one seed, with its trace
  --mutation I   with the planted bug number I, from 0`;

/** Lines between the processes: one per seed. */
interface Line extends Pick<SimulationResult, "seed" | "violations" | "instances" | "commits" | "faults" | "events"> {
  happenings: [string, number][];
}

async function replay(seed: number, mutation: number | undefined): Promise<number> {
  const result = await simulate({
    seed,
    mutation: mutation === undefined ? undefined : MUTATIONS[mutation],
    onTrace: (line) => console.log(line),
  });
  const { violations, refusals, happenings, ...figures } = result;
  console.log({ ...figures, happenings: Object.fromEntries(happenings), refusals: Object.fromEntries(refusals) });
  for (const violation of violations) console.log(`VIOLATION ${violation}`);
  console.log(`seed ${seed}: ${violations.length === 0 ? "no violation" : "violated"}`);
  return violations.length === 0 ? 0 : 1;
}

async function runSeed(seed: number): Promise<Line> {
  try {
    const { violations, instances, commits, faults, events, happenings } = await simulate({ seed });
    return { seed, violations, instances, commits, faults, events, happenings: [...happenings] };
  } catch (error) { // a checker that met what it did not expect
    const violations = [`the simulation broke: ${error}`];
    return { seed, violations, instances: 0, commits: 0, faults: 0, events: 0, happenings: [] };
  }
}

/** The child's part: every `step`th seed from `from` on. */
async function runSeeds(options: { from: number; to: number; step: number }): Promise<void> {
  for (let seed = options.from; seed < options.to; seed += options.step) {
    console.log(JSON.stringify(await runSeed(seed)));
  }
}

async function runAll(options: { from: number; seeds: number; processes: number }): Promise<number> {
  const { from, seeds, processes } = options;
  const startedMs = performance.now();
  const lines: Line[] = [];
  const failures: string[] = [];
  await Promise.all(Array.from({ length: processes }, async (_, index) => {
    const range = [`--from=${from + index}`, `--to=${from + seeds}`, `--step=${processes}`];
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-P=test", "--no-prompt", import.meta.filename!, "--child", ...range],
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    let rest = "";
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      const parts = (rest + text).split("\n");
      rest = parts.pop()!;
      for (const part of parts) {
        const line = JSON.parse(part) as Line;
        lines.push(line);
        for (const violation of line.violations) console.log(`seed ${line.seed}: ${violation}`);
        if (lines.length % 100 === 0) console.log(`${lines.length} of ${seeds} seeds`);
      }
    }
    const { code } = await child.status;
    if (code !== 0) failures.push(`A process ended with exit code ${code}`);
  }));
  const total = (of: (line: Line) => number) => lines.reduce((sum, line) => sum + of(line), 0);
  const violated = lines.filter(({ violations }) => violations.length > 0).map(({ seed }) => seed);
  console.log(
    `${lines.length} seeds in ${((performance.now() - startedMs) / 1000).toFixed(0)} s: ` +
      `${total(({ instances }) => instances)} instances, ${total(({ commits }) => commits)} commits, ` +
      `${total(({ faults }) => faults)} faults, ${total(({ events }) => events)} events`,
  );
  const happenings = new Map<string, number>();
  for (const [name, count] of lines.flatMap((line) => line.happenings)) {
    happenings.set(name, (happenings.get(name) ?? 0) + count);
  }
  console.log([...happenings].sort().map(([name, count]) => `${name} ${count}`).join(", "));
  for (const failure of failures) console.log(failure);
  console.log(
    violated.length === 0
      ? "no violation"
      : `${violated.length} seeds violated; replay one with: deno task sim --seed ${violated[0]}`,
  );
  return violated.length === 0 && failures.length === 0 && lines.length === seeds ? 0 : 1;
}

const { values } = parseArgs({
  args: Deno.args,
  options: {
    seeds: { type: "string", default: "200" },
    from: { type: "string", default: "1" },
    to: { type: "string" },
    step: { type: "string", default: "1" },
    processes: { type: "string", default: "2" },
    seed: { type: "string" },
    mutation: { type: "string" },
    child: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (values.help) console.log(HELP);
else if (values.child) await runSeeds({ from: Number(values.from), to: Number(values.to), step: Number(values.step) });
else if (values.seed !== undefined) {
  const mutation = values.mutation === undefined ? undefined : Number(values.mutation);
  Deno.exit(await replay(Number(values.seed), mutation));
} else {
  const [from, seeds, processes] = [values.from, values.seeds, values.processes].map(Number);
  Deno.exit(await runAll({ from, seeds, processes }));
}
