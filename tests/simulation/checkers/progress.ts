/**
 * Never stuck: what runs has a task, a timer, or a declared wait for an event, and the engine would say so.
 * And when faults have stopped, everything goes on to its end within the bound.
 */

import { takes } from "../../../engine/machine/machine.ts";
import { type Checker, CLOCK_SKEW_MS_MAX } from "./checker.ts";
import { LATE_MS_MAX } from "./timers.ts";

export const progress: Checker = {
  name: "never stuck",
  commit({ shadow: all }, { shadow: { id, instance, enrolled, timers } }, complain) {
    if (instance?.status !== "running" || instance.paused) return;
    if (instance.phase.kind === "waiting") {
      const isAdmitted = [...timers].some((timer) => timer.startsWith("admit:"));
      if (enrolled.size + Number(isAdmitted) !== 1) {
        complain(`instance ${id} waits for a permit in ${enrolled.size} queues`);
      }
      return;
    }
    if (Object.keys(instance.tasks).length > 0) return;
    if (Object.keys(instance.timers).some((timerId) => timerId.startsWith("after-"))) return;
    if (takes(all.definitionOf(instance).definition, instance).length > 0) return;
    complain(`instance ${id} runs in state ${instance.state} and waits for nothing`);
  },
  end({ shadow: all, nowMs }, complain) {
    for (const { id, instance, tasks } of all.instances.values()) {
      if (instance?.status !== "running") continue;
      for (const [taskId, task] of tasks) {
        if (task.status !== "finished" && !instance.paused) complain(`task ${taskId} of ${id} is still ${task.status}`);
      }
      for (const [timerId, { fireAtMs }] of Object.entries(instance.timers)) {
        if (instance.paused) continue;
        if (fireAtMs + CLOCK_SKEW_MS_MAX + LATE_MS_MAX < nowMs) complain(`timer ${timerId} of ${id} never fired`);
      }
    }
  },
};
