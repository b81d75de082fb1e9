/** What the command says when something went wrong, and what to do about it. */

import { nearestName } from "../shared/definition/nearest_name.ts";
import { DegovError, formatProblems } from "../shared/errors.ts";
import { COMMAND } from "./config.ts";
import { EXIT_CODES, exitOfError } from "./exit_code.ts";
import type { Session } from "./session.ts";

/** Tells what went wrong, and sets the exit code. */
export async function reportFailure(session: Session, thrown: unknown): Promise<void> {
  const error = DegovError.from(thrown);
  const { terminal } = session;
  session.exit(exitOfError(error.code));
  const next = await nextStep(session, error);
  if (terminal.json) {
    const { code, message, problems } = error;
    const exitCode = session.exitCode;
    terminal.complain(JSON.stringify({ error: { code, message, exitCode, problems, ...(next ? { next } : {}) } }));
    return;
  }
  terminal.complain(`${terminal.style(["red", "bold"], "error:")} ${error.message}`);
  // Most messages list them, each on a line.
  const listed = error.problems.length > 0 && !error.message.includes("\n");
  if (listed) terminal.complain(formatProblems(error.problems));
  if (next !== undefined) terminal.complain(`${terminal.style("cyan", "next:")} ${next}`);
  const isBug = !(thrown instanceof DegovError) && thrown instanceof Error;
  if (isBug && session.environment("DEGOV_STACK") !== undefined) terminal.complain(thrown.stack ?? "");
}

async function nextStep(session: Session, error: DegovError): Promise<string | undefined> {
  switch (error.code) {
    case "UNAVAILABLE":
    case "DEADLINE_EXCEEDED": {
      const { engines } = await session.connection().catch(() => ({ engines: [] as string[] }));
      return `start one with \`${COMMAND} dev\`, or name one with --engine URL (tried ${engines.join(", ")})`;
    }
    case "UNAUTHENTICATED":
      return "put the token into a file and name it with --token-file FILE, or set DEGOV_TOKEN";
    case "PERMISSION_DENIED":
      return `use a token of another role; an administrator makes one with \`${COMMAND} token create\``;
    case "NOT_FOUND":
      return await whereToLook(session, error.message);
    default:
      return undefined;
  }
}

/** What lists the things of the kind that was not found. */
async function whereToLook(session: Session, message: string): Promise<string | undefined> {
  const [, kind, name] = /(workflow|schedule|instance) "([^"]*)"/.exec(message) ?? [];
  switch (kind) {
    case "workflow": {
      const listed = `\`${COMMAND} workflows\` lists what there is${await guess(session, name)}`;
      return `register it with \`${COMMAND} apply FILE\`; ${listed}`;
    }
    case "schedule":
      return `\`${COMMAND} schedule list\` lists the schedules`;
    case "instance":
      return `\`${COMMAND} list\` lists the instances`;
    default:
      return undefined;
  }
}

/** The workflow that was meant, if one is called nearly so. */
async function guess(session: Session, name: string): Promise<string> {
  try {
    return nearestName(name, (await Array.fromAsync((await session.client(0)).workflows())).map(({ name }) => name));
  } catch {
    return "";
  }
}

/** The exit code for flags that commander refused; it has printed why. */
export function usageExit(session: Session): void {
  session.exitCode = EXIT_CODES.usage.code;
}
