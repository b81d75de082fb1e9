import assert from "node:assert/strict";
import { DegovError } from "../../shared/errors.ts";
import { childrenOf, failureOf, HONEST, openTestPool, outputOf, runTask, until } from "./testing/pool_fixture.ts";

const MIB = 1024 * 1024;
/** CPU time, in 1/100 s, that no isolate needs to start, so that one which used more runs a loop. */
const TICKS_OF_A_START = 100;
/** Loops or fills memory when it is told to; known as short once it has run a few times without. */
const SOMETIMES_LONG = `
  if (input.endless) for (;;);
  if (input.bomb) { const a = []; for (;;) a.push(new Uint8Array(1e6).fill(1)); }
  return input.value`;

Deno.test("openPool() runs tasks and gives output, console and duration", async () => {
  const pool = await openTestPool();
  try {
    const outcome = await runTask(pool, { code: "console.warn('hi', { a: 1 }); input.value * 2", input: { value: 4 } });
    assert(outcome.status === "completed");
    assert.equal(outputOf(outcome), 8);
    assert.deepEqual(outcome.console, [{ level: "warn", text: "hi { a: 1 }" }]);
    assert(outcome.durationMs > 0);
    assert.equal(pool.stats().executions, 1);
  } finally {
    await pool.close();
  }
});

Deno.test("execute() keeps the console of a task that is killed", async () => {
  const pool = await openTestPool();
  try {
    const outcome = await runTask(pool, { code: "console.log('about to loop'); for (;;);", timeoutMs: 2_000 });
    assert(outcome.status === "failed");
    assert.equal(outcome.failure.code, "DEADLINE_EXCEEDED");
    assert.deepEqual(outcome.console, [{ level: "log", text: "about to loop" }]);
  } finally {
    await pool.close();
  }
});

Deno.test("execute() refuses what does not fit into the queue, and everything once closed", async () => {
  const pool = await openTestPool({ queueMax: 2 });
  const held = [1, 2, 3].map(() => runTask(pool, { code: "for (;;);" }));
  assert.equal(pool.capacity, 0);
  await assert.rejects(
    runTask(pool, { code: HONEST }),
    (error) => error instanceof DegovError && error.code === "RESOURCE_EXHAUSTED" && /2 executions/.test(error.message),
  );
  await pool.close();
  assert.deepEqual((await Promise.all(held)).map(({ status }) => status), ["cancelled", "cancelled", "cancelled"]);
  await assert.rejects(
    runTask(pool, { code: HONEST }),
    (error) => error instanceof DegovError && error.code === "UNAVAILABLE",
  );
  await pool.close();
});

Deno.test("execute() cancels what is queued and what runs", async () => {
  const pool = await openTestPool();
  try {
    const aborts = [new AbortController(), new AbortController()];
    const [running, queued] = aborts.map(({ signal }) => runTask(pool, { code: "for (;;);" }, signal));
    const honest = runTask(pool, { code: HONEST });
    aborts[1].abort();
    assert.deepEqual(await queued, { status: "cancelled" });
    aborts[0].abort();
    assert.deepEqual(await running, { status: "cancelled" });
    assert.equal(outputOf(await honest), 42);
    assert.equal((await runTask(pool, { code: HONEST }, AbortSignal.abort())).status, "cancelled");
    assert.equal(pool.stats().executions, 1);
  } finally {
    await pool.close();
  }
});

