import { deepEqual, equal, ok } from "node:assert/strict";
import { MUTATIONS } from "./mutations.ts";
import { simulate } from "./simulation.ts";

/** Enough that every kind of fault occurs, and every feature; `deno task sim` runs as many as one likes. */
const SEEDS = 20;
/** One for each feature. */
const HAPPENINGS = [
  ...[
    "children",
    "childStarted",
    "eventSent",
    "itemCompleted",
    "guardEvaluated",
    "compensating",
    "versions",
    "migrated",
  ],
  ...["forked", "retried", "paused", "waiting", "scheduled", "expired", "read", "told", "undelivered", "eventKept"],
];
/** A planted bug must show within so many seeds. */
const SEEDS_TO_CATCH = 40;

Deno.test(`no guarantee is violated under faults, seeds 1 to ${SEEDS}`, async () => {
  let [instances, faults] = [0, 0];
  const happened = new Set<string>();
  for (let seed = 1; seed <= SEEDS; seed++) {
    const result = await simulate({ seed });
    deepEqual(result.violations, [], `replay it with: deno task sim --seed ${seed}`);
    equal(result.ended, result.instances);
    instances += result.instances;
    faults += result.faults;
    for (const [name, count] of result.happenings) if (count > 0) happened.add(name);
  }
  ok(instances > SEEDS * 5 && faults > SEEDS * 5, `${instances} instances and ${faults} faults`);
  deepEqual(HAPPENINGS.filter((name) => !happened.has(name)), []);
});

Deno.test("a seed decides everything: two runs of it are the same, line by line", async () => {
  const run = async (seed: number) => {
    const lines: string[] = [];
    await simulate({ seed, onTrace: (line) => lines.push(line) });
    return lines;
  };
  for (const seed of [3, 4]) {
    const [first, second] = [await run(seed), await run(seed)];
    ok(first.length > 50);
    deepEqual(first, second);
  }
});

for (const mutation of MUTATIONS) {
  Deno.test(`the simulation catches a planted bug: ${mutation.name}`, async () => {
    const { guarantee = "" } = mutation;
    for (let seed = 1; seed <= SEEDS_TO_CATCH; seed++) {
      if ((await simulate({ seed, mutation })).violations.some((violation) => violation.startsWith(guarantee))) return;
    }
    throw new Error(`Not caught within ${SEEDS_TO_CATCH} seeds`);
  });
}
