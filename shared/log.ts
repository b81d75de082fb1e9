/** Where log lines go: to stderr, one line each. Set up once, by a program's main file. */

import {
  configure,
  getConsoleSink,
  getJsonLinesFormatter,
  getTextFormatter,
  type LogLevel,
  type LogRecord,
  type TextFormatter,
} from "@logtape/logtape";
import { DegovError } from "./errors.ts";
import type { Flags } from "./flags.ts";

export interface LogOptions {
  /** Lines for people, or one JSON object for each. Default text. */
  format?: "text" | "json";
  /** Default info. */
  lowestLevel?: LogLevel;
}

const LEVELS: readonly LogLevel[] = ["trace", "debug", "info", "warning", "error", "fatal"];

/** The flags of every program that logs. */
export const LOG_FLAGS = {
  log: { value: "text|json", help: "form of log lines", default: "text" },
  "log-level": { value: "LEVEL", help: `least level that is logged: ${LEVELS.join(", ")}`, default: "info" },
} as const satisfies Flags;

/** @throws DegovError INVALID_ARGUMENT */
export function readLogOptions(values: { log: string | undefined; "log-level": string | undefined }): LogOptions {
  const { log: format, "log-level": level } = values;
  if (format !== "text" && format !== "json") {
    throw new DegovError("INVALID_ARGUMENT", `--log is "${format}", and must be "text" or "json"`);
  }
  const lowestLevel = LEVELS.find((known) => known === level);
  if (lowestLevel === undefined) {
    throw new DegovError("INVALID_ARGUMENT", `--log-level is "${level}", and must be one of ${LEVELS.join(", ")}`);
  }
  return { format, lowestLevel };
}

export async function configureLog({ format = "text", lowestLevel = "info" }: LogOptions = {}): Promise<void> {
  const text = getTextFormatter({ timestamp: "rfc3339", level: "FULL", category: ".", value: formatValue });
  const formatter: TextFormatter = format === "json" ? formatJsonLine : text;
  await configure({
    sinks: {
      stderr: getConsoleSink({
        formatter: (record) => formatter(record).trimEnd(),
        levelMap: { trace: "error", debug: "error", info: "error", warning: "error", error: "error", fatal: "error" },
      }),
    },
    loggers: [
      { category: "degov", sinks: ["stderr"], lowestLevel },
      { category: ["logtape", "meta"], sinks: ["stderr"], lowestLevel: "warning" },
    ],
    reset: true,
  });
}

const jsonLines = getJsonLinesFormatter({ properties: "flatten" });

/** Errors as their stack: JSON has no form for them. */
function formatJsonLine(record: LogRecord): string {
  const properties = Object.fromEntries(
    Object.entries(record.properties).map(([key, value]) => [key, value instanceof Error ? value.stack : value]),
  );
  return jsonLines({ ...record, properties });
}

/** Strings as they are; errors with their stack, as somebody will have to find the cause. */
function formatValue(value: unknown, inspect: (value: unknown) => string): string {
  if (typeof value === "string") return value;
  return value instanceof Error ? value.stack ?? value.message : inspect(value);
}
