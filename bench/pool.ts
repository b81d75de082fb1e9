/**
 * What isolation costs: µs per trivial task through two isolates, beside Node pools that isolate nothing and beside bare
 * messages, all in turns within one run; start time and memory of an isolate; and what hostile tasks cost honest ones.
 *
 * Run: deno task bench:pool [--rounds=N] [--no-peers] [--json]
 * The Node pools are fetched by npm into a temporary folder; without node or npm they are left out.
 */

import { parseArgs } from "node:util";
import { compileCode } from "../shared/code/compile.ts";
import type { CompiledCode } from "../shared/code/compiled_code.ts";
import { assert } from "../shared/errors.ts";
import { isolateCommand } from "../worker/pool/isolate_command.ts";
import { IsolateProcess } from "../worker/pool/isolate_process.ts";
import type { Outcome, Pool } from "../worker/pool/pool.ts";
import { openPool } from "../worker/pool/process_pool.ts";

const SLOTS = 2;
const TASKS_PER_ROUND = 4_000;
const PEERS = { tinypool: "2.2.0", piscina: "5.3.2" };
const MIB = 1024 * 1024;

const { values: flags } = parseArgs({
  args: Deno.args,
  options: { rounds: { type: "string" }, "no-peers": { type: "boolean" }, json: { type: "boolean" } },
});
const rounds = Number(flags.rounds ?? 9);

interface Task {
  code: CompiledCode;
  codeHash: string;
  input: Uint8Array;
  timeoutMs: number;
  memoryBytes: number;
}

function toTask(source: string, timeoutMs = 10_000, memoryBytes = 64 * MIB): Task {
  const compilation = compileCode(source, "javascript");
  assert(compilation.ok, "the bench's code compiles");
  const input = new TextEncoder().encode(`{"value":21}`);
  return { code: compilation.code, codeHash: compilation.hash, input, timeoutMs, memoryBytes };
}

function run(pool: Pool, task: Task): Promise<Outcome> {
  return pool.execute({ label: "bench", ...task });
}

function open(): Promise<Pool> {
  return openPool({ slots: SLOTS, queueMax: 2_000, executionsPerIsolateMax: 1e9, isolateGrowthBytesMax: 1e12 });
}

/** µs per task, with a number of callers that each wait for their last result. */
async function measurePool(pool: Pool, concurrency: number): Promise<number> {
  const task = toTask("input.value * 2");
  let left = TASKS_PER_ROUND;
  const startMs = performance.now();
  await Promise.all(Array.from({ length: concurrency }, async () => {
    while (left-- > 0) {
      const outcome = await run(pool, task);
      assert(outcome.status === "completed" && outcome.output[0] === 0x34, "the result is 42");
    }
  }));
  return (performance.now() - startMs) * 1000 / TASKS_PER_ROUND;
}

/** A Web Worker that answers messages: the least that any pool of threads costs here. */
class BareWorker {
  readonly #worker: Worker;

  constructor() {
    const source = "onmessage = ({ data }) => postMessage(data.value * 2);";
    this.#worker = new Worker(`data:application/javascript,${encodeURIComponent(source)}`, { type: "module" });
  }

  async measure(): Promise<number> {
    let answer: (value: number) => void = () => {};
    this.#worker.onmessage = ({ data }) => answer(data);
    const startMs = performance.now();
    for (let i = 0; i < TASKS_PER_ROUND; i++) {
      const answered = new Promise<number>((resolve) => answer = resolve);
      this.#worker.postMessage({ value: 21 });
      assert(await answered === 42, "the result is 42");
    }
    return (performance.now() - startMs) * 1000 / TASKS_PER_ROUND;
  }

  close(): void {
    this.#worker.terminate();
  }
}

/** The Node pools, in a process that measures on demand. */
class Peers {
  readonly #child: Deno.ChildProcess;
  readonly #folder: string;
  readonly #lines: ReadableStreamDefaultReader<string>;
  readonly #requests: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;

  private constructor(child: Deno.ChildProcess, folder: string) {
    this.#child = child;
    this.#folder = folder;
    this.#lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    this.#requests = child.stdin.getWriter();
  }

  static async open(): Promise<Peers | string> {
    const folder = await Deno.makeTempDir({ prefix: "degov-bench-" });
    try {
      const packages = Object.entries(PEERS).map(([name, version]) => `${name}@${version}`);
      const install = await new Deno.Command("npm", {
        args: ["install", "--silent", "--no-audit", "--no-fund", "--prefix", folder, ...packages],
      }).output();
      if (!install.success) return `npm install: ${new TextDecoder().decode(install.stderr).slice(0, 200)}`;
      await Deno.copyFile(new URL("pool_peers.mjs", import.meta.url), `${folder}/pool_peers.mjs`);
      await Deno.writeTextFile(`${folder}/pool_peer_task.mjs`, "export default ({ value }) => value * 2;\n");
      const child = new Deno.Command("node", {
        args: [`${folder}/pool_peers.mjs`, String(SLOTS)],
        stdin: "piped",
        stdout: "piped",
      }).spawn();
      return new Peers(child, folder);
    } catch (error) {
      await Deno.remove(folder, { recursive: true });
      return error instanceof Error ? error.message : String(error);
    }
  }

