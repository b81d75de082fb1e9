/**
 * What an engine costs while nothing happens: 10,000 instances wait for timers that are an hour away.
 *
 *   deno task bench:idle [INSTANCES] [SECONDS]
 *
 * Prints the share of a core that the process used, all its threads together; more than 2 % is a failure.
 */

import { join } from "node:path";
import process from "node:process";
import { Engine } from "../engine/engine.ts";
import { openStore } from "../engine/store/open_store.ts";
import type { Definition } from "../shared/definition/definition.ts";

const CORE_SHARE_MAX = 0.02;
const STARTS_AT_ONCE = 500;

const instances = Number(Deno.args[0] ?? 10_000);
const seconds = Number(Deno.args[1] ?? 20);

const definition: Definition = {
  name: "waiting",
  initial: "waiting",
  states: { waiting: { after: [{ delayMs: 3_600_000, target: "over" }] }, over: {} },
};

const folder = await Deno.makeTempDir({ prefix: "degov-idle-" });
const store = await openStore(`sqlite:${join(folder, "engine.db")}`);
const engine = await Engine.open({ store });
let share = Infinity;
try {
  await engine.definitions.register(definition);
  for (let from = 0; from < instances; from += STARTS_AT_ONCE) {
    const count = Math.min(STARTS_AT_ONCE, instances - from);
    await Promise.all(
      Array.from(
        { length: count },
        (_, index) =>
          engine.instances.start({ workflow: "waiting", version: 0, instanceId: `i${from + index}`, input: {} }),
      ),
    );
  }
  await sleep(5_000); // what follows the starts is over
  const [before, reads, commits] = [process.cpuUsage(), store.stats().reads, store.stats().commits];
  const beganMs = performance.now();
  await sleep(seconds * 1_000);
  const { user, system } = process.cpuUsage(before);
  const elapsedMs = performance.now() - beganMs;
  share = (user + system) / 1_000 / elapsedMs;
  const perSecond = (count: number) => (count / (elapsedMs / 1_000)).toFixed(1);
  console.log(
    `${instances} waiting instances, ${seconds} s: ${(share * 100).toFixed(2)} % of a core, ` +
      `${perSecond(store.stats().reads - reads)} reads and ${
        perSecond(store.stats().commits - commits)
      } commits a second`,
  );
} finally {
  await engine.close();
  await Deno.remove(folder, { recursive: true });
}
Deno.exit(share <= CORE_SHARE_MAX ? 0 : 1);

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
