/** The operator's command. */

import { CommanderError } from "commander";
import { ISOLATE_ARGUMENT } from "../worker/pool/isolate_command.ts";
import { suggest } from "./completions.ts";
import { processEnvironment, wantsColor } from "./config.ts";
import { reportFailure, usageExit } from "./failure.ts";
import { program } from "./program.ts";
import { Session } from "./session.ts";
import { processStreams, type Streams, Terminal } from "./terminal.ts";

/** What the command needs of the process it runs in. */
export interface Surroundings {
  streams: Streams;
  environment: (name: string) => string | undefined;
  readStdin: () => Promise<string>;
  /** Asks a person; undefined when there is none. */
  ask: (question: string) => boolean | undefined;
}

/** Runs one command line; the exit code. */
export async function main(args: readonly string[], surroundings: Surroundings = ofProcess()): Promise<number> {
  const { streams, environment, readStdin, ask } = surroundings;
  const terminal = new Terminal(streams, wantsColor(streams.isTerminal, environment));
  const session = new Session({ terminal, environment, readStdin, ask });
  // Known before the flags are read, so that what is wrong with them is said in the form that was asked for.
  terminal.json = args.includes("--json");
  try {
    const suggestions = await suggest(args, session);
    await program(session, suggestions).parseAsync([...args], { from: "user" });
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) await reportFailure(session, thrown);
    else if (thrown.exitCode !== 0) usageExit(session);
  }
  return session.exitCode;
}

function ofProcess(): Surroundings {
  return {
    streams: processStreams(),
    environment: processEnvironment,
    readStdin: async () => await new Response(Deno.stdin.readable).text(),
    ask: (question) => Deno.stdin.isTerminal() ? confirm(question) : undefined,
  };
}

if (import.meta.main) {
  if (Deno.build.standalone && Deno.args[0] === ISOLATE_ARGUMENT) {
    const { runWarden } = await import("../worker/isolate/warden.ts");
    runWarden();
    await new Promise(() => {}); // it ends the process itself
  }
  Deno.exit(await main(Deno.args));
}
