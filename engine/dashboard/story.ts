/**
 * What an instance's history comes to, for drawing: visits of states, tasks with their attempts, transitions taken.
 *
 * - Y1 A story is folded from the records in order, each once, and can be taken up from where it stands: a page that is
 *      shown again reads only what is new.
 * - Y2 It holds no payloads: neither outputs nor console lines, which stay in the history.
 */

import type { Failure } from "../../shared/failure.ts";
import type { HistoryEntry, HistoryRecord } from "../machine/history.ts";
import type { AttemptReport } from "../machine/input.ts";

/** One execution of a task, ended. */
export interface AttemptSpan {
  number: number;
  startedAtMs: number;
  endedAtMs: number;
  isFailed: boolean;
  workerId?: string;
  failure?: Pick<Failure, "code" | "message">;
}

export interface TaskSpan {
  taskId: string;
  /** With the number of the item, from 1, where it is of a map. */
  name: string;
  scheduledAtMs: number;
  attempts: AttemptSpan[];
  /** While it waits for its next attempt. */
  retryAtMs?: number;
  outcome: "open" | "completed" | "failed" | "cancelled";
  endedAtMs?: number;
}

/** From the entry of a state until it is left. */
export interface Visit {
  state: string;
  /** Of the record that entered it. */
  sequence: number;
  enteredAtMs: number;
  leftAtMs?: number;
  /** The event that led out. */
  leftBy?: string;
  tasks: TaskSpan[];
  isFailed: boolean;
}

export interface Story {
  /** Of the last record taken in. */
  sequence: number;
  visits: Visit[];
  /** Number of visits by state. */
  visited: Map<string, number>;
  /** Keys of {@link takenKey}, and how often. */
  taken: Map<string, number>;
  /** States in which a task or the instance failed. */
  failed: Set<string>;
}

export function emptyStory(): Story {
  return { sequence: 0, visits: [], visited: new Map(), taken: new Map(), failed: new Set() };
}

/** Names a transition: a state kept has itself as target. */
export function takenKey(from: string, event: string, to: string): string {
  return JSON.stringify([from, event, to]);
}

/** Takes in the records that follow (Y1). */
export function tell(story: Story, records: readonly HistoryRecord[]): void {
  for (const record of records) {
    if (record.sequence <= story.sequence) continue;
    for (const entry of record.entries) take(story, entry, record);
    story.sequence = record.sequence;
  }
}

function take(story: Story, entry: HistoryEntry, { atMs, sequence }: HistoryRecord): void {
  const visit = story.visits.at(-1);
  switch (entry.kind) {
    case "stateEntered":
      if (visit !== undefined) visit.leftAtMs ??= atMs;
      story.visits.push({ state: entry.state, sequence, enteredAtMs: atMs, tasks: [], isFailed: false });
      story.visited.set(entry.state, (story.visited.get(entry.state) ?? 0) + 1);
      break;
    case "transitionTaken": {
      const key = takenKey(entry.from, entry.event, entry.to ?? entry.from);
      story.taken.set(key, (story.taken.get(key) ?? 0) + 1);
      if (visit !== undefined && entry.to !== undefined) visit.leftBy = entry.event;
      break;
    }
    case "taskScheduled":
      visit?.tasks.push({
        taskId: entry.taskId,
        name: entry.index === undefined ? entry.name : `${entry.name} ${entry.index + 1}`,
        scheduledAtMs: atMs,
        attempts: [],
        outcome: "open",
      });
      break;
    case "attemptFailed": {
      const task = open(visit, entry.taskId);
      task?.attempts.push(toAttempt(entry, atMs, entry.failure));
      if (task !== undefined) task.retryAtMs = entry.retryAtMs;
      break;
    }
    case "taskCompleted":
    case "itemCompleted":
    case "guardEvaluated":
      end(open(visit, entry.taskId), "completed", atMs)?.attempts.push(toAttempt(entry, atMs));
      break;
    case "taskFailed":
      end(open(visit, entry.taskId), "failed", atMs)?.attempts.push(toAttempt(entry, atMs, entry.failure));
      markFailed(story, visit);
      break;
    case "taskCancelled":
      end(open(visit, entry.taskId), "cancelled", atMs);
      break;
    case "compensating":
      // Undoing is shown as a visit of its own: it takes time and runs tasks, but the state is not entered.
      leave(visit, atMs);
      story.visits.push({ state: `undo ${entry.state}`, sequence, enteredAtMs: atMs, tasks: [], isFailed: false });
      break;
    case "failed":
      markFailed(story, visit);
      leave(visit, atMs);
      break;
    case "completed":
    case "cancelled":
      leave(visit, atMs);
      break;
  }
}

function open(visit: Visit | undefined, taskId: string): TaskSpan | undefined {
  return visit?.tasks.findLast((task) => task.taskId === taskId);
}

function end(task: TaskSpan | undefined, outcome: TaskSpan["outcome"], atMs: number): TaskSpan | undefined {
  if (task === undefined) return undefined;
  task.outcome = outcome;
  task.endedAtMs = atMs;
  delete task.retryAtMs;
  return task;
}

function toAttempt(report: AttemptReport, atMs: number, failure?: Failure): AttemptSpan {
  const { attempt, startedAtMs, durationMs = 0, workerId } = report;
  return {
    number: attempt,
    startedAtMs: Math.min(startedAtMs ?? atMs - durationMs, atMs),
    endedAtMs: atMs,
    isFailed: failure !== undefined,
    ...(workerId === undefined ? {} : { workerId }),
    ...(failure === undefined ? {} : { failure: { code: failure.code, message: failure.message } }),
  };
}

function markFailed(story: Story, visit: Visit | undefined): void {
  if (visit === undefined) return;
  visit.isFailed = true;
  story.failed.add(visit.state);
}

function leave(visit: Visit | undefined, atMs: number): void {
  if (visit !== undefined) visit.leftAtMs ??= atMs;
}
