/** Commands for the engine's file of webhooks. They work on the file, not on an engine: whoever may read it may use them. */

import { randomBytes } from "node:crypto";
import { Command, Option } from "commander";
import type { LoggedEvent } from "../../engine/events/event_log.ts";
import { parseWebhookFile, type Webhook } from "../../engine/events/webhook_file.ts";
import { webhookRequest } from "../../engine/events/webhook_request.ts";
import { DegovError } from "../../shared/errors.ts";
import type { Session } from "../session.ts";
import { type Column, formatTable } from "../table.ts";

const SECRET_BYTES = 32;
const REQUEST_MS = 10_000;
const FILE = new Option("--file <path>", "file of webhooks, as engine --webhooks reads it").makeOptionMandatory();

export function webhookCommand(session: Session): Command {
  return new Command("webhook")
    .summary("check and try webhooks")
    .description(
      "Checks the file of webhooks that an engine reads, and tries whether receivers take what it would send.",
    )
    .addCommand(secretCommand(session))
    .addCommand(listCommand(session))
    .addCommand(testCommand(session));
}

function secretCommand(session: Session): Command {
  return new Command("secret")
    .summary("make a secret for signatures")
    .action(() => {
      const secret = `whsec_${randomBytes(SECRET_BYTES).toString("base64")}`;
      session.terminal.show({ secret }, () => session.terminal.line(secret));
    });
}

function listCommand(session: Session): Command {
  const columns: Column<Webhook>[] = [
    { title: "webhook", text: ({ name }) => name },
    { title: "url", text: ({ url }) => url },
    { title: "workflows", text: ({ filter }) => filter.workflows?.join(", ") || "all" },
    { title: "kinds", text: ({ filter }) => filter.kinds?.join(", ") || "all" },
  ];
  return new Command("list")
    .summary("check the file, and list what it has")
    .addOption(FILE)
    .action(async ({ file }: { file: string }) => {
      const webhooks = await readWebhooks(session, file);
      session.terminal.show(
        webhooks.map(({ name, url, filter }) => ({ name, url, ...filter })),
        () => session.terminal.line(formatTable(session.terminal, columns, webhooks)),
      );
    });
}

function testCommand(session: Session): Command {
  return new Command("test")
    .summary("send each a signed event, once")
    .description(
      "Sends a signed event of an instance and workflow called degov-test, whatever the filter says, and shows how each " +
        "receiver answers.",
    )
    .argument("[name...]", "names of webhooks; default all")
    .addOption(FILE)
    .action(async (names: string[], { file }: { file: string }) => {
      const { terminal } = session;
      const webhooks = await readWebhooks(session, file);
      const unknown = names.find((name) => !webhooks.some((webhook) => webhook.name === name));
      if (unknown !== undefined) {
        throw new DegovError("NOT_FOUND", `Cannot test webhook "${unknown}": ${file} has none of this name`);
      }
      for (const webhook of webhooks.filter(({ name }) => names.length === 0 || names.includes(name))) {
        const { name } = webhook;
        const answer = await send(webhook);
        if (!answer.ok) session.exit("failure");
        terminal.show({ webhook: name, ...answer }, () => {
          const mark = answer.ok ? terminal.style("green", "ok    ") : terminal.style("red", "failed");
          terminal.line(`${mark} ${name}: ${answer.answer}`);
        });
      }
    });
}

/** As an engine would, but once. */
async function send(webhook: Webhook): Promise<{ ok: boolean; answer: string }> {
  const nowMs = Date.now();
  try {
    const signal = AbortSignal.timeout(REQUEST_MS);
    const response = await fetch(webhook.url, { ...webhookRequest(testEvent(nowMs), webhook, nowMs), signal });
    await response.body?.cancel();
    return { ok: response.ok, answer: `status ${response.status}` };
  } catch (error) {
    return { ok: false, answer: (error as Error).message };
  }
}

function testEvent(nowMs: number): LoggedEvent {
  return {
    cursor: "degov-test",
    event: { instanceId: "degov-test", workflow: "degov-test", version: 1, status: "completed", state: "done" },
    record: { sequence: 1, atMs: nowMs, entries: [{ kind: "completed" }] },
  };
}

async function readWebhooks(session: Session, file: string): Promise<Webhook[]> {
  return await parseWebhookFile(await session.readText(file), (path) => session.readText(path));
}
