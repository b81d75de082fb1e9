import { Command } from "commander";
import { showRecord } from "../history_text.ts";
import { styleOfStatus } from "../instance_text.ts";
import type { Session } from "../session.ts";

interface EventFlags {
  after?: string;
  all?: boolean;
  workflow?: string[];
  kind?: string[];
  instance?: string;
}

export function eventsCommand(session: Session): Command {
  return new Command("events")
    .summary("follow what happens to all instances")
    .description(
      "Follows what happens to all instances, in the order of commits, until Ctrl+C; nothing is lost while engines are " +
        "restarted. Needs an engine with --events. With --json, one event on each line, with the cursor to go on after.",
    )
    .option("--after <cursor>", "go on after the event with this cursor")
    .option("--all", "begin with the oldest event that is kept")
    .option("--workflow <name...>", "only instances of these workflows")
    .option("--kind <name...>", "only records with such an entry, as taskFailed")
    .option("--instance <id>", "only this instance")
    .action(async (flags: EventFlags) => {
      const { terminal } = session;
      const events = (await session.client()).events({
        cursor: flags.after ?? (flags.all ? "0" : ""),
        workflows: flags.workflow ?? [],
        kinds: flags.kind ?? [],
        instanceId: flags.instance ?? "",
      });
      for await (const event of events) {
        terminal.show(event, () => {
          const { instanceId, workflow, status, state } = event;
          const style = styleOfStatus(status);
          const place = `${workflow} ${style === undefined ? status : terminal.style(style, status)} in ${state}`;
          terminal.line(`${terminal.style("bold", instanceId)} ${place}`);
          showRecord(terminal, event.record);
        });
      }
    });
}
