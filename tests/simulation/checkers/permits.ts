/** Limits hold: as many permits are taken as there are holders, never more than the bound, and none while somebody waits. */

import type { TaskRecord } from "../../../engine/scheduler/task_record.ts";
import { isOfFamily, type Shadow } from "../shadow.ts";
import type { Checker, Complain } from "./checker.ts";

export const permits: Checker = {
  name: "limits hold, and permits are not lost",
  commit({ shadow }, { tasks, before, shadow: { instance = before } }, complain) {
    const bounds = new Set<string>();
    for (const { before, after } of tasks) {
      for (const record of [before, after]) {
        const bound = record === undefined ? undefined : toBound(record);
        if (bound !== undefined) bounds.add(bound);
      }
    }
    for (const bound of bounds) checkTasks(shadow, bound, complain);
    if (instance?.limitKey !== undefined) checkInstances(shadow, instance.workflow, instance.limitKey, complain);
  },
};

/** Which bound a task counts towards, as the key of its permits. */
function toBound(record: TaskRecord): string | undefined {
  return record.status === "finished" || record.limit === undefined
    ? undefined
    : `lc/${record.workflow}/${record.name}/${record.limit.key}`;
}

function checkTasks(shadow: Shadow, bound: string, complain: Complain): void {
  let [holders, waiting, max] = [0, 0, 0];
  for (const { tasks } of shadow.instances.values()) {
    for (const record of tasks.values()) {
      if (record.status === "finished" || toBound(record) !== bound) continue;
      max = record.limit!.max;
      if (record.permit) holders++;
      if (record.status === "limited") waiting++;
      const needsPermit = record.status === "queued" || record.status === "leased";
      if (needsPermit !== (record.permit ?? false)) {
        complain(`a task of ${bound} is ${record.status}, permit ${record.permit}`);
      }
    }
  }
  check(bound, { holders, waiting, max, taken: shadow.permits.get(bound) ?? 0 }, complain);
}

function checkInstances(shadow: Shadow, workflow: string, limitKey: string, complain: Complain): void {
  let [holders, waiting, max] = [0, 0, 0];
  for (const { instance, places } of shadow.instances.values()) {
    if (instance?.workflow !== workflow || instance.limitKey !== limitKey || instance.status !== "running") continue;
    max = shadow.definitionOf(instance).definition.limit?.max ?? max; // a newer version may have none
    if (instance.phase.kind === "waiting" && [...places].some((place) => isOfFamily(place, "iq"))) waiting++;
    else holders++;
  }
  const bound = `ic/${workflow}/${limitKey}`;
  check(bound, { holders, waiting, max, taken: shadow.permits.get(bound) ?? 0 }, complain);
}

interface Standing {
  holders: number;
  waiting: number;
  max: number;
  taken: number;
}

function check(bound: string, { holders, waiting, max, taken }: Standing, complain: Complain): void {
  if (holders !== taken) complain(`${bound}: ${holders} hold a permit, and ${taken} are taken`);
  if (max > 0 && holders > max) complain(`${bound}: ${holders} hold a permit, and there are ${max}`);
  if (waiting > 0 && holders < max) {
    complain(`${bound}: ${waiting} wait, and only ${holders} of ${max} permits are taken`);
  }
}
