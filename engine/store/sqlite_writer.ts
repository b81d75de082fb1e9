/**
 * The way to the one connection that writes: in a thread of its own, so that fsync never blocks the event loop, or
 * inline.
 *
 * - X1 Orders are carried out one after another; the store gives the next one when the answer is there.
 */

import { assert, DegovError } from "../../shared/errors.ts";
import { type Durability, SqliteBatchWriter } from "./sqlite_batch_writer.ts";

export type WriterOrder =
  | { kind: "open"; path: string; durability: Durability }
  | { kind: "write"; batch: ArrayBuffer }
  | { kind: "checkpoint" }
  | { kind: "close" };

export type WriterAnswer = { walBytes: number } | { failure: string };

/** Where batches go. Each call waits for the one before (X1) and rejects with what SQLite says. */
export interface SqliteWriter {
  /** Writes the batch and makes it durable. The buffer is gone afterwards. Resolves with the bytes of the log in use. */
  write(batch: ArrayBuffer): Promise<number>;
  checkpoint(): Promise<void>;
  close(): Promise<void>;
}

/** A writer in a Deno Worker that may touch the database's files and nothing else. */
export class ThreadWriter implements SqliteWriter {
  readonly #worker: Worker;
  #answer: PromiseWithResolvers<number> | undefined;
  /** Why there will be no more answers. */
  #death: DegovError | undefined;

  private constructor(path: string) {
    const files = [path, `${path}-wal`, `${path}-shm`, `${path}-journal`];
    this.#worker = new Worker(new URL("./sqlite_writer_thread.ts", import.meta.url), {
      type: "module",
      name: "degov store writer",
      deno: {
        permissions: {
          read: files,
          write: files,
          env: false,
          ffi: false,
          import: false,
          net: false,
          run: false,
          sys: false,
        },
      },
    });
    this.#worker.onmessage = (event: MessageEvent<WriterAnswer>) => {
      if ("failure" in event.data) this.#settle().reject(new Error(event.data.failure));
      else this.#settle().resolve(event.data.walBytes);
    };
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#death = new DegovError(
        "UNAVAILABLE",
        `Cannot write the store's file ${path}: the thread that writes it has died (${event.message}); start again`,
      );
      if (this.#answer !== undefined) this.#settle().reject(this.#death);
    };
  }

  static async open(path: string, durability: Durability): Promise<ThreadWriter> {
    const writer = new ThreadWriter(path);
    try {
      await writer.#order({ kind: "open", path, durability });
    } catch (error) {
      writer.#worker.terminate();
      throw error;
    }
    return writer;
  }

  write(batch: ArrayBuffer): Promise<number> {
    return this.#order({ kind: "write", batch }, [batch]);
  }

  async checkpoint(): Promise<void> {
    await this.#order({ kind: "checkpoint" });
  }

  async close(): Promise<void> {
    try {
      await this.#order({ kind: "close" });
    } finally {
      this.#worker.terminate();
    }
  }

  #order(order: WriterOrder, transfer: Transferable[] = []): Promise<number> {
    assert(this.#answer === undefined, "the writer has one order at a time"); // X1
    if (this.#death !== undefined) return Promise.reject(this.#death);
    this.#answer = Promise.withResolvers();
    const { promise } = this.#answer;
    this.#worker.postMessage(order, transfer);
    return promise;
  }

  #settle(): PromiseWithResolvers<number> {
    const answer = this.#answer;
    assert(answer !== undefined, "the writer answers an order");
    this.#answer = undefined;
    return answer;
  }
}

/** A writer on the calling thread: each flush blocks the event loop until it is durable. */
export class InlineWriter implements SqliteWriter {
  readonly #writer: SqliteBatchWriter;

  constructor(path: string, durability: Durability) {
    this.#writer = new SqliteBatchWriter(path, durability);
  }

  // Async, so that what SQLite throws becomes a rejection.
  // deno-lint-ignore require-await
  async write(batch: ArrayBuffer): Promise<number> {
    return this.#writer.write(batch);
  }

  // deno-lint-ignore require-await
  async checkpoint(): Promise<void> {
    this.#writer.checkpoint();
  }

  // deno-lint-ignore require-await
  async close(): Promise<void> {
    this.#writer.close();
  }
}
