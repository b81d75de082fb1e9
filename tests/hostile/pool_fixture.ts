/** A pool of real isolate processes, and how the hostile suite runs code on it. */

import assert from "node:assert/strict";
import { compileCode } from "../../shared/code/compile.ts";
import type { CompiledCode } from "../../shared/code/compiled_code.ts";
import type { Language } from "../../shared/definition/definition.ts";
import type { Outcome, Pool } from "../../worker/pool/pool.ts";
import { openPool } from "../../worker/pool/process_pool.ts";

const MIB = 1024 * 1024;
export const HONEST = "input.value * 2";

/** Something to run. */
export interface Task {
  code: string;
  language?: Language;
  input?: unknown;
  timeoutMs?: number;
  memoryBytes?: number;
}

/** Opens a pool that lets a task use much memory, so that caps are told from the pool's own limit. */
export function openHostilePool(slots = 1): Promise<Pool> {
  return openPool({
    slots,
    queueMax: 2_000,
    executionsPerIsolateMax: 5_000,
    isolateGrowthBytesMax: 128 * MIB,
    memoryBytesMax: 512 * MIB,
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
export function runTask(pool: Pool, task: Task): Promise<Outcome> {
  const { code, hash } = compileAccepted(task.code, task.language);
  return pool.execute({
    label: "hostile",
    codeHash: hash,
    code,
    input: new TextEncoder().encode(JSON.stringify(task.input ?? { value: 21 })),
    timeoutMs: task.timeoutMs ?? 10_000,
    memoryBytes: task.memoryBytes ?? 64 * MIB,
  });
}

/** The output of a task that has to complete. */
export function outputOf(outcome: Outcome): unknown {
  assert.equal(outcome.status, "completed", JSON.stringify(outcome));
  assert(outcome.status === "completed");
  return JSON.parse(new TextDecoder().decode(outcome.output));
}

/** CPU ticks (1/100 s) that this process' children and their threads have used so far. */
export async function childTicks(): Promise<number> {
  let ticks = 0;
  for (const fields of await childStats()) ticks += Number(fields[11]) + Number(fields[12]);
  return ticks;
}

/** Children of this process that are alive. */
export async function childCount(): Promise<number> {
  return (await childStats()).length;
}

/** Fields of /proc/PID/stat behind the name (state, parent, …) of each child that is a Deno. */
async function childStats(): Promise<string[][]> {
  const { stdout } = await new Deno.Command("sh", {
    args: ["-c", "cat /proc/[0-9]*/stat 2>/dev/null"],
    stderr: "null",
  }).output();
  return new TextDecoder().decode(stdout).split("\n")
    .filter((line) => !/\((?:sh|cat)\)/.test(line) && line !== "")
    .map((line) => line.slice(line.lastIndexOf(")") + 2).split(" "))
    .filter((fields) => Number(fields[1]) === Deno.pid && fields[0] !== "Z");
}
