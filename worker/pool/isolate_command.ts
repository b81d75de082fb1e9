/** How an isolate's process is started. */

import { TASK_MEMORY_BYTES_DEFAULT } from "../../shared/limits.ts";
import type { IsolateCommand } from "./isolate_process.ts";

const MIB = 1024 * 1024;

/** The first argument that makes a compiled binary an isolate's process; its main program then calls runWarden. */
export const ISOLATE_ARGUMENT = "--isolate-process";

/** This Deno, with no permission, running the isolate's warden; or this very binary, when it is a compiled one. */
export function isolateCommand(heapBytesMax = TASK_MEMORY_BYTES_DEFAULT): IsolateCommand {
  const flags = [
    `--max-old-space-size=${Math.ceil(heapBytesMax / MIB)}`,
    "--max-semi-space-size=8",
    // Else dead buffers wait for a thread that has to find a core: an honest loop of 1 MB buffers then held 250 MB
    // instead of 100 MB on a busy machine, and was taken for a bomb.
    "--no-concurrent-array-buffer-sweeping",
  ];
  const env = { DENO_V8_FLAGS: flags.join(",") };
  if (Deno.build.standalone) return { path: Deno.execPath(), args: [ISOLATE_ARGUMENT], env };
  return {
    path: Deno.execPath(),
    args: [
      "run",
      "--no-prompt",
      "--no-config",
      "--no-lock",
      "--no-remote",
      "--no-npm",
      "--cached-only",
      "--unstable-worker-options",
      new URL("../isolate/warden.ts", import.meta.url).href,
    ],
    env,
  };
}
