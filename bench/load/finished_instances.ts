/**
 * Finished instances by the hundred thousand, written through the store alone: one instance is run by a real engine in
 * memory, and everything it left there is copied under other ids.
 */

import { Engine } from "../../engine/engine.ts";
import { type IndexPlace, instanceCountKey, statusIndexKey, workflowIndexKey } from "../../engine/keyspace.ts";
import { MemoryStore } from "../../engine/store/memory_store.ts";
import type { Bytes, Pair, Store } from "../../engine/store/store.ts";
import { compileCode } from "../../shared/code/compile.ts";
import { parseDefinition } from "../../shared/definition/parse.ts";
import { newInstanceId } from "../../shared/ids.ts";
import type { JsonObject } from "../../shared/json.ts";
import { chainWorkflow } from "./chain_workflow.ts";

const INSTANCES_PER_TXN = 400;
const TXNS_AT_ONCE = 4;
/** Between the starts of two of them. */
const SPACING_MS = 10;

/** What one finished instance leaves in the store, apart from its index entries. */
export interface Trace {
  id: Bytes;
  pairs: Pair[];
  workflow: string;
}

/** Runs a chain of three steps in memory. */
export async function traceOfChain(): Promise<Trace> {
  const workflow = chainWorkflow(3);
  const parsed = parseDefinition(workflow, { compileCode });
  if (!parsed.ok) throw new Error("The chain is a valid definition");
  const store = new MemoryStore();
  const engine = await Engine.open({ store });
  await engine.definitions.register(parsed.definition);
  const session = await engine.workers.register({ id: "w", slots: 1, capabilities: ["javascript"], version: "bench" });
  const id = newInstanceId();
  await engine.instances.start({ workflow: parsed.definition.name, version: 0, instanceId: id, input: { value: 1 } });
  const never = new AbortController().signal;
  for (let left = 3; left > 0; left--) {
    const { tasks: [{ taskId, token }] } = await engine.tasks.poll({ id: "w", session, slots: 1 }, never);
    const result = { kind: "output" as const, output: 2 };
    await engine.tasks.complete("w", [{ instanceId: id, taskId, token, result, console: [], durationMs: 0.1 }]);
  }
  const everything = { begin: new Uint8Array(), end: Uint8Array.of(0xff) };
  const pairs = await store.transact((txn) => txn.range(everything.begin, everything.end, { limit: 1_000 }));
  await engine.close();
  const bytes = new TextEncoder().encode(id);
  const isIndex = (key: Bytes) => key[0] === 0x02 && key[1] === "x".charCodeAt(0);
  return {
    id: bytes,
    workflow: (workflow as JsonObject).name as string,
    pairs: pairs.filter(({ key }) => findBytes(key, bytes) >= 0 && !isIndex(key)),
  };
}

/** Writes so many finished instances, `from` of which are there already. */
export async function writeFinished(
  store: Store,
  trace: Trace,
  { from, to }: { from: number; to: number },
): Promise<void> {
  const endMs = Date.now();
  let next = from;
  const lanes = Array.from({ length: TXNS_AT_ONCE }, async () => {
    while (next < to) {
      const first = next;
      const count = Math.min(INSTANCES_PER_TXN, to - next);
      next += count;
      await store.transact((txn) => {
        for (let index = first; index < first + count; index++) {
          const createdAtMs = endMs - (to - index) * SPACING_MS;
          const id = newInstanceId(createdAtMs);
          const bytes = new TextEncoder().encode(id);
          for (const { key, value } of trace.pairs) {
            txn.set(replaceBytes(key, trace.id, bytes), replaceBytes(value, trace.id, bytes));
          }
          const place: IndexPlace = { status: "completed", createdAtMs, instanceId: id };
          txn.set(statusIndexKey(place), new Uint8Array());
          txn.set(workflowIndexKey(trace.workflow, place), new Uint8Array());
        }
        txn.add(instanceCountKey("completed", trace.workflow), BigInt(count));
        return Promise.resolve();
      });
    }
  });
  await Promise.all(lanes);
}

/** A copy with one byte string put in the place of another of its length, wherever it stands. */
function replaceBytes(bytes: Bytes, old: Bytes, replacement: Bytes): Bytes {
  const copy = bytes.slice();
  for (let at = findBytes(copy, old); at >= 0; at = findBytes(copy, old, at + old.length)) copy.set(replacement, at);
  return copy;
}

function findBytes(bytes: Bytes, wanted: Bytes, from = 0): number {
  for (let at = bytes.indexOf(wanted[0], from); at >= 0; at = bytes.indexOf(wanted[0], at + 1)) {
    let same = 1;
    while (same < wanted.length && bytes[at + same] === wanted[same]) same++;
    if (same === wanted.length) return at;
  }
  return -1;
}
