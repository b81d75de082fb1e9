/**
 * A whole keyspace as lines of text, to be kept or moved to another store.
 *
 * The first line is a header, the last one a trailer with the number of pairs; between them one line per pair, keys and
 * values in base64, in the order of the keys. What engines write of themselves is left out, and so is the log of all
 * events, whose places mean something in its own store only; an engine begins a new one.
 *
 * - X1 Consistent: nothing may write meanwhile. Engines that are alive are noticed before and after, and the export is
 *      refused; a store file that an engine has open cannot be opened in the first place, but a copy of it can that was
 *      made meanwhile (sqlite_backup.ts).
 * - X2 Resumable: lines that were written are good as they are; the export goes on after the last of them.
 */

import { DegovError } from "../../shared/errors.ts";
import { type Clock, systemClock } from "../../shared/clock.ts";
import { ENGINE_BEAT_MS } from "../cluster/membership.ts";
import {
  afterLast,
  ALL_KEYS,
  decodeEngineKey,
  decodeJson,
  enginesRange,
  formatKey,
  importKey,
  KEYSPACE_FORMAT,
} from "../keyspace.ts";
import { decodeTuple } from "../store/tuple.ts";
import type { Pair, Store, Txn } from "../store/store.ts";

/** First line. */
export interface ExportHeader {
  degov: "keyspace";
  /** Of the keyspace. */
  format: number;
}
/** One pair; base64. */
export interface ExportPair {
  k: string;
  v: string;
}
/** Last line. */
export interface ExportTrailer {
  pairs: number;
}

/** Families of keys that stay behind. */
const LEFT: ReadonlySet<unknown> = new Set(["en", "k", "ev", "evm", "evh"]);
/** Begins the keys of chunks, which are no tuples; none belongs to those families. */
const CHUNK_MARK = 0xfe;

const ROWS_PER_PAGE = 100;
const ENGINES_MAX = 1_000;

export interface ExportOptions {
  /** Where an earlier export broke off: its last whole line of a pair, and how many pairs there are up to it. */
  after?: { line: string; pairs: number };
  clock?: Clock;
}

/**
 * Lines without their ends, a page at a time.
 *
 * @throws DegovError FAILED_PRECONDITION when engines are alive, or the keyspace cannot be exported.
 */
export async function* exportKeyspace(store: Store, options: ExportOptions = {}): AsyncGenerator<string[]> {
  const { after, clock = systemClock } = options;
  await refuseWhileAlive(store, clock); // X1
  let from = ALL_KEYS.begin;
  let pairs = 0;
  if (after === undefined) {
    const format = await store.transact(readFormat);
    yield [JSON.stringify({ degov: "keyspace", format } satisfies ExportHeader)];
  } else {
    from = afterLast([parsePair(after.line)]); // X2
    pairs = after.pairs;
  }
  for (;;) {
    const page = await store.transact((txn) => txn.range(from, ALL_KEYS.end, { limit: ROWS_PER_PAGE, snapshot: true }));
    const kept = page.filter(({ key }) => key[0] === CHUNK_MARK || !LEFT.has(decodeTuple(key)[0]));
    pairs += kept.length;
    if (kept.length > 0) yield kept.map(formatPair);
    if (page.length < ROWS_PER_PAGE) break;
    from = afterLast(page);
  }
  await refuseWhileAlive(store, clock); // X1
  yield [JSON.stringify({ pairs } satisfies ExportTrailer)];
}

export function formatPair({ key, value }: Pair): string {
  return JSON.stringify({ k: key.toBase64(), v: value.toBase64() } satisfies ExportPair);
}

/** @throws DegovError INVALID_ARGUMENT */
export function parsePair(line: string): Pair {
  try {
    const { k, v } = JSON.parse(line) as ExportPair;
    return { key: Uint8Array.fromBase64(k), value: Uint8Array.fromBase64(v) };
  } catch (error) {
    throw new DegovError("INVALID_ARGUMENT", `Not a line of an exported keyspace: ${line.slice(0, 100)}`, {
      cause: error,
    });
  }
}

async function readFormat(txn: Txn): Promise<number> {
  if (await txn.get(importKey()) !== undefined) {
    throw new DegovError(
      "FAILED_PRECONDITION",
      "Cannot export the keyspace: an import into it has not ended; repeat it",
    );
  }
  const bytes = await txn.get(formatKey());
  if (bytes === undefined) {
    throw new DegovError("FAILED_PRECONDITION", "Cannot export the keyspace: no engine has ever used this store");
  }
  const format = decodeJson<number>(bytes);
  if (format <= KEYSPACE_FORMAT) return format;
  throw new DegovError(
    "FAILED_PRECONDITION",
    `Cannot export the keyspace: it has format ${format}, and this program knows up to ${KEYSPACE_FORMAT}`,
  );
}

/** An engine is alive when its beat changes. */
async function refuseWhileAlive(store: Store, clock: Clock): Promise<void> {
  const before = await beats(store);
  if (before.size === 0) return;
  await clock.sleep(2 * ENGINE_BEAT_MS);
  const alive = [...await beats(store)].filter(([id, beat]) => before.get(id) !== beat).map(([id]) => id);
  if (alive.length === 0) return;
  throw new DegovError(
    "FAILED_PRECONDITION",
    `Cannot export the keyspace: engines use it (${alive.join(", ")}); stop them first`,
  );
}

async function beats(store: Store): Promise<Map<string, string>> {
  const { begin, end } = enginesRange();
  const pairs = await store.transact((txn) => txn.range(begin, end, { limit: ENGINES_MAX, snapshot: true }));
  return new Map(pairs.map(({ key, value }) => [decodeEngineKey(key), value.toBase64()]));
}
