/** Commands that look at one instance: get, history, watch, explain. */

import { Command } from "commander";
import { COMMAND } from "../config.ts";
import { showUndelivered, showWait } from "../explanation_text.ts";
import { showRecord } from "../history_text.ts";
import { showInstance } from "../instance_text.ts";
import type { Session } from "../session.ts";
import { printable } from "../table.ts";
import { exitByEnd, toWaitMs } from "./start.ts";

export function getCommand(session: Session): Command {
  return new Command("get")
    .summary("show one instance")
    .description("Shows an instance: status, state, input, context and failure.")
    .argument("<instance>", "id of the instance")
    .option("-w, --wait [seconds]", "wait until it has ended")
    .action(async (id: string, flags: { wait?: true | string }) => {
      const client = await session.client();
      const waitMs = toWaitMs(flags.wait);
      const instance = waitMs === undefined ? await client.get(id) : await client.result(id, { waitMs });
      session.terminal.show(instance, () => showInstance(session.terminal, instance));
      if (waitMs !== undefined) exitByEnd(session, instance);
      else if (instance.endedAtMs === undefined) session.terminal.hint(`next: ${COMMAND} explain ${id}`);
    });
}

export function historyCommand(session: Session): Command {
  return new Command("history")
    .summary("show what happened to an instance")
    .description("Shows everything that happened to an instance. With --json, one record on each line.")
    .argument("<instance>", "id of the instance")
    .action(async (id: string) => {
      for await (const record of (await session.client()).history(id)) {
        session.terminal.show(record, () => showRecord(session.terminal, record));
      }
    });
}

export function watchCommand(session: Session): Command {
  return new Command("watch")
    .summary("follow an instance live until it ends")
    .description(
      "Shows what happens to an instance as it happens, until it has ended; goes on when an engine is restarted. " +
        "The exit code says how it ended.",
    )
    .argument("<instance>", "id of the instance")
    .option("--after <sequence>", "begin after this record", "0")
    .action(async (id: string, flags: { after: string }) => {
      const client = await session.client();
      for await (const record of client.watch(id, { afterSequence: Number(flags.after) || 0 })) {
        session.terminal.show(record, () => showRecord(session.terminal, record));
      }
      exitByEnd(session, await client.get(id));
    });
}

export function explainCommand(session: Session): Command {
  return new Command("explain")
    .summary("say what an instance waits for, and why")
    .description("Says what an instance waits for: tasks and who runs them, timers, events; and what to do about it.")
    .argument("<instance>", "id of the instance")
    .action(async (id: string) => {
      const client = await session.client();
      const { summary, waits, undelivered } = await client.explain(id);
      const { status, state, paused } = await client.get(id);
      const shown = waits.map(({ kind }) => ({ [kind.case!]: plain(kind.value) }));
      session.terminal.show({ summary, waits: shown, undelivered: undelivered.map(plain) }, () => {
        // The summary says in sentences what the lines say.
        session.terminal.line(printable(waits.length === 0 ? summary : `${id} is in state ${state} and waits for:`));
        for (const { kind } of waits) showWait(session.terminal, kind);
        for (const lost of waits.length === 0 ? [] : undelivered) showUndelivered(session.terminal, lost);
      });
      for (const { kind } of waits) {
        if (kind.case === "event") session.terminal.hint(`next: ${COMMAND} send ${id} ${kind.value.name}`);
      }
      if (paused) session.terminal.hint(`next: ${COMMAND} resume ${id}`);
      if (status === "failed") session.terminal.hint(`next: ${COMMAND} retry ${id}`);
    });
}

/** Without the type names that protobuf messages carry. */
function plain(message: unknown): unknown {
  return JSON.parse(JSON.stringify(message, (key, value) => {
    if (key === "$typeName") return undefined;
    if (typeof value === "bigint") return Number(value);
    const stamp = value as { seconds?: bigint; nanos?: number } | null;
    if (typeof stamp?.seconds !== "bigint") return value;
    return new Date(Number(stamp.seconds) * 1_000 + Math.floor((stamp.nanos ?? 0) / 1e6)).toISOString();
  }));
}
