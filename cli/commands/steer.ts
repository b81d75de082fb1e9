/** Commands that steer a running instance: pause, resume, fork, migrate. */

import { Command } from "commander";
import { COMMAND } from "../config.ts";
import { showInstance } from "../instance_text.ts";
import type { Session } from "../session.ts";
import { withReason } from "./bulk.ts";
import { toVersion } from "./start.ts";

export function pauseCommand(session: Session): Command {
  const command = new Command("pause")
    .summary("begin nothing more of an instance until it is resumed")
    .argument("<instance>", "id of the instance");
  return withReason(command)
    .action(async (id: string, flags: { reason: string }) => {
      const instance = await (await session.client()).pause(id, flags.reason);
      session.terminal.show(instance, () => showInstance(session.terminal, instance));
      session.terminal.hint(`next: ${COMMAND} resume ${id}`);
    });
}

export function resumeCommand(session: Session): Command {
  return new Command("resume")
    .summary("let a paused instance go on")
    .argument("<instance>", "id of the instance")
    .action(async (id: string) => {
      const instance = await (await session.client()).resume(id);
      session.terminal.show(instance, () => showInstance(session.terminal, instance));
      session.terminal.hint(`next: ${COMMAND} watch ${id}`);
    });
}

export function forkCommand(session: Session): Command {
  return new Command("fork")
    .summary("start a new instance where another was")
    .description("Starts a new instance with the state and context that another had after one of its history records.")
    .argument("<instance>", "id of the instance")
    .option("--after <sequence>", "the record after which it begins; default the newest", toVersion)
    .option("--id <id>", "id of the new instance; one is made up otherwise")
    .option("--version <number>", "version of the workflow; default that of the other instance", toVersion)
    .action(async (id: string, flags: { after?: number; id?: string; version?: number }) => {
      const instance = await (await session.client()).fork(id, {
        ...(flags.after === undefined ? {} : { sequence: flags.after }),
        ...(flags.id === undefined ? {} : { newInstanceId: flags.id }),
        ...(flags.version === undefined ? {} : { version: flags.version }),
      });
      session.terminal.show(instance, () => showInstance(session.terminal, instance));
      session.terminal.hint(`next: ${COMMAND} watch ${instance.id}`);
    });
}

export function migrateCommand(session: Session): Command {
  return new Command("migrate")
    .summary("move a running instance to another version of its workflow")
    .argument("<instance>", "id of the instance")
    .option("--version <number>", "default the newest", toVersion)
    .action(async (id: string, flags: { version?: number }) => {
      const instance = await (await session.client()).migrate(id, flags.version ?? 0);
      session.terminal.show(instance, () => showInstance(session.terminal, instance));
    });
}
