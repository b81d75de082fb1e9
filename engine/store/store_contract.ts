/**
 * Test support: what every store must do, as Deno tests. The labels are those of store.ts.
 *
 * Each test has keys of its own, so that one database can serve them all.
 */

import { registerIsolationTests } from "./testing/contract_isolation.ts";
import { registerLifecycleTests } from "./testing/contract_lifecycle.ts";
import { registerLimitTests } from "./testing/contract_limits.ts";
import { registerOperationTests } from "./testing/contract_operations.ts";
import { registerSerializabilityTests } from "./testing/contract_serializability.ts";
import type { Store, Txn } from "./store.ts";
import { encodeTuple, type Tuple } from "./tuple.ts";

/** A store that one test has to itself. */
export interface StoreUnderTest {
  store: Store;
  /** Another store on the same data, as another engine has it; the same one where only one can be. */
  other: Store;
  /** Lets this much time pass for transactions that are open. */
  passTime(ms: number): Promise<void>;
  /** Longest key that this store takes. */
  keyBytesMax: number;
  close(): Promise<void>;
}

export type OpenStoreUnderTest = () => Promise<StoreUnderTest>;

/** Registers one test with a fresh store and a namespace of its own. */
export type ContractTest = (
  name: string,
  body: (test: StoreUnderTest & { key: (...tuple: Tuple) => Uint8Array<ArrayBufferLike> }) => Promise<void>,
) => void;

/** Registers the whole suite under the kind's name. */
export function registerStoreContract(kind: string, open: OpenStoreUnderTest): void {
  const test: ContractTest = (name, body) => {
    Deno.test(`${kind}: ${name}`, async () => {
      const underTest = await open();
      const namespace = crypto.randomUUID();
      try {
        await body({ ...underTest, key: (...tuple) => encodeTuple([namespace, ...tuple]) });
      } finally {
        await underTest.close();
      }
    });
  };
  registerOperationTests(test);
  registerIsolationTests(test);
  registerLimitTests(test);
  registerLifecycleTests(test);
  registerSerializabilityTests(test);
}

/** A value that can be told from others. */
export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** The text of a value made by {@link bytes}. */
export function text(value: Uint8Array | undefined): string | undefined {
  return value === undefined ? undefined : new TextDecoder().decode(value);
}

/** A body of writes alone. */
export function writing(write: (txn: Txn) => void) {
  return (txn: Txn): Promise<void> => {
    write(txn);
    return Promise.resolve();
  };
}
