/** An engine on a real socket, with a token for each role. */

import { join } from "node:path";
import { WatchedTokenFile } from "../../engine/access/token_table.ts";
import { addToken } from "../../engine/access/token_file.ts";
import { type Role, ROLES } from "../../engine/access/role.ts";
import type { Tls } from "../../engine/access/listener.ts";
import { type EngineServer, serveEngine } from "../../engine/server.ts";
import { MemoryStore } from "../../engine/store/memory_store.ts";
import { systemClock } from "../../shared/clock.ts";

export interface GuardedEngine {
  readonly url: string;
  readonly server: EngineServer;
  readonly file: WatchedTokenFile;
  /** Where the file is. */
  readonly path: string;
  readonly tokens: Readonly<Record<Role | "expired", string>>;
  close(): Promise<void>;
}

export async function openGuardedEngine(
  options: { tls?: Tls; requestsPerSecond?: number } = {},
): Promise<GuardedEngine> {
  const folder = await Deno.makeTempDir({ prefix: "degov-access-" });
  const path = join(folder, "tokens.yaml");
  const tokens: Record<string, string> = {};
  let text = "";
  for (const role of ROLES) {
    const made = addToken(text, { name: `the-${role}`, role });
    tokens[role] = made.token;
    text = made.text;
  }
  const expired = addToken(text, { name: "the-expired", role: "admin", expiresAtMs: 1_000 });
  tokens.expired = expired.token;
  await Deno.writeTextFile(path, expired.text);
  const file = await WatchedTokenFile.open(path);
  const server = await serveEngine({
    store: new MemoryStore({ clock: systemClock }),
    listen: { hostname: "127.0.0.1", port: 0 },
    tokens: file,
    ...options,
  });
  return {
    url: server.url,
    server,
    file,
    path,
    tokens: tokens as GuardedEngine["tokens"],
    close: async () => {
      await server.close();
      await Deno.remove(folder, { recursive: true });
    },
  };
}
