import { Command } from "commander";
import type { Definition } from "../../shared/definition/definition.ts";
import { formatMachine, formatWritten, isWrittenInSteps } from "../../shared/written_definition.ts";
import { COMMAND } from "../config.ts";
import type { Session } from "../session.ts";
import { printable } from "../table.ts";
import { toVersion } from "./start.ts";

export function workflowCommand(session: Session): Command {
  return new Command("workflow")
    .summary("show a registered definition")
    .description(
      "Shows a registered definition: the text that was registered, where it was one, else YAML.",
    )
    .argument("<workflow>", "name of the workflow")
    .option("--version <number>", "default the newest", toVersion)
    .option("--machine", "the states that run, in their canonical form")
    .action(async (name: string, flags: { version?: number; machine?: boolean }) => {
      const { terminal } = session;
      const workflow = await (await session.client()).workflow(name, flags.version);
      const definition = workflow.definition as unknown as Definition;
      terminal.show(workflow, () => {
        const text = flags.machine ? formatMachine(definition) : workflow.written?.text ?? formatWritten(definition);
        terminal.line(printable(text).trimEnd());
      });
      const steps = isWrittenInSteps(definition) && !flags.machine;
      terminal.hint(`version ${workflow.version}${steps ? `; its states: ${COMMAND} workflow ${name} --machine` : ""}`);
    });
}