Deno.test("[P3] what was written ahead to an isolate that is killed runs elsewhere, once and right", async () => {
  const pool = await openTestPool();
  try {
    for (let i = 0; i < 20; i++) await runTask(pool, { code: SOMETIMES_LONG, input: { value: i } });
    const cases = [
      { input: { endless: true }, timeoutMs: 300, code: "DEADLINE_EXCEEDED" },
      { input: { bomb: true }, timeoutMs: undefined, code: "RESOURCE_EXHAUSTED" },
    ];
    for (const { input, timeoutMs, code } of cases) {
      for (let i = 0; i < 5; i++) await runTask(pool, { code: SOMETIMES_LONG, input: { value: i } });
      const hostile = runTask(pool, { code: SOMETIMES_LONG, input, timeoutMs, memoryBytes: 32 * MIB });
      const honest = Array.from({ length: 20 }, (_, i) => runTask(pool, { code: SOMETIMES_LONG, input: { value: i } }));
      assert.equal(failureOf(await hostile).code, code);
      assert.deepEqual((await Promise.all(honest)).map(outputOf), Array.from({ length: 20 }, (_, i) => i));
    }
    assert.equal(pool.stats().crashes, 0);
    assert.equal(pool.stats().failures, 2);
  } finally {
    await pool.close();
  }
});

Deno.test("[P6] what was written ahead behind a long execution goes to another isolate", async () => {
  const pool = await openTestPool({ slots: 2 });
  try {
    for (let i = 0; i < 20; i++) await runTask(pool, { code: SOMETIMES_LONG, input: { value: i } });
    const stop = new AbortController();
    const long = runTask(pool, { code: SOMETIMES_LONG, input: { endless: true }, timeoutMs: 600_000 }, stop.signal);
    const short = Array.from({ length: 40 }, (_, i) => runTask(pool, { code: SOMETIMES_LONG, input: { value: i } }));
    assert.deepEqual((await Promise.all(short)).map(outputOf), Array.from({ length: 40 }, (_, i) => i));
    stop.abort();
    assert.equal((await long).status, "cancelled");
    assert.equal(pool.stats().executions, 60);
  } finally {
    await pool.close();
  }
});

Deno.test("[P7] code that was killed waits while other code does, and then runs all the same", async () => {
  const pool = await openTestPool({ slots: 2 });
  try {
    const loop = { code: "for (;;);", timeoutMs: 100 };
    failureOf(await runTask(pool, loop));
    let loopsEnded = 0;
    const loops = Array.from({ length: 10 }, () => runTask(pool, loop));
    for (const ended of loops) void ended.then(() => loopsEnded++);
    const honest = Array.from({ length: 50 }, (_, i) => runTask(pool, { code: HONEST, input: { value: i } }));
    assert.deepEqual((await Promise.all(honest)).map(outputOf), Array.from({ length: 50 }, (_, i) => 2 * i));
    // Their share lets the last of them begin after nine seconds, where so many honest ones take a few milliseconds.
    assert(loopsEnded < 10, "the loops went first");
    for (const ended of loops) assert.equal(failureOf(await ended).code, "DEADLINE_EXCEEDED");
    await until("nothing is left to run", () => pool.stats().queued + pool.stats().busy === 0);
  } finally {
    await pool.close();
  }
});

Deno.test("execute() sends code to an isolate once", async () => {
  const pool = await openTestPool();
  try {
    for (let i = 0; i < 5; i++) await runTask(pool, { code: HONEST });
    const { codeCacheHits, codeCacheMisses } = pool.stats();
    assert.deepEqual([codeCacheHits, codeCacheMisses], [4, 1]);
  } finally {
    await pool.close();
  }
});

Deno.test("an isolate is replaced after its number of executions, and no execution notices", async () => {
  const pool = await openTestPool({ executionsPerIsolateMax: 10 });
  try {
    const outcomes = await Promise.all(
      Array.from({ length: 200 }, (_, i) => runTask(pool, { code: HONEST, input: { value: i } })),
    );
    assert.deepEqual(outcomes.map(outputOf), Array.from({ length: 200 }, (_, i) => 2 * i));
    const stats = pool.stats();
    assert(stats.isolatesRecycled >= 10 && stats.isolatesStarted >= stats.isolatesRecycled, JSON.stringify(stats));
    assert.equal(stats.crashes + stats.failures, 0);
  } finally {
    await pool.close();
  }
});

