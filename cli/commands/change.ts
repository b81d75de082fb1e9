/** Commands that change one instance: send, cancel, retry. */

import { Command } from "commander";
import { COMMAND } from "../config.ts";
import { showInstance } from "../instance_text.ts";
import type { Session } from "../session.ts";
import { withCompensation, withReason } from "./bulk.ts";

export function sendCommand(session: Session): Command {
  return new Command("send")
    .summary("send an event to an instance")
    .description(
      "Sends an event. An event that the present state does not take is refused, and the message names those it takes.",
    )
    .argument("<instance>", "id of the instance")
    .argument("<event>", "name of the event")
    .option("-d, --data <json>", "the event's data: JSON, @FILE, or - for stdin", "null")
    .option("--event-id <id>", "the same id twice is applied once")
    .option("--keep", "keep the event until a state takes it, instead of refusing it")
    .action(async (id: string, event: string, flags: { data: string; eventId?: string; keep?: boolean }) => {
      const data = await session.readJson(flags.data, "--data");
      const { instance, duplicate, kept } = await (await session.client()).send(id, event, {
        data,
        keep: flags.keep ?? false,
        ...(flags.eventId === undefined ? {} : { eventId: flags.eventId }),
      });
      session.terminal.show({ instance, duplicate, kept }, () => showInstance(session.terminal, instance));
      if (duplicate) session.terminal.hint("An event of this id had been taken before; nothing was changed.");
      else if (kept) session.terminal.hint("Kept until a state takes it.");
      else if (instance.endedAtMs === undefined) session.terminal.hint(`next: ${COMMAND} watch ${id}`);
    });
}

export function cancelCommand(session: Session): Command {
  const command = new Command("cancel")
    .summary("end an instance, stopping its tasks")
    .argument("<instance>", "id of the instance");
  return withCompensation(withReason(command))
    .action(async (id: string, { reason, ...how }: { reason: string; compensate?: boolean }) => {
      const instance = await (await session.client()).cancel(id, reason, how);
      session.terminal.show(instance, () => showInstance(session.terminal, instance));
    });
}

export function retryCommand(session: Session): Command {
  return new Command("retry")
    .summary("let a failed instance try its state again")
    .argument("<instance>", "id of the instance")
    .action(async (id: string) => {
      const instance = await (await session.client()).retry(id);
      session.terminal.show(instance, () => showInstance(session.terminal, instance));
      session.terminal.hint(`next: ${COMMAND} watch ${id}`);
    });
}
