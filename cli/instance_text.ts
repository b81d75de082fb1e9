/** Instances for people. */

import type { InstanceStatusName, InstanceView } from "../shared/client/views.ts";
import { type Column, formatTable, printable } from "./table.ts";
import { formatJson, type Style, type Terminal } from "./terminal.ts";
import { formatSince, formatTook } from "./time.ts";

/** A status that a later engine may know and this command does not is shown without colour. */
const STYLES: { readonly [status: string]: Style } = {
  running: "cyan",
  completed: "green",
  failed: "red",
  cancelled: "yellow",
  paused: "magenta",
} satisfies { readonly [status in InstanceStatusName | "paused"]?: Style };

/** A running instance that is paused is said to be paused. */
function statusOf({ status, paused }: InstanceView): string {
  return paused ? "paused" : status;
}

export function styleOfStatus(status: string): Style | undefined {
  return STYLES[status];
}

export function showInstance(terminal: Terminal, instance: InstanceView): void {
  const { id, workflow, version, state, createdAtMs, endedAtMs, failure, parentId, scheduleId } = instance;
  const status = statusOf(instance);
  const style = styleOfStatus(status);
  const took = endedAtMs === undefined ? "" : `, took ${formatTook(endedAtMs - createdAtMs)}`;
  const rows: [string, string | undefined][] = [
    ["instance", terminal.style("bold", id)],
    ["workflow", `${workflow} version ${version}`],
    ["status", style === undefined ? status : terminal.style(style, status)],
    ["state", state],
    ["by", parentId ?? (scheduleId && `schedule ${scheduleId}`)],
    ["started", `${new Date(createdAtMs).toISOString()} (${formatSince(createdAtMs, Date.now())}${took})`],
    ["failure", failure && printable(`${failure.code}: ${failure.message}`)],
    ["", failure?.stack && printable(failure.stack)],
    ["input", instance.input === undefined ? undefined : formatJson(instance.input, terminal.columns - 10)],
    ["result", instance.output === undefined ? undefined : formatJson(instance.output, terminal.columns - 10)],
    ["context", instance.context === undefined ? undefined : formatJson(instance.context, terminal.columns - 10)],
  ];
  for (const [name, text] of rows) {
    if (text === undefined || text === "") continue;
    terminal.line(`${terminal.style("dim", name.padEnd(10))}${text.replaceAll("\n", `\n${" ".repeat(10)}`)}`);
  }
}

const COLUMNS: readonly Column<InstanceView>[] = [
  { title: "instance", text: ({ id }) => id },
  { title: "workflow", text: ({ workflow, version }) => `${workflow} v${version}` },
  { title: "status", text: statusOf, style: (instance) => styleOfStatus(statusOf(instance)) },
  { title: "state", text: ({ state }) => state },
  { title: "started", text: ({ createdAtMs }) => formatSince(createdAtMs, Date.now()) },
  {
    title: "took",
    text: ({ createdAtMs, endedAtMs }) => endedAtMs === undefined ? "" : formatTook(endedAtMs - createdAtMs),
  },
  {
    title: "failure",
    text: ({ failure }) => failure === undefined ? "" : `${failure.code}: ${failure.message.slice(0, 60)}`,
  },
];

export function formatInstances(terminal: Terminal, instances: readonly InstanceView[]): string {
  const fails = instances.some(({ failure }) => failure !== undefined);
  return formatTable(terminal, fails ? COLUMNS : COLUMNS.slice(0, -1), instances);
}
