/**
 * The log of all events: an entry for each history record, in the order of commits, written by the same transaction.
 *
 * Owns whether there is a log at all. Where there is none, nothing is written and nothing is read for it.
 *
 * - E1 An entry is committed with the record it names, or not at all.
 * - E2 A reader that goes on after the last cursor it saw misses nothing: cursors ascend with commits, and what has
 *      been deleted after its time is refused, not skipped.
 * - E3 Whether there is a log is said in the store, so that every engine that opens it keeps the log too; an engine that
 *      runs already notices within LOOK_MS.
 */

import type { Clock } from "../../shared/clock.ts";
import { DegovError } from "../../shared/errors.ts";
import { decodeJson, encodeJson, historyKey } from "../keyspace.ts";
import { readLarge } from "../large_value.ts";
import type { HistoryRecord } from "../machine/history.ts";
import type { Instance, InstanceStatus } from "../machine/instance.ts";
import type { Store, Txn } from "../store/store.ts";
import {
  type Cursor,
  decodeEventKey,
  eventsRange,
  isCursor,
  logMarkKey,
  OLDEST,
  setEvent,
  trimmedKey,
} from "./event_keys.ts";

/** What the log keeps of a record; its entries are read from the history. */
interface EventRecord {
  instanceId: string;
  sequence: number;
  workflow: string;
  version: number;
  status: InstanceStatus;
  state: string;
  atMs: number;
  kinds: string[];
}

interface LogMark {
  keepMs: number;
}

export interface LoggedEvent {
  cursor: Cursor;
  event: Omit<EventRecord, "kinds" | "sequence" | "atMs">;
  /** Without entries where the history has been deleted since. */
  record: HistoryRecord;
}

export interface EventFilter {
  workflows?: readonly string[];
  /** Kinds of history entries. */
  kinds?: readonly string[];
  instanceId?: string;
}

export interface EventLogOptions {
  store: Store;
  clock: Clock;
  onError: (what: string, error: unknown) => void;
}

const LOOK_MS = 1_000;
const TRIM_EVERY_LOOKS = 60;
const PAGE_ROWS = 200;
/** History read for one page, so that no page outgrows a transaction's time. */
const PAGE_BYTES = 1_000_000;
const TRIM_ROWS = 1_000;

export class EventLog {
  readonly #options: EventLogOptions;
  readonly #closing = new AbortController();
  #keepMs = 0;
  #watching: Promise<void> | undefined;

  constructor(options: EventLogOptions) {
    this.#options = options;
  }

  /** Whether records are logged. */
  get isOn(): boolean {
    return this.#keepMs > 0;
  }

  /** Takes over what the store says, or sets it: events are kept for `keepMs`; 0 ends the log and deletes it. */
  async open(txn: Txn, keepMs: number | undefined): Promise<void> {
    const bytes = await txn.get(logMarkKey());
    this.#keepMs = keepMs ?? (bytes === undefined ? 0 : decodeJson<LogMark>(bytes).keepMs);
    if (keepMs === undefined) return;
    if (keepMs > 0) return txn.set(logMarkKey(), encodeJson({ keepMs } satisfies LogMark));
    const { begin, end } = eventsRange(OLDEST);
    txn.clearRange(begin, end);
    txn.clear(logMarkKey());
  }

  /** Looks after the log from now on: what is too old, and whether another engine began or ended it (E3). */
  start(): void {
    this.#watching ??= this.#watch();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#watching;
  }

  /** Logs a record that the transaction writes (E1); `order` is its number within the transaction. */
  append(txn: Txn, instance: Instance, record: HistoryRecord, order: number): void {
    if (this.#keepMs === 0) return;
    const { id: instanceId, workflow, version, status, state } = instance;
    const kinds = [...new Set(record.entries.map(({ kind }) => kind))];
    const { sequence, atMs } = record;
    const event: EventRecord = { instanceId, sequence, workflow, version, status, state, atMs, kinds };
    setEvent(txn, order, encodeJson(event));
  }

  /** The cursor to go on after: checks one that was given; empty means now. @throws DegovError INVALID_ARGUMENT */
  async begin(cursor: string): Promise<Cursor> {
    this.#requireOn();
    if (cursor === "0") return OLDEST;
    if (isCursor(cursor)) return cursor;
    if (cursor !== "") {
      throw new DegovError("INVALID_ARGUMENT", `Cannot go on after cursor "${cursor.slice(0, 100)}": it is none`);
    }
    const { begin, end } = eventsRange(OLDEST);
    const [last] = await this.#options.store.transact((txn) =>
      txn.range(begin, end, { limit: 1, reverse: true, snapshot: true })
    );
    return last === undefined ? await this.#trimmed() : decodeEventKey(last.key);
  }

