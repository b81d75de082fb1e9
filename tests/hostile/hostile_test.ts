/** Runs every attack against a pool of real isolate processes, and an honest task after each. */

import assert from "node:assert/strict";
import { compileCode } from "../../shared/code/compile.ts";
import { CONSOLE_BYTES_MAX, CONSOLE_LINES_MAX } from "../../shared/limits.ts";
import type { Outcome, Pool } from "../../worker/pool/pool.ts";
import { ALL_TRACES, CASES, type HostileCase } from "./cases.ts";
import { mixedKind, mixedTask } from "./mixed_load.ts";
import { childrenOf, HONEST, openTestPool, outputOf, runTask, until } from "../../worker/pool/testing/pool_fixture.ts";

Deno.test("hostile code: every attack is stopped, and the next task is served", async (t) => {
  assert(CASES.length >= 100, `${CASES.length} attacks`);
  assert.equal(new Set(CASES.map(({ group, name }) => `${group} ${name}`)).size, CASES.length, "names are unique");
  const pool = await openTestPool();
  try {
    for (const attack of CASES) await t.step(`${attack.group}: ${attack.name}`, () => runAttack(pool, attack));
    await t.step("afterwards no isolate burns a core", () => assertQuiet());
  } finally {
    await pool.close();
  }
  assert.deepEqual(await childrenOf(), [], "no process is left");
});

Deno.test("hostile code: two definitions leave each other nothing in a thousand runs on the same isolates", async () => {
  const pool = await openTestPool({ slots: 2 });
  try {
    const started = pool.stats().isolatesStarted;
    await Promise.all([0, 1].map(async () => {
      for (let i = 0; i < 500; i++) {
        assert.equal(outputOf(await runTask(pool, { code: ALL_TRACES.leave })), 0);
        const looked = await runTask(pool, { code: ALL_TRACES.look });
        assert.deepEqual(outputOf(looked), []);
        assert(looked.status === "completed");
        assert.deepEqual(looked.console, []);
      }
    }));
    assert(pool.stats().isolatesStarted - started <= 1, "the same isolates ran all of it");
  } finally {
    await pool.close();
  }
});

Deno.test("hostile code: loops and bombs among a thousand honest tasks harm none of them", async () => {
  const pool = await openTestPool({ slots: 2 });
  try {
    const outcomes = await Promise.all(Array.from({ length: 1_020 }, (_, i) => runTask(pool, mixedTask(i))));
    for (const [i, outcome] of outcomes.entries()) {
      const kind = mixedKind(i);
      if (kind === "honest") {
        assert.equal(outputOf(outcome), 2 * i);
      } else {
        assert(outcome.status === "failed", JSON.stringify(outcome));
        assert.equal(outcome.failure.code, kind === "loop" ? "DEADLINE_EXCEEDED" : "RESOURCE_EXHAUSTED");
      }
    }
    assert.deepEqual([pool.stats().deadlines, pool.stats().memoryKills], [10, 10]);
  } finally {
    await pool.close();
  }
  assert.deepEqual(await childrenOf(), [], "no process is left");
});

async function runAttack(pool: Pool, attack: HostileCase): Promise<void> {
  if ("refused" in attack.expect) {
    const compilation = compileCode(attack.code, attack.language ?? "javascript");
    assert(!compilation.ok, "it was accepted");
    assert.match(compilation.problems[0].message, attack.expect.refused);
    return;
  }
  const outcome = await runTask(pool, attack);
  assertExpected(attack, outcome);
  if (attack.look !== undefined) {
    const looked = await runTask(pool, { code: attack.look });
    assert.deepEqual(outputOf(looked), []);
    assert(looked.status === "completed");
    assert.deepEqual(looked.console, []);
  }
  assert.equal(outputOf(await runTask(pool, { code: HONEST, input: { value: 4 } })), 8);
}

function assertExpected(attack: HostileCase, outcome: Outcome): void {
  assert(outcome.status !== "cancelled");
  const { expect } = attack;
  if ("completes" in expect) {
    assert.deepEqual(outputOf(outcome), expect.completes);
  } else if ("fails" in expect) {
    assert(outcome.status === "failed", `it completed: ${JSON.stringify(outcome)}`);
    assert.equal(outcome.failure.code, expect.fails, JSON.stringify(outcome.failure));
    if (expect.message) assert.match(outcome.failure.message, expect.message);
  }
  assert(outcome.console.length <= CONSOLE_LINES_MAX + 1, `${outcome.console.length} lines`);
  const bytes = outcome.console.reduce((sum, line) => sum + new TextEncoder().encode(line.text).length, 0);
  assert(bytes <= CONSOLE_BYTES_MAX, `${bytes} bytes of console`);
}

/** A core that burns uses 50 ticks in this window, for ever; isolates at rest use none to speak of. */
async function assertQuiet(): Promise<void> {
  await until("half a second in which the isolates use no core", async () => {
    const before = await childrenTicks();
    await new Promise((resolve) => setTimeout(resolve, 500));
    return await childrenTicks() - before <= 5;
  });
}

async function childrenTicks(): Promise<number> {
  return (await childrenOf()).reduce((sum, { ticks }) => sum + ticks, 0);
}
