/** The command in this process, as tests call it. */

import { join } from "node:path";
import { serveEngine } from "../../engine/server.ts";
import { MemoryStore } from "../../engine/store/memory_store.ts";
import { systemClock } from "../../shared/clock.ts";
import { main } from "../main.ts";

export const APPROVAL = join(import.meta.dirname!, "..", "..", "examples", "approval.yaml");

export interface Said {
  code: number;
  out: string;
  err: string;
}

/** Runs one command line, off a terminal unless it says otherwise. */
export async function say(
  args: string[],
  options: { terminal?: boolean; stdin?: string; answer?: boolean; env?: Record<string, string> } = {},
): Promise<Said> {
  let [out, err] = ["", ""];
  const code = await main(args, {
    streams: {
      out: (text) => out += text,
      err: (text) => err += text,
      isTerminal: options.terminal ?? false,
      columns: 100,
    },
    environment: (name) => options.env?.[name],
    readStdin: () => Promise.resolve(options.stdin ?? ""),
    ask: () => options.answer,
  });
  return { code, out, err };
}

/** An engine in memory without workers, and the command that talks to it. */
export async function withEngine(body: (degov: (...args: string[]) => Promise<Said>, url: string) => Promise<void>) {
  const store = new MemoryStore({ clock: systemClock });
  const server = await serveEngine({ store, listen: { hostname: "127.0.0.1", port: 0 }, eventsKeepMs: 60_000 });
  try {
    await body((...args) => say(args, { env: { DEGOV_ENGINE: server.url } }), server.url);
  } finally {
    await server.close();
  }
}
