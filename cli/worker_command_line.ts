/** How worker processes are started from the command: the binary itself, or this Deno with the worker's permissions. */

import { join } from "node:path";

export function workerCommandLine(): string[] {
  if (Deno.build.standalone) return [Deno.execPath(), "worker"];
  const config = join(import.meta.dirname!, "..", "deno.json");
  const main = join(import.meta.dirname!, "..", "worker", "main.ts");
  return [Deno.execPath(), "run", "--quiet", "--config", config, "-P=worker", main];
}
