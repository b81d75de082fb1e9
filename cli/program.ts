/** The command, put together: every subcommand, the flags that all of them know, and completions. */

import complete from "@bomb.sh/tab/commander";
import { Command } from "commander";
import { VERSION } from "../shared/version.ts";
import { applyCommand } from "./commands/apply.ts";
import { bulkCommand } from "./commands/bulk.ts";
import { cancelCommand, retryCommand, sendCommand } from "./commands/change.ts";
import { devCommand } from "./commands/dev.ts";
import { eventsCommand } from "./commands/events.ts";
import { listCommand, workersCommand, workflowsCommand } from "./commands/list.ts";
import { backupCommand, exportCommand, importCommand } from "./commands/move.ts";
import { engineCommand, workerCommand } from "./commands/processes.ts";
import { explainCommand, getCommand, historyCommand, watchCommand } from "./commands/read.ts";
import { forkCommand, migrateCommand, pauseCommand, resumeCommand } from "./commands/steer.ts";
import { scheduleCommand } from "./commands/schedule.ts";
import { startCommand } from "./commands/start.ts";
import { tokenCommand } from "./commands/token.ts";
import { validateCommand } from "./commands/validate.ts";
import { webhookCommand } from "./commands/webhook.ts";
import { workflowCommand } from "./commands/workflow.ts";
import { offer, type Suggestion } from "./completions.ts";
import { type GlobalFlags, wantsColor } from "./config.ts";
import type { Session } from "./session.ts";

const GROUPS: readonly { heading: string; commands: (session: Session) => Command[] }[] = [
  {
    heading: "Run:",
    commands: (session) => [devCommand(session), engineCommand(), workerCommand()],
  },
  {
    heading: "Workflows:",
    commands: (session) => [
      ...[validateCommand(session), applyCommand(session)],
      ...[workflowsCommand(session), workflowCommand(session), scheduleCommand(session)],
    ],
  },
  {
    heading: "Instances:",
    commands: (session) => [
      ...[startCommand(session), sendCommand(session), getCommand(session), listCommand(session)],
      ...[watchCommand(session), historyCommand(session), explainCommand(session)],
      ...[cancelCommand(session), retryCommand(session), pauseCommand(session), resumeCommand(session)],
      ...[forkCommand(session), migrateCommand(session), bulkCommand(session)],
    ],
  },
  {
    heading: "Operate:",
    commands: (session) => [
      ...[workersCommand(session), eventsCommand(session), webhookCommand(session), tokenCommand(session)],
      ...[backupCommand(session), exportCommand(session), importCommand(session)],
    ],
  },
];

/** `suggestions` are names that a shell has asked for. */
export function program(session: Session, suggestions: readonly Suggestion[] = []): Command {
  const root = new Command("degov")
    .description("Durable workflows whose tasks are code that nobody has to trust.")
    .version(VERSION, "-V, --version")
    .option("--engine <url[,url]>", "engines that share one store (DEGOV_ENGINE; default http://127.0.0.1:7420)")
    .option("--token-file <path>", "file with the token to show to the engine (DEGOV_TOKEN_FILE, or DEGOV_TOKEN)")
    .option("--tls-ca <path>", "authority of the engine's certificate, PEM (DEGOV_TLS_CA)")
    .option("--tls-cert <path>", "own certificate, PEM (DEGOV_TLS_CERT)")
    .option("--tls-key <path>", "key of the own certificate, PEM (DEGOV_TLS_KEY)")
    .option("--json", "write JSON: one document, or one on each line for lists and streams")
    .option("--no-color", "no colour (NO_COLOR)")
    .showSuggestionAfterError()
    .helpCommand("help [command]", "say more of a command")
    .commandsGroup("Help:")
    .addHelpText("after", "\nThe flags above may stand before or after a command. `degov help COMMAND` says more.");
  root.configureOutput({
    writeOut: (text) => session.terminal.line(text.trimEnd()),
    writeErr: (text) => session.terminal.complain(text.trimEnd()),
  }).exitOverride();
  for (const { heading, commands } of GROUPS) {
    for (const command of commands(session)) root.addCommand(inherit(command, root).helpGroup(heading));
  }
  offer(complete(root, { completionCommandName: "completions" }), suggestions);
  root.commands.find((command) => command.name() === "completions")!.helpGroup("Operate:")
    .summary("print the completion script of a shell")
    .description("Prints a completion script, for example: source <(degov completions bash)");
  root.hook("preAction", (_, command) => applyFlags(session, command.optsWithGlobals<GlobalFlags>()));
  return root;
}

/** The settings of the root, for a command that was made apart, and those below it. */
function inherit(command: Command, from: Command): Command {
  command.copyInheritedSettings(from);
  for (const below of command.commands) inherit(below, command);
  return command;
}

function applyFlags(session: Session, flags: GlobalFlags): void {
  session.flags = flags;
  session.terminal.json = flags.json ?? false;
  const color = wantsColor(session.terminal.isTerminal, session.environment);
  session.terminal.color = flags.color !== false && color;
}
