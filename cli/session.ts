/** What one call of the command has at hand: where it writes, what it reads, and the engine it talks to. */

import { DegovClient } from "../shared/client/client.ts";
import { DegovError } from "../shared/errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../shared/json.ts";
import { type Connection, type Environment, type GlobalFlags, readConnection, readFile } from "./config.ts";
import { EXIT_CODES, type ExitName } from "./exit_code.ts";
import type { Terminal } from "./terminal.ts";

/** A person waits at the other end, so an engine that is away is soon given up. */
const RETRY_FOR_MS = 2_000;

export class Session {
  readonly terminal: Terminal;
  readonly environment: Environment;
  flags: GlobalFlags = {};
  /** What the process will exit with. */
  exitCode: number = EXIT_CODES.ok.code;
  readonly #readStdin: () => Promise<string>;
  readonly #ask: (question: string) => boolean | undefined;

  constructor(
    parts: {
      terminal: Terminal;
      environment: Environment;
      readStdin: () => Promise<string>;
      /** Undefined when there is nobody to ask. */
      ask: (question: string) => boolean | undefined;
    },
  ) {
    this.terminal = parts.terminal;
    this.environment = parts.environment;
    this.#readStdin = parts.readStdin;
    this.#ask = parts.ask;
  }

  exit(name: ExitName): void {
    this.exitCode = EXIT_CODES[name].code;
  }

  connection(): Promise<Connection> {
    return readConnection(this.flags, this.environment);
  }

  async client(retryForMs = RETRY_FOR_MS): Promise<DegovClient> {
    return new DegovClient({ ...await this.connection(), retryForMs });
  }

  /** Whether a person says yes; undefined when no person is there. */
  confirm(question: string): boolean | undefined {
    return this.terminal.isTerminal ? this.#ask(question) : undefined;
  }

  /** The text that a file has, or stdin for `-`. */
  async readText(path: string): Promise<string> {
    return path === "-" ? await this.#readStdin() : await readFile(path, "file");
  }

  /** JSON text, `@FILE`, or `-` for stdin. @throws DegovError INVALID_ARGUMENT */
  async readJson(source: string, flag: string): Promise<JsonValue> {
    const path = source === "-" ? "-" : source.startsWith("@") ? source.slice(1) : undefined;
    const text = path === undefined ? source : await this.readText(path);
    try {
      return JSON.parse(text) as JsonValue;
    } catch (error) {
      const from = path === undefined ? "" : path === "-" ? " from stdin" : ` from ${path}`;
      throw new DegovError(
        "INVALID_ARGUMENT",
        `Cannot read the JSON of ${flag}${from}: ${(error as Error).message}. ` +
          `It may be JSON text, @FILE, or - for stdin; in a shell, put it in single quotes: '{"key": 1}'`,
      );
    }
  }

  async readObject(source: string, flag: string): Promise<JsonObject> {
    const value = await this.readJson(source, flag);
    if (isJsonObject(value)) return value;
    throw new DegovError("INVALID_ARGUMENT", `Cannot use the JSON of ${flag}: it must be an object, as '{"key": 1}'`);
  }
}
