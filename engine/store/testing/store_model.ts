/** Test support: the sequential model that every store must look like, and random transactions that can be run on both. */

import fc from "npm:fast-check@4.10.2";
import { decodeCounter, encodeCounter } from "../counter_value.ts";
import type { Txn } from "../store.ts";

/** One call on a transaction. Keys are small numbers; a range is begin <= key < end. */
export type Operation =
  | { kind: "get"; key: number }
  | { kind: "range"; begin: number; end: number; limit: number; reverse: boolean }
  | { kind: "set"; key: number; value: number }
  | { kind: "clear"; key: number }
  | { kind: "clearRange"; begin: number; end: number }
  | { kind: "add"; key: number; delta: number }
  | { kind: "pause" };

/** What the reads of a transaction gave, in order, as text. */
export type Reads = string[];

export const MODEL_KEYS = 8;

const key = fc.nat({ max: MODEL_KEYS - 1 });
const bound = fc.nat({ max: MODEL_KEYS });

export const readOperation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({ kind: fc.constant("get" as const), key }),
  fc.record({
    kind: fc.constant("range" as const),
    begin: bound,
    end: bound,
    limit: fc.integer({ min: 1, max: 5 }),
    reverse: fc.boolean(),
  }),
  fc.record({ kind: fc.constant("pause" as const) }),
);

export const operation: fc.Arbitrary<Operation> = fc.oneof(
  readOperation,
  fc.record({ kind: fc.constant("set" as const), key, value: fc.nat({ max: 1_000_000 }) }),
  fc.record({ kind: fc.constant("clear" as const), key }),
  fc.record({ kind: fc.constant("clearRange" as const), begin: bound, end: bound }),
  fc.record({ kind: fc.constant("add" as const), key, delta: fc.integer({ min: -3, max: 3 }) }),
);

/** Runs the operations on a transaction of a real store. */
export async function runOnStore(
  txn: Txn,
  operations: readonly Operation[],
  options: { keyOf: (key: number) => Uint8Array; pause: () => Promise<void> },
): Promise<Reads> {
  const { keyOf, pause } = options;
  const reads: Reads = [];
  for (const step of operations) {
    if (step.kind === "pause") await pause();
    else if (step.kind === "get") {
      const value = await txn.get(keyOf(step.key));
      reads.push(value === undefined ? "nothing" : String(decodeCounter(value)));
    } else if (step.kind === "range") {
      const { limit, reverse } = step;
      const pairs = await txn.range(keyOf(step.begin), keyOf(step.end), { limit, reverse });
      reads.push(pairs.map((pair) => `${pair.key.toHex()}=${decodeCounter(pair.value)}`).join());
    } else if (step.kind === "set") txn.set(keyOf(step.key), encodeCounter(BigInt(step.value)));
    else if (step.kind === "clear") txn.clear(keyOf(step.key));
    else if (step.kind === "clearRange") txn.clearRange(keyOf(step.begin), keyOf(step.end));
    else txn.add(keyOf(step.key), BigInt(step.delta));
  }
  return reads;
}

/** One transaction after another, on a Map. */
export class StoreModel {
  readonly #values: Map<number, bigint>;

  constructor(values: Iterable<[number, bigint]> = []) {
    this.#values = new Map(values);
  }

  copy(): StoreModel {
    return new StoreModel(this.#values);
  }

  run(operations: readonly Operation[], keyOf: (key: number) => Uint8Array): Reads {
    const reads: Reads = [];
    for (const step of operations) {
      if (step.kind === "get") reads.push(String(this.#values.get(step.key) ?? "nothing"));
      else if (step.kind === "range") {
        const keys = this.#keysBetween(step.begin, step.end);
        if (step.reverse) keys.reverse();
        reads.push(keys.slice(0, step.limit).map((key) => `${keyOf(key).toHex()}=${this.#values.get(key)}`).join());
      } else if (step.kind === "set") this.#values.set(step.key, BigInt(step.value));
      else if (step.kind === "clear") this.#values.delete(step.key);
      else if (step.kind === "clearRange") {
        for (const key of this.#keysBetween(step.begin, step.end)) this.#values.delete(key);
      } else if (step.kind === "add") {
        this.#values.set(step.key, (this.#values.get(step.key) ?? 0n) + BigInt(step.delta));
      }
    }
    return reads;
  }

  #keysBetween(begin: number, end: number): number[] {
    return [...this.#values.keys()].filter((key) => key >= begin && key < end).sort((a, b) => a - b);
  }
}
