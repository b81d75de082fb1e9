/** Records of the store that are neither the machine's nor the scheduler's, and how instances are read and written. */

import type { Definition } from "../shared/definition/definition.ts";
import type { HistoryRecord } from "./machine/history.ts";
import type { Instance } from "./machine/instance.ts";
import { decodeJson, encodeJson, historyKey, instanceKey } from "./keyspace.ts";
import { completeLarge, writeLarge } from "./large_value.ts";
import type { Bytes, Txn } from "./store/store.ts";

/** A registered version of a definition. */
export interface WorkflowRecord {
  definition: Definition;
  version: number;
  /** SHA-256 of the canonical definition, hex. */
  hash: string;
  createdAtMs: number;
  /** Hashes of the compiled code, in the order in which the definition's tasks are walked. */
  codeHashes: string[];
}

/** A definition as its author wrote it: comments, order and shorthand that the canonical form has not. */
export interface WrittenSource {
  text: string;
  format: "json" | "yaml";
}

/** An instance as read within a transaction, with what is needed to write it again. */
export interface StoredInstance {
  instance: Instance;
  head: Bytes;
}

/**
 * Decoded instances by the very bytes they were decoded from. Stores hand out the same bytes for an unchanged value
 * where they keep them in memory; then nothing is parsed again.
 */
const decoded = new WeakMap<Bytes, Instance>();

export async function readInstance(
  txn: Txn,
  instanceId: string,
  options: { snapshot?: boolean } = {},
): Promise<StoredInstance | undefined> {
  const key = instanceKey(instanceId);
  const head = options.snapshot ? await txn.snapshotGet(key) : await txn.get(key);
  if (head === undefined) return undefined;
  let instance = decoded.get(head);
  if (instance === undefined) {
    instance = decodeJson<Instance>(await completeLarge(txn, key, head, options));
    decoded.set(head, instance);
  }
  return { instance, head };
}

export function writeInstance(txn: Txn, instance: Instance, previous: Bytes | undefined): void {
  const bytes = encodeJson(instance);
  decoded.set(bytes, instance);
  writeLarge(txn, instanceKey(instance.id), bytes, previous);
}

export function writeHistory(txn: Txn, instanceId: string, record: HistoryRecord): void {
  writeLarge(txn, historyKey(instanceId, record.sequence), encodeJson(record));
}
