/** Schedules: what is started when. */

import { Command, Option } from "commander";
import type { ScheduleSpec, ScheduleView } from "../../shared/client/schedules.ts";
import { parseDuration } from "../../shared/definition/duration.ts";
import { DegovError } from "../../shared/errors.ts";
import { COMMAND } from "../config.ts";
import { formatSchedules, showSchedule } from "../schedule_text.ts";
import type { Session } from "../session.ts";
import { toVersion } from "./start.ts";

interface SpecFlags {
  cron?: string;
  timeZone?: string;
  workflow?: string;
  version?: number;
  input?: string;
  overlap?: ScheduleSpec["overlap"];
  catchUp?: string;
  paused?: boolean;
}

const OVERLAPS = ["skip", "buffer_one", "allow", "cancel_previous"];
const ID = ["<schedule>", "id of the schedule"] as const;

export function scheduleCommand(session: Session): Command {
  return new Command("schedule")
    .summary("start instances at set times")
    .description("Makes, shows and changes schedules, which start an instance of a workflow at each of their times.")
    .addCommand(createCommand(session))
    .addCommand(listCommand(session))
    .addCommand(getCommand(session))
    .addCommand(updateCommand(session))
    .addCommand(pauseCommand(session, true))
    .addCommand(pauseCommand(session, false))
    .addCommand(triggerCommand(session))
    .addCommand(deleteCommand(session));
}

function createCommand(session: Session): Command {
  const command = new Command("create")
    .summary("make a schedule")
    .description("Makes a schedule. The same again changes nothing.")
    .argument(...ID)
    .requiredOption("--workflow <name>", "workflow to start")
    .requiredOption("--cron <expression>", "five fields (six with seconds first), or as @daily: '30 8 * * MON-FRI'");
  return withSpec(command)
    .option("--paused", "start nothing yet")
    .action(async (id: string, flags: SpecFlags & { workflow: string; cron: string }) => {
      const { workflow, cron } = flags;
      const spec = { workflow, cron, ...await toSpec(session, flags) };
      show(session, await (await session.client()).createSchedule(id, spec));
      session.terminal.hint(`next: ${COMMAND} schedule trigger ${id}   (starts one at once)`);
    });
}

function updateCommand(session: Session): Command {
  const command = new Command("update")
    .summary("change what a schedule says")
    .description("Changes what is given, and leaves the rest as it is. What the schedule has started goes on.")
    .argument(...ID)
    .option("--workflow <name>", "workflow to start")
    .option("--cron <expression>", "when");
  return withSpec(command).action(async (id: string, flags: SpecFlags) => {
    const changes = await toSpec(session, flags);
    if (Object.keys(changes).length === 0) {
      throw new DegovError("INVALID_ARGUMENT", `Cannot update schedule "${id}": no flag says what to change`);
    }
    show(session, await change(session, id, changes));
  });
}

/** The flags that create and update share. */
function withSpec(command: Command): Command {
  return command
    .option("--time-zone <name>", "zone of the times, as Europe/Berlin; default UTC")
    .option("-i, --input <json>", "start input: a JSON object, @FILE, or - for stdin; default {}")
    .option("--version <number>", "version of the workflow; default the newest at each time", toVersion)
    .addOption(new Option("--overlap <policy>", "what to do while the last one runs; default skip").choices(OVERLAPS))
    .option("--catch-up <duration>", "make up for times that were missed by no more than this; default 1m");
}

async function toSpec(session: Session, flags: SpecFlags): Promise<Partial<ScheduleSpec>> {
  const { cron, workflow, timeZone, version, overlap, paused } = flags;
  const given = { cron, workflow, timeZone, version, overlap, paused };
  return {
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    ...(flags.input === undefined ? {} : { input: await session.readObject(flags.input, "--input") }),
    ...(flags.catchUp === undefined ? {} : { catchUpWindowMs: toMs(flags.catchUp) }),
  };
}

function listCommand(session: Session): Command {
  return new Command("list")
    .summary("list schedules by id")
    .action(async () => {
      const { terminal } = session;
      const schedules = await Array.fromAsync((await session.client()).schedules());
      if (terminal.json) return schedules.forEach((schedule) => terminal.document(schedule));
      if (schedules.length > 0) terminal.line(formatSchedules(terminal, schedules));
      else terminal.hint(`There are none. next: ${COMMAND} schedule create ID --workflow NAME --cron '@daily'`);
    });
}

function getCommand(session: Session): Command {
  return new Command("get")
    .summary("show one schedule: what it says, its next times, what it has started")
    .argument(...ID)
    .action(async (id: string) => show(session, await (await session.client()).schedule(id)));
}

function pauseCommand(session: Session, paused: boolean): Command {
  return new Command(paused ? "pause" : "resume")
    .summary(paused ? "start nothing more until it is resumed" : "let a paused schedule go on with its next time")
    .argument(...ID)
    .action(async (id: string) => show(session, await change(session, id, { paused })));
}

function triggerCommand(session: Session): Command {
  return new Command("trigger")
    .summary("start an instance now, whatever the overlap policy says")
    .argument(...ID)
    .action(async (id: string) => {
      const instanceId = await (await session.client()).triggerSchedule(id);
      session.terminal.show({ schedule: id, instanceId }, () => session.terminal.line(`started ${instanceId}`));
      session.terminal.hint(`next: ${COMMAND} watch ${instanceId}`);
    });
}

function deleteCommand(session: Session): Command {
  return new Command("delete")
    .summary("end a schedule; what it has started goes on")
    .argument(...ID)
    .action(async (id: string) => {
      const client = await session.client();
      await client.schedule(id); // a mistyped id is told, where the engine would find nothing to do
      await client.deleteSchedule(id);
      session.terminal.show({ deleted: id }, () => session.terminal.line(`deleted ${id}`));
    });
}

async function change(session: Session, id: string, changes: Partial<ScheduleSpec>): Promise<ScheduleView> {
  const client = await session.client();
  return await client.updateSchedule(id, { ...(await client.schedule(id)).spec, ...changes });
}

function show({ terminal }: Session, schedule: ScheduleView): void {
  terminal.show(schedule, () => showSchedule(terminal, schedule));
}

function toMs(text: string): number {
  const ms = parseDuration(text);
  if (ms !== undefined && ms >= 1) return ms;
  throw new DegovError("INVALID_ARGUMENT", `--catch-up is "${text}", and must be a duration such as 1m or 12h`);
}