  /**
   * A page of events after the cursor; `cursor` of the answer is where the next page begins, whether anything matched or
   * not. `isLast` says that there was no more then.
   *
   * @throws DegovError FAILED_PRECONDITION when events after the cursor have been deleted (E2)
   */
  async read(
    after: Cursor,
    filter: EventFilter = {},
  ): Promise<{ events: LoggedEvent[]; cursor: Cursor; isLast: boolean }> {
    this.#requireOn();
    return await this.#options.store.transact(async (txn) => {
      const { begin, end } = eventsRange(after);
      const [pairs, trimmed] = await Promise.all([
        txn.range(begin, end, { limit: PAGE_ROWS, snapshot: true }),
        txn.snapshotGet(trimmedKey()),
      ]);
      const until = trimmed === undefined ? OLDEST : decodeJson<Cursor>(trimmed);
      if (after !== OLDEST && after < until) throw tooOld(after, until);
      const events: LoggedEvent[] = [];
      let cursor = after;
      let bytes = 0;
      for (const { key, value } of pairs) {
        if (bytes > PAGE_BYTES) return { events, cursor, isLast: false };
        cursor = decodeEventKey(key);
        const { kinds, sequence, atMs, ...event } = decodeJson<EventRecord>(value);
        if (!matches(filter, event, kinds)) continue;
        const text = await readLarge(txn, historyKey(event.instanceId, sequence), { snapshot: true });
        bytes += text?.length ?? 0;
        const record = text === undefined ? { sequence, atMs, entries: [] } : decodeJson<HistoryRecord>(text);
        events.push({ cursor, event, record });
      }
      return { events, cursor, isLast: pairs.length < PAGE_ROWS };
    });
  }

  /** Deletes what is older than it is kept. */
  async trim(): Promise<void> {
    const { store, clock } = this.#options;
    const { begin, end } = eventsRange(OLDEST);
    for (let full = this.isOn; full && !this.#closing.signal.aborted;) {
      const beforeMs = clock.nowMs() - this.#keepMs;
      full = await store.transact(async (txn) => {
        const pairs = await txn.range(begin, end, { limit: TRIM_ROWS, snapshot: true });
        const young = pairs.findIndex(({ value }) => decodeJson<EventRecord>(value).atMs >= beforeMs);
        const old = young < 0 ? pairs.length : young;
        if (old === 0) return false;
        const cursor = decodeEventKey(pairs[old - 1].key);
        txn.clearRange(begin, eventsRange(cursor).begin);
        txn.set(trimmedKey(), encodeJson(cursor));
        return old === TRIM_ROWS;
      });
    }
  }

  async #trimmed(): Promise<Cursor> {
    const bytes = await this.#options.store.transact((txn) => txn.snapshotGet(trimmedKey()));
    return bytes === undefined ? OLDEST : decodeJson<Cursor>(bytes);
  }

  #requireOn(): void {
    if (this.isOn) return;
    throw new DegovError(
      "FAILED_PRECONDITION",
      "Cannot read the log of events: this store has none; start an engine with --events 7d, which keeps one",
    );
  }

  /** E3 */
  async #watch(): Promise<void> {
    const { clock, store, onError } = this.#options;
    for (let look = 1; !this.#closing.signal.aborted; look++) {
      await clock.sleep(LOOK_MS, this.#closing.signal);
      if (this.#closing.signal.aborted) return;
      try {
        if (look % TRIM_EVERY_LOOKS === 0) await this.trim();
        if (look % TRIM_EVERY_LOOKS !== 0 && this.isOn) continue;
        const bytes = await store.transact((txn) => txn.snapshotGet(logMarkKey()));
        this.#keepMs = bytes === undefined ? 0 : decodeJson<LogMark>(bytes).keepMs;
      } catch (error) {
        onError("look after the log of events", error);
      }
    }
  }
}

function matches(filter: EventFilter, event: { instanceId: string; workflow: string }, kinds: string[]): boolean {
  const { workflows = [], kinds: wanted = [], instanceId } = filter;
  if (instanceId !== undefined && event.instanceId !== instanceId) return false;
  if (workflows.length > 0 && !workflows.includes(event.workflow)) return false;
  return wanted.length === 0 || kinds.some((kind) => wanted.includes(kind));
}

function tooOld(cursor: Cursor, until: Cursor): DegovError {
  return new DegovError(
    "FAILED_PRECONDITION",
    `Cannot go on after cursor "${cursor}": events up to ${until} were deleted after their time; begin with "0", the ` +
      "oldest that is kept, and compare with the instances",
  );
}
