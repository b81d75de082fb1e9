/**
 * Filling an empty store from an exported keyspace.
 *
 * - I1 Resumable: each transaction writes its pairs and how far it has come. The same import again passes over what is
 *      there and goes on.
 * - I2 Until it has ended no engine uses the store; an import that breaks off leaves it so.
 */

import { DegovError } from "../../shared/errors.ts";
import { ALL_KEYS, decodeJson, encodeJson, importKey, KEYSPACE_FORMAT } from "../keyspace.ts";
import type { Pair, Store } from "../store/store.ts";
import { type ExportHeader, type ExportTrailer, parsePair } from "./keyspace_export.ts";

/** Of one transaction, far below the store's bound. */
const BATCH_BYTES_MAX = 1_000_000;
const BATCH_PAIRS_MAX = 1_000;

/** How far an import has come. */
export interface ImportProgress {
  /** Pairs that are there. */
  pairs: number;
}

/**
 * Imports the lines of an export, without their ends. The number of pairs.
 *
 * @throws DegovError FAILED_PRECONDITION when the store is not empty, or the export is of a newer format;
 *   INVALID_ARGUMENT for lines that are no export, or not a whole one: it can then be repeated with a whole one.
 */
export async function importKeyspace(store: Store, lines: AsyncIterable<string>): Promise<number> {
  const iterator = lines[Symbol.asyncIterator]();
  checkHeader((await iterator.next()).value);
  const done = await begin(store);
  let pairs = 0;
  let batch: Pair[] = [];
  let bytes = 0;
  for (let line = await iterator.next(); !line.done; line = await iterator.next()) {
    if (isTrailer(line.value)) {
      if (batch.length > 0) await write(store, batch, pairs);
      return await end(store, pairs, (JSON.parse(line.value) as ExportTrailer).pairs);
    }
    const pair = parsePair(line.value);
    pairs++;
    if (pairs <= done) continue; // I1
    batch.push(pair);
    bytes += pair.key.length + pair.value.length;
    if (bytes < BATCH_BYTES_MAX && batch.length < BATCH_PAIRS_MAX) continue;
    await write(store, batch, pairs);
    batch = [];
    bytes = 0;
  }
  throw new DegovError(
    "INVALID_ARGUMENT",
    `Cannot import the keyspace: the export ends after ${pairs} pairs without its last line; resume the export, then repeat the import`,
  );
}

/** Pairs that an earlier import has written. */
async function begin(store: Store): Promise<number> {
  return await store.transact(async (txn) => {
    const bytes = await txn.get(importKey());
    if (bytes !== undefined) return decodeJson<ImportProgress>(bytes).pairs;
    const [first] = await txn.range(ALL_KEYS.begin, ALL_KEYS.end, { limit: 1 });
    if (first !== undefined) {
      throw new DegovError("FAILED_PRECONDITION", "Cannot import the keyspace: the store is not empty; choose another");
    }
    txn.set(importKey(), encodeJson({ pairs: 0 } satisfies ImportProgress)); // I2
    return 0;
  });
}

async function write(store: Store, batch: readonly Pair[], pairs: number): Promise<void> {
  await store.transact((txn) => {
    for (const { key, value } of batch) txn.set(key, value);
    txn.set(importKey(), encodeJson({ pairs } satisfies ImportProgress));
    return Promise.resolve();
  });
}

async function end(store: Store, pairs: number, wanted: number): Promise<number> {
  if (pairs !== wanted) {
    throw new DegovError(
      "INVALID_ARGUMENT",
      `Cannot import the keyspace: it has ${pairs} pairs, and should have ${wanted}`,
    );
  }
  await store.transact((txn) => Promise.resolve(txn.clear(importKey())));
  return pairs;
}

function checkHeader(line: unknown): void {
  let header: Partial<ExportHeader>;
  try {
    header = JSON.parse(String(line)) as Partial<ExportHeader>;
  } catch {
    header = {};
  }
  if (header.degov !== "keyspace" || typeof header.format !== "number") {
    throw new DegovError("INVALID_ARGUMENT", "Cannot import the keyspace: the first line is not that of an export");
  }
  if (header.format > KEYSPACE_FORMAT) {
    throw new DegovError(
      "FAILED_PRECONDITION",
      `Cannot import the keyspace: it has format ${header.format}, and this program knows up to ${KEYSPACE_FORMAT}`,
    );
  }
}

function isTrailer(line: string): boolean {
  return line.startsWith('{"pairs"');
}
