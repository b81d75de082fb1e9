/** Where the command writes: text for people on a terminal, JSON for programs. Nothing else of it touches stdout. */

import { styleText } from "node:util";
import type { JsonValue } from "../shared/json.ts";

export type Style = Parameters<typeof styleText>[0];

/** A place to write to; tests hand in one that remembers. */
export interface Streams {
  out(text: string): void;
  err(text: string): void;
  readonly isTerminal: boolean;
  readonly columns: number;
}

const COLUMNS_DEFAULT = 100;

export function processStreams(): Streams {
  const encoder = new TextEncoder();
  return {
    out: (text) => writeAll(Deno.stdout, encoder.encode(text)),
    err: (text) => writeAll(Deno.stderr, encoder.encode(text)),
    isTerminal: Deno.stdout.isTerminal(),
    get columns() {
      try {
        return Deno.consoleSize().columns || COLUMNS_DEFAULT;
      } catch {
        return COLUMNS_DEFAULT; // not a terminal
      }
    },
  };
}

export class Terminal {
  readonly #streams: Streams;
  /** Set from the global flags before a command runs. */
  json = false;
  color: boolean;

  constructor(streams: Streams, color: boolean) {
    this.#streams = streams;
    this.color = color;
  }

  get isTerminal(): boolean {
    return this.#streams.isTerminal && !this.json;
  }
  get columns(): number {
    return this.#streams.columns;
  }

  style(style: Style, text: string): string {
    return this.color && !this.json ? styleText(style, text, { validateStream: false }) : text;
  }

  /** A line for people. */
  line(text = ""): void {
    this.#streams.out(`${text}\n`);
  }
  /** A line beside the result: what happens, what to do next. Left out where a program reads. */
  hint(text: string): void {
    if (!this.json) this.#streams.err(`${this.style("dim", text)}\n`);
  }
  /** A line about something that is wrong. */
  complain(text: string): void {
    this.#streams.err(`${text}\n`);
  }
  /** One JSON document, on one line. */
  document(value: unknown): void {
    this.#streams.out(`${JSON.stringify(value, withBigints)}\n`);
  }
  /** The document for programs, or what `human` writes for people. */
  show(value: unknown, human: () => void): void {
    if (this.json) this.document(value);
    else human();
  }
}

/** JSON for people: on one line where that fits. */
export function formatJson(value: JsonValue | undefined, columns: number): string {
  const line = JSON.stringify(value) ?? "";
  return line.length <= columns ? line : JSON.stringify(value, null, 2);
}

function withBigints(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? Number(value) : value;
}

function writeAll(stream: { writeSync(bytes: Uint8Array): number }, bytes: Uint8Array): void {
  try {
    for (let at = 0; at < bytes.length;) at += stream.writeSync(bytes.subarray(at));
  } catch (error) {
    // Whoever read us has seen enough: `degov list | head -1`.
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
    Deno.exit(0);
  }
}
