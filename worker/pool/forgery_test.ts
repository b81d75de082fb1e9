/** Isolate processes that misbehave as if a task had broken out of every layer: the pool has to survive each. */

import assert from "node:assert/strict";
import { DegovError } from "../../shared/errors.ts";
import type { Failure } from "../../shared/failure.ts";
import type { IsolateCommand } from "./isolate_process.ts";
import { childrenOf, failureOf, HONEST, openTestPool, outputOf, runTask } from "./testing/pool_fixture.ts";

function fake(mode: string): IsolateCommand {
  const program = new URL("testing/fake_isolate.ts", import.meta.url).href;
  return { path: Deno.execPath(), args: ["run", "--no-prompt", "--no-config", "--allow-run", program, mode] };
}

async function runOnFake(mode: string): Promise<Failure> {
  const pool = await openTestPool({ command: fake(mode) });
  try {
    const failure = failureOf(await runTask(pool, { code: HONEST }));
    assert.equal(failureOf(await runTask(pool, { code: HONEST })).code, failure.code, "it goes on");
    return failure;
  } finally {
    await pool.close();
    assert.deepEqual(await childrenOf(), []);
  }
}

const FORGED = /wrote what no isolate writes/;

const CRASHES: [mode: string, message: RegExp][] = [
  ["ends silently", /ended with code 0/],
  ["is ready twice", FORGED],
  ["kills itself", /ended by SIGKILL/],
  ["forges a frame", FORGED],
  ["writes text", FORGED],
  ["announces a huge frame", FORGED],
  ["answers another run", FORGED],
  ["sends an unknown kind", FORGED],
  ["sends a failure that is none", FORGED],
  ["sends too much", FORGED],
  ["floods the console", FORGED],
];

for (const [mode, message] of CRASHES) {
  Deno.test(`[I2] an isolate that ${mode} is killed and its task fails as crashed`, async () => {
    const failure = await runOnFake(mode);
    assert.equal(failure.code, "ISOLATE_CRASHED");
    assert.match(failure.message, message);
  });
}

Deno.test("[P4] a failure that an isolate makes up is cut to what a task may say", async () => {
  const failure = await runOnFake("claims that its worker was lost");
  assert.deepEqual(failure, { code: "TASK_FAILED", message: "", stack: "" });
});

Deno.test("[S1] an isolate that answers twice is killed; the first answer counts", async () => {
  const pool = await openTestPool({ command: fake("answers twice") });
  try {
    assert.equal(outputOf(await runTask(pool, { code: HONEST })), "once");
  } finally {
    await pool.close();
  }
});

Deno.test("[P4] a flood on stderr neither blocks an isolate nor fills the worker's memory", async () => {
  const pool = await openTestPool({ command: fake("floods stderr") });
  try {
    assert.equal(outputOf(await runTask(pool, { code: HONEST })), "done");
  } finally {
    await pool.close();
  }
});

for (const mode of ["fails to start", "answers before it is asked"]) {
  Deno.test(`openPool() gives up on isolates of which each ${mode}`, async () => {
    await assert.rejects(
      openTestPool({ command: fake(mode) }),
      (error) => error instanceof DegovError && error.code === "UNAVAILABLE",
    );
    assert.deepEqual(await childrenOf(), []);
  });
}
