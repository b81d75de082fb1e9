/**
 * Children: each is started once, by the instance whose task waits for it, which learns of its end once and truly, and
 * takes it down when it does not wait any more.
 */

import type { HistoryEntry } from "../../../engine/machine/history.ts";
import type { Instance } from "../../../engine/machine/instance.ts";
import type { InstanceShadow, Shadow } from "../shadow.ts";
import { type Checker, type Complain, entriesOf, isSame } from "./checker.ts";

export const children: Checker = {
  name: "children are started once, and their ends reported once",
  commit({ shadow: all }, { shadow, before, records }, complain) {
    const { id, instance } = shadow;
    if (instance?.status === "running") checkWaits(all, shadow, instance, complain);
    const { parent } = instance ?? before ?? {};
    if (parent?.taskId !== undefined && instance?.status !== "running") {
      const waiting = all.instances.get(parent.id);
      if (waiting?.instance?.tasks[parent.taskId]?.child?.id === id) {
        checkWaits(all, waiting, waiting.instance, complain);
      }
    }
    for (const entry of records.flatMap(({ entries }) => entries)) {
      if (!isReport(entry)) continue;
      const task = before?.tasks[entry.taskId];
      if (task?.child !== undefined) checkReport(all, { id, childId: task.child.id }, entry, complain);
    }
  },
  rest({ shadow }, complain) {
    forEachStart(shadow, ({ id, child, isCancelled }, [started]) => {
      if (!isCancelled || started === undefined) return;
      const { status, paused, phase } = started.instance;
      if (phase.kind === "compensating") return; // its undo actions may wait for a child in turn
      const isRevived = entriesOf(started).some(({ kind }) => kind === "retried");
      if (status === "running" && !paused && !isRevived) {
        complain(`child ${child} runs, and ${id} does not wait for it any more`);
      }
    });
  },
  end({ shadow }, complain) {
    const lives = new Map<string, number>();
    for (const { id } of shadow.everyInstance()) lives.set(id, (lives.get(id) ?? 0) + 1);
    forEachStart(shadow, ({ id, child, isRefused }, started) => {
      // A parent whose id was taken again after it had expired numbers its children anew.
      if (started.length > lives.get(id)!) complain(`child ${child} of ${id} was started ${started.length} times`);
      if (started.length === 0 && !isRefused) complain(`child ${child} of ${id} was never started, nor was ${id} told`);
    });
  },
};

type Report = Extract<HistoryEntry, { kind: "taskCompleted" | "itemCompleted" | "taskFailed" }>;

function isReport(entry: HistoryEntry): entry is Report {
  return entry.kind === "taskCompleted" || entry.kind === "itemCompleted" || entry.kind === "taskFailed";
}

type Ended = InstanceShadow & { instance: Instance };

interface Start {
  /** Of the parent. */
  id: string;
  child: string;
  isCancelled: boolean;
  /** The parent was told that it could not be started, or did not want it any more. */
  isRefused: boolean;
}

/** Calls back for every start of a child, with the instances that came of it. */
function forEachStart(shadow: Shadow, look: (start: Start, started: readonly Ended[]) => void): void {
  const byParent = new Map<string, Ended[]>();
  for (const each of shadow.everyInstance()) {
    const { parent } = each.instance;
    if (parent !== undefined) byParent.set(parent.id, [...byParent.get(parent.id) ?? [], each]);
  }
  for (const each of shadow.everyInstance()) {
    const entries = entriesOf(each);
    for (const entry of entries) {
      if ((entry.kind !== "childStarted" && entry.kind !== "taskScheduled") || entry.child === undefined) continue;
      const { child } = entry;
      const taskId = entry.kind === "taskScheduled" ? entry.taskId : undefined;
      const has = (kind: string) =>
        entries.some((other) =>
          other.kind === kind &&
          (taskId === undefined ? "to" in other && other.to === child : "taskId" in other && other.taskId === taskId)
        );
      const isCancelled = has("taskCancelled");
      const isRefused = isCancelled || has(taskId === undefined ? "undelivered" : "taskFailed");
      const started = byParent.get(each.id) ?? [];
      look(
        { id: each.id, child, isCancelled, isRefused },
        started.filter(({ id, instance }) => id === child && instance.parent!.taskId === taskId),
      );
    }
  }
}

/** Whoever waits for a child waits for a start that is on its way, a child that runs, or an end that is on its way. */
function checkWaits(all: Shadow, { id, messages }: InstanceShadow, { tasks }: Instance, complain: Complain): void {
  for (const [taskId, { child }] of Object.entries(tasks)) {
    if (child === undefined) continue;
    const isComing = [...messages.values()].some(({ message }) =>
      message.about === "start" && message.taskId === taskId
    );
    if (isComing) continue;
    const found = all.instances.get(child.id);
    const { parent, status } = found?.instance ?? {};
    const isOwn = parent?.id === id && parent.taskId === taskId;
    const isTelling = isOwn &&
      [...found!.messages.values()].some(({ message }) =>
        message.about === "end" && message.to === id && message.taskId === taskId
      );
    if (!isOwn || (status !== "running" && !isTelling)) {
      complain(`instance ${id} waits for child ${child.id} (${taskId}), which is ${isOwn ? status : "not its own"}`);
    }
  }
}

function checkReport(
  all: Shadow,
  { id, childId }: { id: string; childId: string },
  entry: Report,
  complain: Complain,
): void {
  const child = all.instances.get(childId);
  const { instance } = child ?? {};
  const isOwn = instance?.parent?.id === id && instance.parent.taskId === entry.taskId;
  if (entry.kind !== "taskFailed") {
    const result = instance?.status === "completed" ? instance.output ?? instance.context : undefined;
    if (!isOwn || !isSame(result, entry.output)) complain(`child ${childId} did not complete as ${id} was told`);
  } else if (isOwn && instance.status === "running" && !entriesOf(child!).some(({ kind }) => kind === "retried")) {
    complain(`child ${childId} runs, and ${id} was told that it had failed`);
  }
}
