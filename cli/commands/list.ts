/** Commands that list: instances, workflows, workers. */

import { Command } from "commander";
import type { WorkerView, WorkflowView } from "../../shared/client/views.ts";
import { DegovError } from "../../shared/errors.ts";
import { LIST_PAGE_ROWS_MAX } from "../../shared/limits.ts";
import { COMMAND } from "../config.ts";
import { type FilterFlags, repeated, toFilter, withFilter } from "../filter.ts";
import { formatInstances } from "../instance_text.ts";
import type { Session } from "../session.ts";
import { type Column, formatTable } from "../table.ts";
import { formatSince } from "../time.ts";

interface ListFlags extends FilterFlags {
  limit: string;
  page?: string;
  all?: boolean;
}

export function listCommand(session: Session): Command {
  const command = new Command("list")
    .summary("list instances, newest first")
    .description("Lists instances, newest first. With --json, one instance on each line.");
  return withFilter(command)
    .option("-n, --limit <rows>", "rows of a page", "20")
    .option("--page <token>", "go on after the page that named this token")
    .option("--all", "every page")
    .action(async (flags: ListFlags) => {
      const { terminal } = session;
      const client = await session.client();
      const filter = { ...toFilter(flags), rows: toRows(flags.limit) };
      const isFiltered = Object.keys(toFilter(flags)).length > 0;
      let pageToken = flags.page ?? "";
      do {
        const page = await client.instancesPage({ ...filter, pageToken });
        pageToken = page.nextPageToken;
        if (terminal.json) { for (const instance of page.instances) terminal.document(instance); }
        else if (page.instances.length > 0) terminal.line(formatInstances(terminal, page.instances));
        else if (pageToken === "" && flags.page === undefined) {
          terminal.hint(isFiltered ? "None matches." : `There are none. next: ${COMMAND} start WORKFLOW`);
        }
      } while (flags.all && pageToken !== "");
      const rows = flags.limit === "20" ? "" : `-n ${flags.limit} `;
      if (pageToken !== "") terminal.hint(`more: ${COMMAND} list ${repeated(flags)}${rows}--page ${pageToken}`);
    });
}

export function workflowsCommand(session: Session): Command {
  const columns: Column<WorkflowView>[] = [
    { title: "workflow", text: ({ name }) => name },
    { title: "version", text: ({ version }) => String(version) },
    { title: "registered", text: ({ createdAtMs }) => formatSince(createdAtMs, Date.now()) },
    { title: "description", text: ({ description }) => description },
  ];
  return new Command("workflows")
    .summary("list registered workflows")
    .action(async () => {
      const workflows = await Array.fromAsync((await session.client()).workflows());
      if (session.terminal.json) return workflows.forEach((workflow) => session.terminal.document(workflow));
      if (workflows.length > 0) session.terminal.line(formatTable(session.terminal, columns, workflows));
      else session.terminal.hint(`There are none. next: ${COMMAND} apply FILE`);
    });
}

export function workersCommand(session: Session): Command {
  const columns: Column<WorkerView>[] = [
    { title: "worker", text: ({ id }) => id },
    { title: "slots", text: ({ slots }) => String(slots) },
    { title: "leased", text: ({ leased }) => String(leased) },
    { title: "runs", text: ({ capabilities }) => capabilities.join(", ") },
    { title: "version", text: ({ version }) => version },
    { title: "since", text: ({ registeredAtMs }) => formatSince(registeredAtMs, Date.now()) },
    { title: "lost", text: ({ expiresAtMs }) => formatSince(expiresAtMs, Date.now()) },
  ];
  return new Command("workers")
    .summary("list registered workers")
    .description("Lists registered workers. LOST is when a worker counts as lost unless it is heard of before.")
    .action(async () => {
      const workers = await (await session.client()).workers();
      if (session.terminal.json) return workers.forEach((worker) => session.terminal.document(worker));
      if (workers.length > 0) session.terminal.line(formatTable(session.terminal, columns, workers));
      else session.terminal.hint(`There are none, so no task runs. next: ${COMMAND} worker`);
    });
}

function toRows(text: string): number {
  const rows = Number(text);
  if (/^\d+$/.test(text) && rows >= 1 && rows <= LIST_PAGE_ROWS_MAX) return rows;
  throw new DegovError(
    "INVALID_ARGUMENT",
    `--limit is "${text}", and must be a whole number from 1 to ${LIST_PAGE_ROWS_MAX}; --all gives every page`,
  );
}
