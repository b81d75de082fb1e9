import { createTwoFilesPatch } from "diff";
import { Command } from "commander";
import type { DegovClient } from "../../shared/client/client.ts";
import type { WorkflowView } from "../../shared/client/views.ts";
import { definitionHash } from "../../shared/definition/canonical.ts";
import type { Definition } from "../../shared/definition/definition.ts";
import { DegovError } from "../../shared/errors.ts";
import { canonicalJson } from "../../shared/json.ts";
import { formatWritten } from "../../shared/written_definition.ts";
import { COMMAND } from "../config.ts";
import { Progress } from "../progress.ts";
import { sampleInputFlag } from "../sample_input.ts";
import type { Session } from "../session.ts";
import { printable } from "../table.ts";
import { readDefinition, toFileName } from "./validate.ts";

interface Applied {
  file: string;
  name: string;
  version: number;
  change: "created" | "changed" | "unchanged";
}

export function applyCommand(session: Session): Command {
  return new Command("apply")
    .summary("register definitions, and show what changes")
    .description(
      "Registers definitions (YAML or JSON). Shows what changes against the newest version; the same content again " +
        "changes nothing. All files are checked before the first is registered. Running instances stay on their version.",
    )
    .argument("<file...>", "files; - is stdin")
    .option("--dry-run", "show what would change, and register nothing")
    .option("--quiet", "do not show the differences")
    .action(async (files: string[], flags: { dryRun?: boolean; quiet?: boolean }) => {
      const { terminal } = session;
      const read = [];
      for (const file of files) read.push({ file, ...await readDefinition(session, file) });
      const client = await session.client();
      const progress = new Progress(session.terminal, "Applying", read.length > 5 ? read.length : 0);
      const applied: Applied[] = [];
      for (const { file, text, definition } of read) {
        const newest = await findNewest(client, definition.name);
        if (!flags.quiet && !terminal.json) showChange(session, newest, definition);
        applied.push(
          flags.dryRun
            ? { file, name: definition.name, ...foresee(newest, definition) }
            : await register(client, { file, text }, newest),
        );
        progress.step();
      }
      progress.end();
      for (const one of applied) {
        terminal.show({ ...one, dryRun: flags.dryRun ?? false }, () => terminal.line(describe(session, one, flags)));
      }
      const fresh = applied.find(({ change }) => change !== "unchanged");
      if (fresh !== undefined && !flags.dryRun) {
        const { definition } = read.find(({ definition }) => definition.name === fresh.name)!;
        terminal.hint(`next: ${COMMAND} start ${fresh.name}${sampleInputFlag(definition.inputSchema)}`);
      }
    });
}

async function register(
  client: DegovClient,
  { file, text }: { file: string; text: string },
  newest: WorkflowView | undefined,
): Promise<Applied> {
  const { name, version, created } = await client.register({ text, ...toFileName(file) });
  return { file, name, version, change: !created ? "unchanged" : newest === undefined ? "created" : "changed" };
}

async function findNewest(client: DegovClient, name: string): Promise<WorkflowView | undefined> {
  try {
    return await client.workflow(name);
  } catch (error) {
    if (error instanceof DegovError && error.code === "NOT_FOUND") return undefined;
    throw error;
  }
}

function foresee(newest: WorkflowView | undefined, definition: Definition): Pick<Applied, "version" | "change"> {
  if (newest === undefined) return { version: 1, change: "created" };
  if (newest.hash === definitionHash(definition)) return { version: newest.version, change: "unchanged" };
  return { version: newest.version + 1, change: "changed" };
}

/** Differences between the definitions as YAML, in one order of keys, so that no order of the author counts. */
function showChange({ terminal }: Session, newest: WorkflowView | undefined, definition: Definition): void {
  if (newest === undefined || newest.hash === definitionHash(definition)) return;
  const [before, after] = [newest.definition, definition].map(inFixedOrder);
  const [old, fresh] = [`${definition.name} version ${newest.version}`, `${definition.name} new`];
  const patch = createTwoFilesPatch(old, fresh, before, after, undefined, undefined, { context: 3 });
  for (const line of patch.split("\n").slice(1)) {
    const style = line.startsWith("+") ? "green" : line.startsWith("-") ? "red" : line.startsWith("@") ? "cyan" : "dim";
    terminal.line(terminal.style(style, printable(line)));
  }
}

/** The order of states and members is the author's own, and says nothing. */
function inFixedOrder(definition: unknown): string {
  return formatWritten(JSON.parse(canonicalJson(definition)) as Definition);
}

function describe({ terminal }: Session, applied: Applied, { dryRun }: { dryRun?: boolean }): string {
  const { name, version, change } = applied;
  const style = change === "unchanged" ? "dim" : "green";
  const verb = dryRun && change !== "unchanged" ? `would be ${change}` : change;
  return `${terminal.style("bold", name)} version ${version} ${terminal.style(style, verb)}`;
}
