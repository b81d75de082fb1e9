/** A pool of real isolate processes, and how tests run code on it. */

import assert from "node:assert/strict";
import { compileCode } from "../../../shared/code/compile.ts";
import type { CompiledCode } from "../../../shared/code/compiled_code.ts";
import type { Failure } from "../../../shared/failure.ts";
import type { Language } from "../../../shared/definition/definition.ts";
import type { Outcome, Pool } from "../pool.ts";
import { openPool, type ProcessPoolOptions } from "../process_pool.ts";

const MIB = 1024 * 1024;
/** So long that on the busiest machine only what hangs takes it. */
const HANG_MS = 60_000;
export const HONEST = "input.value * 2";

/** Something to run. */
export interface Task {
  code: string;
  language?: Language;
  input?: unknown;
  /** Default: so long that only what hangs reaches it. */
  timeoutMs?: number;
  memoryBytes?: number;
}

/** Opens a pool that lets a task use much memory, so that caps are told from the pool's own limit. */
export function openTestPool(options: Partial<ProcessPoolOptions> = {}): Promise<Pool> {
  return openPool({
    slots: 1,
    queueMax: 2_000,
    executionsPerIsolateMax: 5_000,
    isolateGrowthBytesMax: 128 * MIB,
    memoryBytesMax: 512 * MIB,
    ...options,
  });
}

const compiled = new Map<string, { code: CompiledCode; hash: string }>();

/** Compiles code that has to be accepted. */
export function compileAccepted(
  source: string,
  language: Language = "javascript",
): { code: CompiledCode; hash: string } {
  const key = `${language} ${source}`;
  let result = compiled.get(key);
  if (result === undefined) {
    const compilation = compileCode(source, language);
    assert(compilation.ok, JSON.stringify(compilation));
    result = compilation;
    compiled.set(key, result);
  }
  return result;
}

/** Runs one task. */
export function runTask(pool: Pool, task: Task, signal?: AbortSignal): Promise<Outcome> {
  const { code, hash } = compileAccepted(task.code, task.language);
  return pool.execute({
    label: "test",
    codeHash: hash,
    code,
    input: new TextEncoder().encode(JSON.stringify(task.input ?? { value: 21 })),
    timeoutMs: task.timeoutMs ?? HANG_MS,
    memoryBytes: task.memoryBytes ?? 64 * MIB,
  }, signal);
}

/** The output of a task that has to complete. */
export function outputOf(outcome: Outcome): unknown {
  assert.equal(outcome.status, "completed", JSON.stringify(outcome));
  assert(outcome.status === "completed");
  return JSON.parse(new TextDecoder().decode(outcome.output));
}

/** The failure of a task that has to fail. */
export function failureOf(outcome: Outcome): Failure {
  assert(outcome.status === "failed", JSON.stringify(outcome));
  return outcome.failure;
}

/** A process that is alive, as the kernel counts it. */
export interface ProcessStat {
  pid: number;
  /** CPU time of all its threads, in 1/100 s. */
  ticks: number;
}

/** The children of a process that are alive. */
export async function childrenOf(parent = Deno.pid): Promise<ProcessStat[]> {
  const { stdout } = await new Deno.Command("sh", {
    args: ["-c", "cat /proc/[0-9]*/stat 2>/dev/null"],
    stderr: "null",
  }).output();
  const children: ProcessStat[] = [];
  for (const line of new TextDecoder().decode(stdout).split("\n")) {
    if (line === "" || /\((?:sh|cat)\)/.test(line)) continue;
    const [state, ppid, ...rest] = line.slice(line.lastIndexOf(")") + 2).split(" ");
    if (Number(ppid) !== parent || state === "Z") continue;
    children.push({ pid: parseInt(line), ticks: Number(rest[9]) + Number(rest[10]) });
  }
  return children;
}

/** Waits until a condition holds; throws when it never does. */
export async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const endMs = performance.now() + HANG_MS;
  while (!await condition()) {
    if (performance.now() > endMs) throw new Error(`It never came about: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
