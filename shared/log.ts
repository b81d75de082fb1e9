/** Where log lines go: to stderr, one line each. Set up once, by a program's main file. */

import { configure, getConsoleSink, getTextFormatter } from "@logtape/logtape";

export async function configureLog(): Promise<void> {
  await configure({
    sinks: {
      stderr: getConsoleSink({
        formatter: getTextFormatter({ timestamp: "rfc3339", level: "FULL", category: "." }),
        levelMap: { trace: "error", debug: "error", info: "error", warning: "error", error: "error", fatal: "error" },
      }),
    },
    loggers: [
      { category: "degov", sinks: ["stderr"], lowestLevel: "info" },
      { category: ["logtape", "meta"], sinks: ["stderr"], lowestLevel: "warning" },
    ],
  });
}