Deno.test("an isolate that keeps memory is replaced", async () => {
  const pool = await openTestPool({ isolateGrowthBytesMax: 16 * MIB });
  try {
    const code = `for (let i = 0; i < 1e5; i++) Symbol.for("kept".repeat(100) + i + input.value); return 1`;
    for (let i = 0; i < 5; i++) {
      assert.equal(outputOf(await runTask(pool, { code, input: { value: i }, memoryBytes: 256 * MIB })), 1);
    }
    assert(pool.stats().isolatesRecycled >= 1);
  } finally {
    await pool.close();
  }
});

Deno.test("an honest task may make much more garbage than its memory cap", async () => {
  const pool = await openTestPool({ memoryBytesMax: 128 * MIB });
  try {
    const buffers = "let sum = 0; for (let i = 0; i < 2000; i++) sum += new Uint8Array(1e6).fill(1)[i]; return sum";
    const objects =
      "let kept; for (let i = 0; i < 5e6; i++) kept = { i, list: [i, i + 1], text: 'x' + i }; return kept.i";
    for (const code of [buffers, objects]) {
      outputOf(await runTask(pool, { code, memoryBytes: 128 * MIB }));
    }
  } finally {
    await pool.close();
  }
});

Deno.test("[P5] close() leaves no process, even in the middle of a loop", async () => {
  const pool = await openTestPool({ slots: 2 });
  const loops = [1, 2].map(() => runTask(pool, { code: "for (;;);" }));
  assert((await childrenOf()).length > 0);
  await pool.close();
  assert.deepEqual(await childrenOf(), []);
  for (const loop of loops) assert.equal((await loop).status, "cancelled");
});

Deno.test("an isolate that is killed from outside fails what it ran; the pool goes on", async () => {
  const pool = await openTestPool();
  try {
    const running = runTask(pool, { code: "for (;;);" });
    const before = await childrenOf();
    await until("the loop burns", async () => {
      const busy = (await childrenOf()).find(({ pid, ticks }) =>
        ticks - (before.find((b) => b.pid === pid)?.ticks ?? 0) > TICKS_OF_A_START
      );
      if (busy !== undefined) Deno.kill(busy.pid, "SIGKILL");
      return busy !== undefined;
    });
    const failure = failureOf(await running);
    assert.equal(failure.code, "ISOLATE_CRASHED");
    assert.match(failure.message, /ended by SIGKILL/);
    const idle = await childrenOf();
    const { isolatesStarted } = pool.stats();
    for (const { pid } of idle) Deno.kill(pid, "SIGKILL");
    await until("idle isolates were replaced", () => pool.stats().isolatesStarted === isolatesStarted + idle.length);
    assert.equal(outputOf(await runTask(pool, { code: HONEST })), 42);
    assert.equal(pool.stats().crashes, 1);
  } finally {
    await pool.close();
  }
});

Deno.test("[W4] isolates end by themselves when their worker process is killed", async () => {
  const program = new URL("testing/pool_program.ts", import.meta.url).pathname;
  const worker = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--allow-run", "--allow-read", program],
    stdout: "piped",
  }).spawn();
  const lines = worker.stdout.pipeThrough(new TextDecoderStream()).getReader();
  assert.match((await lines.read()).value ?? "", /running/);
  const isolates = (await childrenOf(worker.pid)).map(({ pid }) => pid);
  assert(isolates.length >= 1);
  worker.kill("SIGKILL");
  await worker.status;
  await lines.cancel();
  await until("the isolates are gone", () => isolates.every((pid) => !isAlive(pid)));
});

/** A process that has ended may stay as a zombie for as long as whoever inherited it does not look. */
function isAlive(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(Deno.readTextFileSync(`/proc/${pid}/stat`));
  } catch {
    return false;
  }
}

Deno.test("openPool() says why no isolate can be started", async () => {
  await assert.rejects(
    openTestPool({ command: { path: "/nowhere/deno", args: [] } }),
    (error) =>
      error instanceof DegovError && error.code === "UNAVAILABLE" && /No isolate can be started/.test(error.message),
  );
});
