/**
 * Test support: strict serializability of random concurrent transactions (S2).
 *
 * Each transaction that writes also writes a versionstamped key, so the order of commits is known. Replayed in that
 * order on the sequential model, every read must come out as it did. A transaction that only reads must fit somewhere
 * between the last that was acknowledged before it began and the last that began before it ended.
 */

import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import type { Store } from "../store.ts";
import { bytes, type ContractTest, text } from "../store_contract.ts";
import { type Operation, operation, readOperation, type Reads, runOnStore, StoreModel } from "./store_model.ts";
import { strinc } from "../tuple.ts";

interface Run {
  operations: Operation[];
  writes: boolean;
  reads: Reads;
  /** Moments of beginning and acknowledgement, by one counter over all runs. */
  beganAt: number;
  endedAt: number;
}

const transaction = fc.record({
  operations: fc.array(operation, { minLength: 1, maxLength: 6 }),
  writes: fc.constant(true),
  lane: fc.nat({ max: 5 }),
});
const readOnly = fc.record({
  operations: fc.array(readOperation, { minLength: 1, maxLength: 6 }),
  writes: fc.constant(false),
  lane: fc.nat({ max: 5 }),
});
const history = fc.array(fc.oneof({ weight: 3, arbitrary: transaction }, { weight: 1, arbitrary: readOnly }), {
  minLength: 1,
  maxLength: 30,
});

export function registerSerializabilityTests(test: ContractTest): void {
  test("[S2] random concurrent transactions are strictly serializable", async ({ store, other, key }) => {
    let round = 0;
    await fc.assert(
      fc.asyncProperty(history, async (plan) => {
        const space = round++;
        const keyOf = (index: number) => key(space, "data", index);
        const log = key(space, "log");
        const runs = await runAll([store, other], plan, { keyOf, log });
        const stamps = await store.transact((txn) => txn.range(log, strinc(log), { limit: 1_000 }));
        const order = stamps.map((pair) => Number(text(pair.value)));
        assert.deepEqual(order.toSorted((a, b) => a - b), runs.flatMap((run, index) => run.writes ? [index] : []));
        checkHistory(runs, order, keyOf);
      }),
      { numRuns: 60 },
    );
  });
}

/** Runs the plan: one lane is one client, transaction after transaction; lanes run side by side. */
async function runAll(
  stores: readonly Store[],
  plan: readonly { operations: Operation[]; writes: boolean; lane: number }[],
  keys: { keyOf: (index: number) => Uint8Array; log: Uint8Array },
): Promise<Run[]> {
  let moment = 0;
  const runs: Run[] = [];
  const pause = () => new Promise<void>((resolve) => setTimeout(resolve, 0));
  const lanes = Map.groupBy(plan.map((step, index) => ({ ...step, index })), (step) => step.lane);
  await Promise.all([...lanes].map(async ([lane, steps]) => {
    for (const { operations, writes, index } of steps) {
      const beganAt = moment++;
      const reads = await stores[lane % stores.length].transact(async (txn) => {
        if (writes) txn.setVersionstampedKey(keys.log, new Uint8Array(), bytes(String(index)));
        return await runOnStore(txn, operations, { keyOf: keys.keyOf, pause });
      }, { timeoutMs: 60_000 });
      runs[index] = { operations, writes, reads, beganAt, endedAt: moment++ };
    }
  }));
  return runs;
}

function checkHistory(runs: readonly Run[], order: readonly number[], keyOf: (index: number) => Uint8Array): void {
  const model = new StoreModel();
  /** The model after the first n commits. */
  const prefixes = [model.copy()];
  for (const [place, index] of order.entries()) {
    for (const later of order.slice(place + 1)) {
      assert.ok(
        runs[later].endedAt > runs[index].beganAt,
        "one that was acknowledged before another began comes first",
      );
    }
    assert.deepEqual(runs[index].reads, model.run(runs[index].operations, keyOf), `transaction ${index}`);
    prefixes.push(model.copy());
  }
  for (const [index, run] of runs.entries()) {
    if (run.writes) continue;
    const first = order.findLastIndex((writer) => runs[writer].endedAt < run.beganAt) + 1;
    const last = order.findLastIndex((writer) => runs[writer].beganAt < run.endedAt) + 1;
    const candidates = prefixes.slice(first, last + 1);
    const fits = candidates.some((state) =>
      JSON.stringify(state.run(run.operations, keyOf)) === JSON.stringify(run.reads)
    );
    assert.ok(fits, `read-only transaction ${index} saw ${JSON.stringify(run.reads)}, which no moment between shows`);
  }
}