  async measure(kind: string, concurrency: number): Promise<number> {
    await this.#requests.write(new TextEncoder().encode(`${kind} ${concurrency} ${TASKS_PER_ROUND}\n`));
    return Number((await this.#lines.read()).value);
  }

  async close(): Promise<void> {
    await this.#requests.close();
    await this.#child.status;
    await this.#lines.cancel();
    await Deno.remove(this.#folder, { recursive: true });
  }
}

/** Time from spawning an isolate to its being ready, and its memory then. */
async function measureStart(): Promise<{ startMs: number; anonymousMib: number }> {
  const ready = Promise.withResolvers<void>();
  const exited = Promise.withResolvers<void>();
  const startMs = performance.now();
  const isolate = new IsolateProcess(isolateCommand(), {
    onReady: ready.resolve,
    onReply: () => {},
    onExit: () => exited.resolve(),
  });
  await ready.promise;
  const elapsedMs = performance.now() - startMs;
  const status = await new Deno.Command("sh", { args: ["-c", `cat /proc/${isolate.pid}/status`] }).output();
  const kib = /RssAnon:\s+(\d+)/.exec(new TextDecoder().decode(status.stdout))?.[1];
  isolate.kill();
  await exited.promise;
  return { startMs: elapsedMs, anonymousMib: Number(kib) / 1024 };
}

/** Honest tasks per second: 1,000 of about 2 ms each, alone or with ten endless loops and ten memory bombs among them. */
async function measureHonest(withHostile: boolean): Promise<number> {
  const pool = await open();
  const honest = toTask("let sum = 0; for (let i = 0; i < 2e6; i++) sum += i % 7; sum");
  const loop = toTask("for (;;);", 100);
  const bomb = toTask("const a = []; for (;;) a.push(new Uint8Array(1e6).fill(1))", 10_000, 32 * MIB);
  const startMs = performance.now();
  const honestOutcomes: Promise<Outcome>[] = [];
  const hostileOutcomes: Promise<Outcome>[] = [];
  for (let i = 0; i < 1_000; i++) {
    if (withHostile && i % 100 === 30) hostileOutcomes.push(run(pool, loop));
    if (withHostile && i % 100 === 70) hostileOutcomes.push(run(pool, bomb));
    honestOutcomes.push(run(pool, honest));
  }
  for (const outcome of await Promise.all(honestOutcomes)) {
    assert(outcome.status === "completed", "honest ones complete");
  }
  const elapsedMs = performance.now() - startMs;
  for (const outcome of await Promise.all(hostileOutcomes)) assert(outcome.status === "failed", "hostile ones fail");
  await pool.close();
  return 1_000 / (elapsedMs / 1_000);
}

const rows = new Map<string, number[]>();
function note(name: string, value: number): void {
  rows.set(name, [...rows.get(name) ?? [], value]);
}

const pool = await open();
const bare = new BareWorker();
const peers = flags["no-peers"] ? "left out" : await Peers.open();
for (let round = -1; round < rounds; round++) { // the first is not counted
  const measured: [name: string, us: number][] = [["bare message, Deno Web Worker (1)", await bare.measure()]];
  for (const concurrency of [1, 64]) {
    measured.push([`degov, ${SLOTS} isolates (${concurrency})`, await measurePool(pool, concurrency)]);
    if (typeof peers === "string") continue;
    for (const kind of Object.keys(PEERS)) {
      measured.push([`${kind} on Node, ${SLOTS} threads (${concurrency})`, await peers.measure(kind, concurrency)]);
    }
  }
  if (typeof peers !== "string") measured.push(["bare message, Node thread (1)", await peers.measure("message", 1)]);
  if (round >= 0) { for (const [name, us] of measured) note(name, us); }
}
bare.close();
if (typeof peers !== "string") await peers.close();
await pool.close();

const starts = [];
for (let i = 0; i < 9; i++) starts.push(await measureStart());
const alone: number[] = [];
const amongHostile: number[] = [];
for (let i = 0; i < 3; i++) {
  alone.push(await measureHonest(false));
  amongHostile.push(await measureHonest(true));
}
const honestAlone = median(alone);
const honestAmongHostile = median(amongHostile);

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}

const report = {
  usPerTask: Object.fromEntries(
    [...rows].map(([name, values]) => [name, { median: median(values), min: Math.min(...values) }]),
  ),
  isolate: {
    startMs: median(starts.map(({ startMs }) => startMs)),
    anonymousMib: median(starts.map(({ anonymousMib }) => anonymousMib)),
  },
  honestPerSecond: { alone: honestAlone, amongHostile: honestAmongHostile, ratio: honestAmongHostile / honestAlone },
};
if (flags.json) {
  console.log(JSON.stringify(report));
} else {
  console.log(`µs per trivial task, median and least of ${rounds} rounds; callers at a time in parentheses`);
  for (const [name, { median, min }] of Object.entries(report.usPerTask)) {
    const perSecond = Math.round(1e6 / median).toLocaleString("en-US");
    console.log(
      `  ${name.padEnd(40)} ${median.toFixed(1).padStart(7)} ${min.toFixed(1).padStart(7)}  ${perSecond.padStart(9)}/s`,
    );
  }
  if (typeof peers === "string") console.log(`  the Node pools did not run: ${peers}`);
  const us = (name: string) => report.usPerTask[name].median;
  const cost = us(`degov, ${SLOTS} isolates (1)`) - us("bare message, Deno Web Worker (1)");
  console.log(`isolation costs ${cost.toFixed(1)} µs per task over a bare message`);
  console.log(
    `an isolate starts in ${report.isolate.startMs.toFixed(0)} ms and holds ${
      report.isolate.anonymousMib.toFixed(0)
    } MiB`,
  );
  console.log(
    `honest tasks per second: ${honestAlone.toFixed(0)} alone, ${
      honestAmongHostile.toFixed(0)
    } among 10 loops and 10 bombs ` +
      `(${report.honestPerSecond.ratio.toFixed(2)})`,
  );
}
