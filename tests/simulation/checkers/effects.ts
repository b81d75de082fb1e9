/** Nothing is half done: tasks, timers and indexes are those that the instance, as committed with them, asks for. */

import { shardOf } from "../../../engine/keyspace.ts";
import type { Checker } from "./checker.ts";

/** Those that the machine knows nothing of. */
const SCHEDULER_TIMERS = /^(?:retry|admit|message):/;

export const effects: Checker = {
  name: "an instance and its effects are one",
  checksStanding: true,
  commit(_world, { shadow }, complain) {
    const { id, instance, tasks, timers, indexes } = shadow;
    if (instance === undefined) return complain(`there are entries of instance ${id}, and no instance`);
    const unfinished = [...tasks].flatMap(([taskId, { status }]) => status === "finished" ? [] : [taskId]);
    same(Object.keys(instance.tasks), unfinished, (told) => complain(`tasks of ${id}: ${told}`));
    const timersNow = instance.paused ? {} : instance.timers; // nothing fires while it is paused
    const pending = Object.entries(timersNow).map(([timer, { fireAtMs }]) => `${timer}/${fireAtMs}/${shardOf(id)}`);
    const set = [...timers].filter((timer) => !SCHEDULER_TIMERS.test(timer));
    same(pending, set, (told) => complain(`timers of ${id}: ${told}`));
    const { status, createdAtMs, workflow } = instance;
    const places = [`${status}/${createdAtMs}`, `${workflow}/${status}/${createdAtMs}`];
    same(places, [...indexes], (told) => complain(`indexes of ${id}: ${told}`));
  },
};

function same(wanted: string[], found: string[], complain: (told: string) => void): void {
  if ([...wanted].sort().join() !== [...found].sort().join()) complain(`should be [${wanted}], and are [${found}]`);
}
