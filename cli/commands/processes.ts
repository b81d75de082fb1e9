/** Commands that run a process until it is told to stop: engine and worker. */

import { Command, Option } from "commander";
import { ENGINE_FLAGS } from "../../engine/config.ts";
import { main as runEngine } from "../../engine/main.ts";
import type { Flags } from "../../shared/flags.ts";
import { WORKER_FLAGS } from "../../worker/config.ts";
import { main as runWorker } from "../../worker/main.ts";
import { workerCommandLine } from "../worker_command_line.ts";

/** Commander has its own. */
const OWN = new Set(["help"]);
/** Not for people. */
const HIDDEN = new Set(["process-id"]);

export function engineCommand(): Command {
  const command = new Command("engine")
    .summary("run an engine until it is told to stop")
    .description("Runs an engine. Every flag may also come from the environment, as DEGOV_<FLAG>.");
  return withFlags(command, ENGINE_FLAGS).action(() => runEngine(toArguments(command, ENGINE_FLAGS)));
}

export function workerCommand(): Command {
  const command = new Command("worker")
    .summary("run a worker until it is told to stop")
    .description("Runs a worker. Every flag may also come from the environment, as DEGOV_<FLAG>.");
  return withFlags(command, WORKER_FLAGS)
    .action(() => runWorker(toArguments(command, WORKER_FLAGS), workerCommandLine()));
}

/** The same flags, with the same help, as the program of its own has. */
export function withFlags(command: Command, flags: Flags): Command {
  for (const [name, { value, help, default: fallback }] of Object.entries(flags)) {
    if (OWN.has(name)) continue;
    const about = fallback === undefined ? help : `${help} (default ${fallback})`;
    const option = new Option(value === undefined ? `--${name}` : `--${name} <${value.toLowerCase()}>`, about);
    command.addOption(option.hideHelp(HIDDEN.has(name)));
  }
  return command;
}

/** What was given of these flags, for the program that reads them; a flag of all commands may be one of them. */
export function toArguments(command: Command, flags: Flags): string[] {
  const given = command.optsWithGlobals<Record<string, string | boolean | undefined>>();
  return Object.keys(flags).filter((name) => !OWN.has(name)).flatMap((name) => {
    const value = given[name.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase())];
    return value === undefined || value === false ? [] : value === true ? [`--${name}`] : [`--${name}`, value];
  });
}
