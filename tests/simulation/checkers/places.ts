/**
 * Nothing is half done: tasks, timers, queues and indexes are exactly those that the instance and its tasks, as committed
 * with them, ask for; and nothing at all is left of an instance that was deleted.
 */

import {
  leaseKey,
  permitQueueKey,
  readyKey,
  statusIndexKey,
  timerKey,
  workflowIndexKey,
} from "../../../engine/keyspace.ts";
import type { Instance } from "../../../engine/machine/instance.ts";
import type { UnfinishedTask } from "../../../engine/scheduler/task_record.ts";
import { type Bytes } from "../../../engine/store/store.ts";
import { decodeTuple } from "../../../engine/store/tuple.ts";
import type { InstanceShadow } from "../shadow.ts";
import type { Checker, Complain } from "./checker.ts";

export const places: Checker = {
  name: "an instance and its effects are one",
  checksStanding: true,
  commit(_world, { shadow }, complain) {
    const { id, instance, tasks } = shadow;
    if (instance === undefined) {
      const left = [...shadow.places, ...shadow.rows];
      if (left.length > 0) complain(`there is no instance ${id}, but ${left.map(describe)}`);
      return;
    }
    const unfinished = [...tasks].flatMap(([taskId, { status }]) => status === "finished" ? [] : [taskId]);
    const wanted = Object.keys(instance.tasks).filter((taskId) => isRun(instance.tasks[taskId]));
    if (wanted.sort().join() !== unfinished.sort().join()) {
      complain(`instance ${id} has tasks [${wanted}], and the scheduler [${unfinished}]`);
    }
    checkPlaces(shadow, placesOf(instance, tasks), complain);
  },
};

/** Whether a worker runs it. */
function isRun({ child, map }: Instance["tasks"][string]): boolean {
  return child === undefined && map === undefined;
}

function checkPlaces({ id, places, messages }: InstanceShadow, wanted: Set<string>, complain: Complain): void {
  for (const place of wanted) if (!places.has(place)) complain(`instance ${id} lacks ${describe(place)}`);
  let newestTimer = 0;
  for (const place of places) {
    if (wanted.has(place)) continue;
    const [family, , , , timer] = decodeTuple(Uint8Array.fromHex(place)) as string[];
    const isTimer = family === "tm";
    if (isTimer && timer.startsWith("message:")) newestTimer = Math.max(newestTimer, Number(timer.slice(8)));
    // Who waits for a permit is where progress.ts looks.
    else if (family !== "iq" && !(isTimer && timer === "admit:")) {
      complain(`instance ${id} has no use for ${describe(place)}`);
    }
  }
  const newest = Math.max(0, ...messages.keys());
  if (newest > newestTimer) complain(`message ${newest} of ${id} waits for no timer`);
}

/** T1, and what indexes and the machine's timers should be. */
function placesOf(instance: Instance, tasks: InstanceShadow["tasks"]): Set<string> {
  const { id: instanceId, status, createdAtMs, workflow, paused, timers } = instance;
  const keys: Bytes[] = [
    statusIndexKey({ status, createdAtMs, instanceId }),
    workflowIndexKey(workflow, { status, createdAtMs, instanceId }),
  ];
  // Nothing fires while it is paused.
  for (const timerId in paused ? {} : timers) keys.push(timerKey({ ...timers[timerId], instanceId, timerId }));
  for (const [taskId, task] of tasks) {
    const key = task.status === "finished" ? undefined : placeOf(task, { instanceId, taskId });
    if (key !== undefined) keys.push(key);
  }
  return new Set(keys.map((key) => key.toHex()));
}

function placeOf(task: UnfinishedTask, name: { instanceId: string; taskId: string }): Bytes | undefined {
  const { capability, priority, workflow } = task;
  switch (task.status) {
    case "queued":
      return readyKey({ capability, priority, readyAtMs: task.readyAtMs, ...name });
    case "leased":
      return leaseKey(task.workerId, name.instanceId, name.taskId);
    case "delayed":
      return timerKey({ fireAtMs: task.retryAtMs, instanceId: name.instanceId, timerId: `retry:${name.taskId}` });
    case "limited":
      return permitQueueKey({ workflow, name: task.name, key: task.limit!.key }, {
        priority,
        readyAtMs: task.readyAtMs,
        ...name,
      });
    case "paused":
      return undefined;
  }
}

function describe(place: string): string {
  return decodeTuple(Uint8Array.fromHex(place)).join("/");
}
