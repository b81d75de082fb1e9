/** The same to many instances: counted first, asked about, and then done page by page. */

import { Command } from "commander";
import { BULK_OPERATIONS, type BulkKind, type BulkOperation } from "../../shared/bulk_operation.ts";
import type { InstanceFilter } from "../../shared/client/instance_filter.ts";
import { DegovError } from "../../shared/errors.ts";
import { COMMAND } from "../config.ts";
import { type FilterFlags, repeated, toFilter, withFilter } from "../filter.ts";
import { Progress } from "../progress.ts";
import type { Session } from "../session.ts";
import { oneLine } from "../table.ts";
import { toVersion } from "./start.ts";

interface BulkFlags extends FilterFlags {
  all?: boolean;
  dryRun?: boolean;
  yes?: boolean;
}

interface Outcome {
  matched: number;
  done: number;
  refusals: { instanceId: string; message: string }[];
}

/** Instances that refused are named up to so many; `--json` has them all. */
const REFUSALS_SHOWN = 10;

export function bulkCommand(session: Session): Command {
  const cancel = of<{ reason: string; compensate?: boolean }>(
    "cancel",
    "end instances, stopping their tasks",
    ({ reason, compensate }) => ({ kind: "cancel", reason, ...(compensate === undefined ? {} : { compensate }) }),
  );
  const retry = of("retry", "let failed instances try their state again", () => ({ kind: "retry" }));
  const pause = of<{ reason: string }>(
    "pause",
    "begin nothing more of instances until they are resumed",
    ({ reason }) => ({ kind: "pause", reason }),
  );
  const resume = of("resume", "let paused instances go on", () => ({ kind: "resume" }));
  const migrate = of<{ version?: number }>(
    "migrate",
    "move instances to another version of their workflow",
    ({ version = 0 }) => ({ kind: "migrate", version }),
  );
  const fork = of<{ after?: number; version?: number }>(
    "fork",
    "start a new instance for each, from a record of its history",
    ({ after = 0, version = 0 }) => ({ kind: "fork", sequence: after, version }),
  );
  withCompensation(withReason(cancel));
  withReason(pause);
  migrate.option("--version <number>", "default the newest", toVersion);
  fork.option("--after <sequence>", "the record after which it begins; default the newest, 1 is the start", toVersion);
  fork.option("--version <number>", "version of the workflow; default that of each", toVersion);
  return new Command("bulk")
    .summary("do the same to all instances of a filter")
    .description(
      "Does the same to all instances that a filter chooses: says how many there are, asks, and shows its progress. What " +
        "was started after the count is left alone. Interrupted, it has done a part; the same command does the rest.",
    )
    .addCommand(cancel).addCommand(retry).addCommand(pause).addCommand(resume).addCommand(migrate)
    .addCommand(fork);

  function of<Own>(kind: BulkKind, summary: string, toOperation: (flags: Own) => BulkOperation): Command {
    const { takenBy } = BULK_OPERATIONS[kind];
    const command = new Command(kind).summary(summary);
    return withFilter(command)
      .option("--all", `without a filter: all that are ${takenBy}`)
      .option("--dry-run", "say how many there are, and change nothing")
      .option("-y, --yes", "do not ask")
      .action((flags: BulkFlags & Own) => operate(session, toOperation(flags), flags));
  }
}

export function withReason(command: Command): Command {
  return command.option("--reason <text>", "kept in the history", "");
}

export function withCompensation(command: Command): Command {
  return command
    .option("--compensate", "run undo actions first; default as the definition says")
    .option("--no-compensate", "do not run undo actions");
}

async function operate(session: Session, operation: BulkOperation, flags: BulkFlags): Promise<void> {
  const { terminal } = session;
  const { takenBy, done: word } = BULK_OPERATIONS[operation.kind];
  if (!flags.all && Object.keys(toFilter(flags)).length === 0) {
    throw new DegovError(
      "INVALID_ARGUMENT",
      `Cannot ${operation.kind} instances: nothing says which. Give a filter, as --workflow NAME, or --all`,
    );
  }
  const chosen = { ...flags, status: flags.status ?? takenBy };
  const { matched, lookedAtMs } = await count(session, operation, toFilter(chosen));
  const many = `${matched} instance${matched === 1 ? "" : "s"}`;
  const see = `${COMMAND} list ${repeated(chosen)}--all`;
  const nothing: Outcome = { matched, done: 0, refusals: [] };
  const report = (outcome: Outcome, say: () => void) =>
    terminal.show({ operation: operation.kind, dryRun: flags.dryRun ?? false, ...outcome }, say);
  if (matched === 0) {
    return report(nothing, () => terminal.line(`no ${chosen.status} instance matches; nothing was ${word}`));
  }
  if (flags.dryRun) {
    report(nothing, () => terminal.line(`${many} would be ${word}`));
    return terminal.hint(`which: ${see}`);
  }
  if (!flags.yes) {
    const answer = session.confirm(`${capital(operation.kind)} ${many}?`);
    if (answer === undefined) {
      throw new DegovError(
        "INVALID_ARGUMENT",
        `Cannot ask whether to ${operation.kind} ${many}, as no person is at the keyboard: add --yes`,
      );
    }
    if (!answer) {
      terminal.hint(`Nothing was ${word}. which: ${see}`);
      return session.exit("failure");
    }
  }
  const filter = { ...toFilter(chosen), beforeMs: toFilter(chosen).beforeMs ?? lookedAtMs };
  const outcome = await run(session, operation, { filter, matched });
  report(outcome, () => terminal.line(`${outcome.done} of ${many} ${word}`));
  if (outcome.refusals.length === 0) return;
  session.exit("refused");
  if (terminal.json) return;
  const shown = outcome.refusals.slice(0, REFUSALS_SHOWN);
  for (const { instanceId, message } of shown) terminal.complain(oneLine(`${instanceId}: ${message}`));
  const more = outcome.refusals.length - shown.length;
  if (more > 0) terminal.complain(`and ${more} more; --json lists all`);
}

async function count(session: Session, operation: BulkOperation, filter: InstanceFilter) {
  let [matched, lookedAtMs] = [0, 0];
  for await (const page of (await session.client()).bulk(filter, operation, { dryRun: true })) {
    matched += page.matched;
    lookedAtMs ||= page.lookedAtMs;
  }
  return { matched, lookedAtMs };
}

async function run(
  session: Session,
  operation: BulkOperation,
  { filter, matched }: { filter: InstanceFilter; matched: number },
): Promise<Outcome> {
  const outcome: Outcome = { matched: 0, done: 0, refusals: [] };
  const progress = new Progress(session.terminal, capital(operation.kind), matched);
  try {
    for await (const page of (await session.client()).bulk(filter, operation)) {
      outcome.matched += page.matched;
      outcome.done += page.done;
      outcome.refusals.push(...page.refusals);
      progress.step(page.matched);
    }
  } catch (error) {
    session.terminal.hint(`${outcome.done} were ${BULK_OPERATIONS[operation.kind].done} before this:`);
    throw error;
  } finally {
    progress.end();
  }
  return outcome;
}

function capital(word: string): string {
  return `${word[0].toUpperCase()}${word.slice(1)}`;
}
