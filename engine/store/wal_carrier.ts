/**
 * Carrying the write-ahead log over into the database: the long part beside the writer, in a thread that starts when it
 * is first needed; the rest by the writer itself, after which the log starts anew.
 *
 * The order matters: SQLite starts a log anew only when all of it has been carried over, and while the writer goes on
 * there is always some of it left.
 */

import { assert } from "../../shared/errors.ts";
import type { SqliteWriter } from "./sqlite_writer.ts";

export class WalCarrier {
  readonly #writer: SqliteWriter;
  readonly #openThread: (() => Promise<SqliteWriter>) | undefined;
  #thread: Promise<SqliteWriter> | undefined;
  #work: Promise<void> | undefined;
  #failure: { error: unknown } | undefined;
  /** Length of the log that has been carried over. */
  #carriedBytes = 0;

  /** Without `openThread` the writer carries over all of it. */
  constructor(writer: SqliteWriter, openThread?: () => Promise<SqliteWriter>) {
    this.#writer = writer;
    this.#openThread = openThread;
  }

  get isBusy(): boolean {
    return this.#work !== undefined;
  }

  /** How much of a log so long the writer would have to carry over. */
  leftBytes(walBytes: number): number {
    return this.#openThread === undefined ? 0 : walBytes - this.#carriedBytes;
  }

  /** Begins to carry over what is in the log by now. What goes wrong is thrown by the next call. */
  begin(walBytes: number): void {
    this.#throwFailure();
    assert(this.#work === undefined && this.#openThread !== undefined, "one at a time, beside the writer");
    this.#work = this.#carry(this.#openThread, walBytes).finally(() => this.#work = undefined);
  }

  /** Resolves when nothing is being carried over. */
  async settled(): Promise<void> {
    await this.#work;
    this.#throwFailure();
  }

  /** Has the writer carry over the rest. @throws what SQLite throws, now or since begin(). */
  async finish(): Promise<void> {
    this.#throwFailure();
    await this.#writer.checkpoint();
    this.#carriedBytes = 0;
  }

  async close(): Promise<void> {
    await this.#work;
    const thread = await this.#thread?.catch(() => undefined); // That it did not start has been told.
    await thread?.close();
  }

  async #carry(openThread: () => Promise<SqliteWriter>, walBytes: number): Promise<void> {
    try {
      const thread = await (this.#thread ??= openThread());
      await thread.checkpoint();
      this.#carriedBytes = walBytes;
    } catch (error) {
      this.#failure = { error };
    }
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}
