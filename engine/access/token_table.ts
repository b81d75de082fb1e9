/**
 * The tokens that are valid now.
 *
 * - K1 A token is compared by its hash, in constant time, against every entry: neither time nor order tells anything.
 * - K2 The file is looked at every second, and read again when it has changed: revoking a token needs no restart. A file
 *      that is gone lets nobody in; one that cannot be parsed leaves the last good one in force, and the log says so.
 */

import { timingSafeEqual } from "node:crypto";
import { getLogger } from "@logtape/logtape";
import { type Clock, systemClock } from "../../shared/clock.ts";
import { DegovError } from "../../shared/errors.ts";
import type { Identity } from "./role.ts";
import { hashToken, parseTokenFile, type TokenEntry } from "./token_file.ts";

const logger = getLogger(["degov", "access"]);

const LOOK_MS = 1_000;

interface KnownToken extends TokenEntry {
  readonly hash: Uint8Array;
}

export class TokenTable {
  readonly #clock: Clock;
  #tokens: readonly KnownToken[] = [];

  constructor(entries: readonly TokenEntry[], clock: Clock = systemClock) {
    this.#clock = clock;
    this.replace(entries);
  }

  replace(entries: readonly TokenEntry[]): void {
    this.#tokens = entries.map((entry) => ({ ...entry, hash: Uint8Array.fromHex(entry.sha256) }));
  }

  /** Whose token it is; undefined for one that is unknown, expired or revoked. */
  find(token: string): Identity | undefined {
    const hash = hashToken(token);
    let found: KnownToken | undefined;
    for (const known of this.#tokens) if (timingSafeEqual(known.hash, hash)) found = known; // K1: no early end
    return found === undefined ? undefined : this.#valid(found);
  }

  /** The entry of that name while it is valid, for sessions that are bound to it. */
  named(name: string): KnownToken | undefined {
    const found = this.#tokens.find((known) => known.name === name);
    return found !== undefined && this.#valid(found) !== undefined ? found : undefined;
  }

  #valid(token: KnownToken): KnownToken | undefined {
    return token.expiresAtMs === undefined || token.expiresAtMs > this.#clock.nowMs() ? token : undefined;
  }
}

/** Keeps a table as its file says. */
export class WatchedTokenFile {
  readonly table: TokenTable;
  readonly #path: string;
  readonly #clock: Clock;
  readonly #closing = new AbortController();
  #seen: string;

  private constructor(path: string, clock: Clock, text: string) {
    this.#path = path;
    this.#clock = clock;
    this.#seen = text;
    this.table = new TokenTable(parseTokenFile(text), clock);
  }

  /** @throws DegovError INVALID_ARGUMENT when the file cannot be read or parsed: an engine does not start without. */
  static async open(path: string, clock: Clock = systemClock): Promise<WatchedTokenFile> {
    const text = await Deno.readTextFile(path).catch((error) => {
      throw new DegovError("INVALID_ARGUMENT", `Cannot read the token file ${path}: ${error.message}`);
    });
    const file = new WatchedTokenFile(path, clock, text);
    void file.#watch();
    return file;
  }

  close(): void {
    this.#closing.abort();
  }

  async #watch(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      await this.#clock.sleep(LOOK_MS, this.#closing.signal);
      if (!this.#closing.signal.aborted) await this.look();
    }
  }

  /** Reads the file again (K2). It is small, so its text is compared: a time stamp may miss a quick change. */
  async look(): Promise<void> {
    const text = await Deno.readTextFile(this.#path).catch(() => undefined);
    if (text === this.#seen) return;
    if (text === undefined) {
      if (this.#seen !== "") logger.error("The token file {path} is gone; no token is valid", { path: this.#path });
      this.#seen = "";
      return this.table.replace([]);
    }
    this.#seen = text;
    try {
      const entries = parseTokenFile(text);
      this.table.replace(entries);
      logger.info("Read {count} tokens from {path}", { count: entries.length, path: this.#path });
    } catch (error) {
      const { message } = DegovError.from(error);
      logger.error("{message}; the tokens before stay in force ({path})", { message, path: this.#path });
    }
  }
}
