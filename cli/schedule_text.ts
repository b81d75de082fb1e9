/** Schedules for people. */

import { CronTimes } from "../engine/schedules/cron_times.ts";
import type { ScheduleView } from "../shared/client/schedules.ts";
import { formatDuration } from "../shared/definition/duration.ts";
import { type Column, formatTable, printable } from "./table.ts";
import { formatJson, type Terminal } from "./terminal.ts";
import { formatSince } from "./time.ts";

/** Times shown of those that come. */
const NEXT_TIMES = 5;

const COLUMNS: readonly Column<ScheduleView>[] = [
  { title: "schedule", text: ({ id }) => id },
  { title: "workflow", text: ({ spec }) => spec.workflow },
  { title: "cron", text: ({ spec }) => spec.cron },
  { title: "zone", text: ({ spec }) => spec.timeZone },
  {
    title: "next",
    text: ({ spec, nextAtMs }) => spec.paused ? "paused" : nextAtMs === undefined ? "never" : since(nextAtMs),
    style: ({ spec }) => spec.paused ? "yellow" : undefined,
  },
  { title: "last", text: ({ lastAtMs }) => lastAtMs === undefined ? "" : since(lastAtMs) },
  { title: "started", text: ({ started }) => String(started) },
  { title: "skipped", text: ({ skipped }) => String(skipped) },
  { title: "error", text: ({ lastError = "" }) => lastError.slice(0, 60), style: () => "red" },
];

export function formatSchedules(terminal: Terminal, schedules: readonly ScheduleView[]): string {
  const fails = schedules.some(({ lastError }) => lastError !== undefined);
  return formatTable(terminal, fails ? COLUMNS : COLUMNS.slice(0, -1), schedules);
}

export function showSchedule(terminal: Terminal, schedule: ScheduleView): void {
  const { id, spec, started, skipped, buffered, lastInstanceId, lastAtMs, lastError } = schedule;
  const rows: [string, string | undefined][] = [
    ["schedule", terminal.style("bold", id) + (spec.paused ? ` ${terminal.style("yellow", "paused")}` : "")],
    ["workflow", `${spec.workflow} ${spec.version === 0 ? "(the newest version)" : `version ${spec.version}`}`],
    ["cron", `${spec.cron} (${spec.timeZone})`],
    ["next", nextTimes(schedule).map((atMs) => `${isoSeconds(atMs)} (${since(atMs)})`).join("\n")],
    ["overlap", spec.overlap],
    ["catch up", `up to ${formatDuration(spec.catchUpWindowMs)}`],
    ["input", formatJson(spec.input, terminal.columns - 10)],
    ["started", `${started}, skipped ${skipped}${buffered ? ", one waits for the instance before to end" : ""}`],
    ["last", lastInstanceId && `${lastInstanceId}${lastAtMs === undefined ? "" : ` (${since(lastAtMs)})`}`],
    ["error", lastError && terminal.style("red", printable(lastError))],
  ];
  for (const [name, text] of rows) {
    if (text === undefined || text === "") continue;
    terminal.line(`${terminal.style("dim", name.padEnd(10))}${text.replaceAll("\n", `\n${" ".repeat(10)}`)}`);
  }
}

/** The first is the engine's; the others follow from the expression. */
function nextTimes({ spec, nextAtMs }: ScheduleView): number[] {
  const times = new CronTimes(spec.cron, spec.timeZone);
  const found: number[] = [];
  for (let atMs = nextAtMs; atMs !== undefined && found.length < NEXT_TIMES; atMs = times.after(atMs)) found.push(atMs);
  return found;
}

function since(atMs: number): string {
  return formatSince(atMs, Date.now());
}

function isoSeconds(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19)}Z`;
}
