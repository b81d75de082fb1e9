/** A history as short lines, so that a test can say what must have happened, and in which order. */

import type { HistoryEntry } from "../history.ts";

/** One entry: `enter review`, `go: review -> done`, `set total=3`, `schedule charge`, ... */
export function formatEntry(entry: HistoryEntry): string {
  switch (entry.kind) {
    case "started":
      return "start";
    case "eventReceived":
      return `event ${entry.name}`;
    case "eventKept":
      return `keep ${entry.name}`;
    case "eventDropped":
      return `drop ${entry.name}`;
    case "stateExited":
      return `exit ${entry.state}`;
    case "transitionTaken":
      return `${entry.event}: ${entry.from}${entry.to === undefined ? "" : ` -> ${entry.to}`}`;
    case "stateEntered":
      return `enter ${entry.state}`;
    case "contextSet":
      return `set ${entry.key}=${entry.key === "error" ? "..." : JSON.stringify(entry.value)}`;
    case "contextCleared":
      return `clear ${entry.key}`;
    case "logged":
      return `log ${entry.message}`;
    case "taskScheduled":
      return `schedule ${entry.name}${entry.index === undefined ? "" : `[${entry.index}]`}`;
    case "itemCompleted":
      return `done ${entry.name}[${entry.index}]`;
    case "guardEvaluated":
      return `guard ${entry.name}: ${entry.holds}`;
    case "childStarted":
      return `start ${entry.name}`;
    case "eventSent":
      return `send ${entry.name} to ${entry.to}`;
    case "undelivered":
      return `undelivered ${entry.name}`;
    case "compensationStarted":
      return `undo because ${entry.failure?.code ?? entry.reason}`;
    case "compensating":
      return `undo ${entry.state}`;
    case "forked":
      return `fork ${entry.from} at ${entry.sequence}`;
    case "migrated":
      return `migrate ${entry.fromVersion} -> ${entry.toVersion}`;
    case "waiting":
    case "admitted":
    case "paused":
    case "resumed":
      return entry.kind;
    case "taskCompleted":
      return `done ${entry.name}`;
    case "attemptFailed":
      return `attempt ${entry.name}`;
    case "taskFailed":
      return `failed ${entry.name}`;
    case "taskCancelled":
      return `cancel ${entry.name}`;
    case "timerFired":
      return `timer ${entry.timerId}`;
    case "completed":
      return "completed";
    case "failed":
      return `failed ${entry.failure.code}`;
    case "cancelled":
      return `cancelled ${entry.reason}`;
    case "retried":
      return `retry ${entry.state}`;
  }
}
