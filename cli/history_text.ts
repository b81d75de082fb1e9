/** History for people: one line for each thing that happened. */

import type { HistoryRecordView } from "../shared/client/views.ts";
import type { JsonObject } from "../shared/json.ts";
import { oneLine, printable } from "./table.ts";
import type { Style, Terminal } from "./terminal.ts";
import { formatClock, formatTook } from "./time.ts";

interface Line {
  mark: string;
  style: Style;
  text: string;
}

/** Values of a context are shown up to so many characters; `--json` has them whole. */
const VALUE_CHARS_MAX = 160;

export function showRecord(terminal: Terminal, record: HistoryRecordView): void {
  for (const [index, entry] of record.entries.entries()) {
    const [kind, detail] = Object.entries(entry)[0] as [string, JsonObject];
    // The transition that follows says the same.
    if (kind === "stateExited" && Object.hasOwn(record.entries[index + 1] ?? {}, "transitionTaken")) continue;
    const { mark, style, text } = describeEntry(kind, detail);
    const sequence = terminal.style("dim", `${formatClock(record.atMs)} ${String(record.sequence).padStart(4)}`);
    terminal.line(`${sequence} ${terminal.style(style, mark)} ${oneLine(text).trimEnd()}`);
    for (const { level, text: output } of (detail.console ?? []) as { level?: string; text?: string }[]) {
      const prefix = `${" ".repeat(20)}${level ?? "log"} | `;
      for (const row of printable(output ?? "").split("\n")) terminal.line(terminal.style("dim", prefix + row));
    }
  }
}

/** One entry, as in the JSON form of degov.v1.HistoryEntry: protobuf leaves out what is empty. */
function describeEntry(kind: string, detail: JsonObject): Line {
  const { name, state, from, to, event, key, value, message, output } = detail;
  const failure = detail.failure as { code?: string; message?: string } | undefined;
  const why = failure === undefined ? "" : `: ${failure.code}: ${failure.message ?? ""}`;
  switch (kind) {
    case "started":
      return { mark: "▶", style: "cyan", text: `started with ${shortJson(detail.input)}` };
    case "eventReceived":
      return { mark: "◆", style: "magenta", text: `event ${name} ${shortJson(detail.data, "")}` };
    case "eventKept":
      return { mark: "◇", style: "magenta", text: `event ${name} kept until a state takes it` };
    case "eventDropped":
      return { mark: "◇", style: "yellow", text: `event ${name} dropped: ${message}` };
    case "stateExited":
      return { mark: "○", style: "dim", text: `left ${state}` };
    case "transitionTaken":
      return { mark: "→", style: "blue", text: `${from} → ${to ?? from} on ${event}` };
    case "stateEntered":
      return { mark: "●", style: "blue", text: `entered ${state}` };
    case "contextSet":
      return { mark: "=", style: "dim", text: `${key} = ${shortJson(value)}` };
    case "contextCleared":
      return { mark: "=", style: "dim", text: `${key} removed` };
    case "logged":
      return { mark: "»", style: "white", text: String(message ?? "") };
    case "taskScheduled": {
      const item = detail.index === undefined ? "" : `, item ${Number(detail.index) + 1},`;
      const what = detail.child ? `${name} started ${detail.child}` : `task ${name}${item} scheduled`;
      return { mark: "…", style: "dim", text: what };
    }
    case "itemCompleted": {
      const item = `task ${name}, item ${Number(detail.index ?? 0) + 1},`;
      return { mark: "✓", style: "green", text: `${item} ${took(detail)} returned ${shortJson(output)}` };
    }
    case "guardEvaluated":
      return {
        mark: "?",
        style: "dim",
        text: `guard ${name} ${took(detail)} ${detail.holds ? "holds" : "does not hold"}`,
      };
    case "taskCompleted":
      return { mark: "✓", style: "green", text: `task ${name} ${took(detail)} returned ${shortJson(output)}` };
    case "attemptFailed":
      return { mark: "!", style: "yellow", text: `task ${name} failed, tried again at ${detail.retryAt}${why}` };
    case "taskFailed":
      return { mark: "✗", style: "red", text: `task ${name} failed for good${why}` };
    case "taskCancelled":
      return { mark: "✗", style: "yellow", text: `task ${name} cancelled` };
    case "timerFired":
      return { mark: "⏲", style: "magenta", text: `timer ${detail.timerId} fired` };
    case "completed":
      return {
        mark: "■",
        style: "green",
        text: `completed${output === undefined ? "" : ` with ${shortJson(output)}`}`,
      };
    case "failed":
      return { mark: "■", style: "red", text: `failed${why}` };
    case "cancelled":
      return { mark: "■", style: "yellow", text: `cancelled${detail.reason ? `: ${detail.reason}` : ""}` };
    case "retried":
      return { mark: "↻", style: "cyan", text: `retried from ${state}` };
    case "childStarted":
      return { mark: "▷", style: "cyan", text: `${name} started ${detail.child}, which nothing waits for` };
    case "eventSent":
      return { mark: "◆", style: "magenta", text: `sent event ${name} to ${to}` };
    case "undelivered":
      return { mark: "✗", style: "red", text: `event ${name} did not reach ${to}: ${message}` };
    case "waiting":
      return { mark: "…", style: "yellow", text: "waits until fewer instances of its workflow run" };
    case "admitted":
      return { mark: "▶", style: "cyan", text: "admitted" };
    case "paused":
      return { mark: "∥", style: "yellow", text: `paused${detail.reason ? `: ${detail.reason}` : ""}` };
    case "resumed":
      return { mark: "▶", style: "cyan", text: "resumed" };
    case "compensationStarted":
      return { mark: "↶", style: "yellow", text: `undoes what was done, then ends as ${detail.status}${why}` };
    case "compensating":
      return { mark: "↶", style: "yellow", text: `undoes ${state}` };
    case "forked":
      return {
        mark: "⑂",
        style: "cyan",
        text: `forked from ${from} after its record ${detail.sequence}, with ${shortJson(detail.context)}`,
      };
    case "migrated":
      return { mark: "⇒", style: "cyan", text: `migrated from version ${detail.fromVersion} to ${detail.toVersion}` };
    default:
      return { mark: "·", style: "dim", text: `${kind} ${shortJson(detail)}` };
  }
}

function took({ durationMs, attempt }: JsonObject): string {
  const repeated = Number(attempt ?? 1) > 1 ? `, attempt ${attempt}` : "";
  return `(${formatTook(Number(durationMs ?? 0))}${repeated})`;
}

function shortJson(value: unknown, absent = "null"): string {
  if (value === undefined || (absent === "" && value === null)) return absent;
  const text = JSON.stringify(value);
  return text.length <= VALUE_CHARS_MAX ? text : `${text.slice(0, VALUE_CHARS_MAX)}… (${text.length} characters)`;
}
