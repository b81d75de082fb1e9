/** Where log lines go: to stderr, one line each. Set up once, by a program's main file. */

import { configure, getConsoleSink, getTextFormatter } from "@logtape/logtape";

export async function configureLog(): Promise<void> {
  await configure({
    sinks: {
      stderr: getConsoleSink({
        formatter: getTextFormatter({ timestamp: "rfc3339", level: "FULL", category: ".", value: formatValue }),
        levelMap: { trace: "error", debug: "error", info: "error", warning: "error", error: "error", fatal: "error" },
      }),
    },
    loggers: [
      { category: "degov", sinks: ["stderr"], lowestLevel: "info" },
      { category: ["logtape", "meta"], sinks: ["stderr"], lowestLevel: "warning" },
    ],
  });
}

/** Strings as they are; errors with their stack, as somebody will have to find the cause. */
function formatValue(value: unknown, inspect: (value: unknown) => string): string {
  if (typeof value === "string") return value;
  return value instanceof Error ? value.stack ?? value.message : inspect(value);
}
