/** `deno task chaos --seconds 60`: kills real processes under load, and checks what remains. */

import { parseArgs } from "node:util";
import { runChaos } from "./chaos.ts";

const { values } = parseArgs({
  args: Deno.args,
  options: {
    seconds: { type: "string", default: "60" },
    seed: { type: "string" },
    store: { type: "string" },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  console.log("deno task chaos [--seconds N] [--seed S] [--store sqlite|fdb]");
  Deno.exit(0);
}
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const seconds = Number(values.seconds);
const store = values.store as "sqlite" | "fdb" | undefined;
console.log(`Chaos for ${seconds} s, seed ${seed}`);
const result = await runChaos({ seconds, seed, store, log: console.log });
for (const problem of result.problems.slice(0, 50)) console.log(`PROBLEM ${problem}`);
console.log(
  `${result.instances} instances, ${result.kills} kills and stops, on ${result.store}: ` +
    (result.problems.length === 0 ? "all acknowledged instances ended right" : `${result.problems.length} problems`),
);
Deno.exit(result.problems.length === 0 ? 0 : 1);
