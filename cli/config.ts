/** What the command takes from flags that all subcommands know, from the environment and from files. */

import type { ConnectionOptions } from "../shared/client/transport.ts";
import { ENGINE_URL_DEFAULT } from "../shared/client/transport.ts";
import { readCredentials } from "../worker/credentials.ts";
import { DegovError } from "../shared/errors.ts";

/** How the command was called, for hints. */
export const COMMAND = Deno.build.standalone ? "degov" : "deno task degov";

/** Flags of every subcommand, as commander names them. */
export interface GlobalFlags {
  engine?: string;
  tokenFile?: string;
  tlsCa?: string;
  tlsCert?: string;
  tlsKey?: string;
  json?: boolean;
  color?: boolean;
}

export interface Connection extends ConnectionOptions {
  engines: string[];
}

export type Environment = (name: string) => string | undefined;

export const processEnvironment: Environment = (name) => Deno.env.get(name);

/** Colour unless NO_COLOR says otherwise or nobody sees it; FORCE_COLOR insists. */
export function wantsColor(isTerminal: boolean, environment: Environment): boolean {
  if (environment("FORCE_COLOR")) return true;
  return isTerminal && !environment("NO_COLOR") && environment("TERM") !== "dumb";
}

/** @throws DegovError INVALID_ARGUMENT when a file cannot be read. */
export async function readConnection(flags: GlobalFlags, environment: Environment): Promise<Connection> {
  const engines = (flags.engine ?? environment("DEGOV_ENGINE") ?? ENGINE_URL_DEFAULT).split(",");
  const credentials = await readCredentials({
    token: environment("DEGOV_TOKEN"),
    tokenFile: flags.tokenFile ?? environment("DEGOV_TOKEN_FILE"),
    tlsCa: flags.tlsCa ?? environment("DEGOV_TLS_CA"),
    tlsCert: flags.tlsCert ?? environment("DEGOV_TLS_CERT"),
    tlsKey: flags.tlsKey ?? environment("DEGOV_TLS_KEY"),
  });
  return { engines: engines.map((address) => address.trim()).filter((address) => address !== ""), ...credentials };
}

/** The text of a file that a flag names. @throws DegovError INVALID_ARGUMENT */
export async function readFile(path: string, what: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    throw new DegovError("INVALID_ARGUMENT", `Cannot read the ${what} in ${path}: ${reasonOf(error)}`);
  }
}

/** Without the call and the path, which the message has already. */
function reasonOf(error: unknown): string {
  return (error as Error).message.replace(/ \(os error \d+\).*$/s, "");
}

/** A word of a command line as a shell reads it back. */
export function quoteWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
