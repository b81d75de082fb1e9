/** Flags that choose instances: the same for those that list and those that operate. */

import { type Command, Option } from "commander";
import type { InstanceFilter } from "../shared/client/instance_filter.ts";
import type { InstanceStatusName } from "../shared/client/views.ts";
import { parseDuration } from "../shared/definition/duration.ts";
import { DegovError } from "../shared/errors.ts";
import { quoteWord } from "./config.ts";

const STATUS_CHOICES = ["running", "completed", "failed", "cancelled"] as const;

export interface FilterFlags {
  workflow?: string;
  status?: InstanceStatusName;
  createdAfter?: string;
  createdBefore?: string;
  text?: string;
}

export function withFilter(command: Command): Command {
  return command
    .option("--workflow <name>", "only those of this workflow")
    .addOption(new Option("--status <status>", "only those with this status").choices(STATUS_CHOICES))
    .option("--created-after <time>", "only those started then or later: 2026-01-31, 2026-01-31T12:00 (UTC), or 7d ago")
    .option("--created-before <time>", "only those started before")
    .option("--text <text>", "only those with this text in id, state, failure, input or context, in any case");
}

/** @throws DegovError INVALID_ARGUMENT */
export function toFilter(flags: FilterFlags): InstanceFilter {
  const { workflow, status, createdAfter, createdBefore, text } = flags;
  return {
    ...(workflow === undefined ? {} : { workflow }),
    ...(status === undefined ? {} : { status }),
    ...(createdAfter === undefined ? {} : { fromMs: toTimeMs(createdAfter, "--created-after") }),
    ...(createdBefore === undefined ? {} : { beforeMs: toTimeMs(createdBefore, "--created-before") }),
    ...(text === undefined ? {} : { text }),
  };
}

/** The flags again, for a command that a hint shows; each with a space after it. */
export function repeated(flags: FilterFlags): string {
  const { workflow, status, createdAfter, createdBefore, text } = flags;
  const words = [
    ["--workflow", workflow],
    ["--status", status],
    ["--created-after", createdAfter],
    ["--created-before", createdBefore],
    ["--text", text],
  ];
  return words.map(([flag, value]) => value === undefined ? "" : `${flag} ${quoteWord(value)} `).join("");
}

/** A day, a moment in UTC unless it names another zone, or how long ago. */
function toTimeMs(text: string, flag: string): number {
  const agoMs = parseDuration(text.replace(/\s*ago$/, ""));
  if (agoMs !== undefined) return Date.now() - agoMs;
  const hasZone = /(?:Z|[+-]\d\d:?\d\d)$/i.test(text);
  const atMs = /^\d{4}-\d\d-\d\d(?:$|[T ])/.test(text)
    ? Date.parse(text.length === 10 || hasZone ? text : `${text.replace(" ", "T")}Z`)
    : NaN;
  if (!Number.isNaN(atMs)) return atMs;
  throw new DegovError(
    "INVALID_ARGUMENT",
    `${flag} is "${text}", and must be a day or moment (2026-01-31, 2026-01-31T12:00Z), or how long ago (90m, 7d)`,
  );
}
