/**
 * Never stuck: what runs has a task, a timer, or a declared wait for an event, and the engine would say so.
 * And when faults have stopped, everything goes on to its end within the bound.
 */

import { takes } from "../../../engine/machine/machine.ts";
import { ADMIT_TIMER } from "../../../engine/scheduler/admission.ts";
import { decodeTuple } from "../../../engine/store/tuple.ts";
import { isOfFamily } from "../shadow.ts";
import { type Checker, CLOCK_SKEW_MS_MAX } from "./checker.ts";
import { LATE_MS_MAX } from "./timers.ts";

export const progress: Checker = {
  name: "never stuck",
  commit({ shadow: all }, { shadow: { id, instance, places } }, complain) {
    if (instance?.status !== "running" || instance.paused) return;
    if (instance.phase.kind === "waiting") {
      const queues = [...places].filter((place) => isOfFamily(place, "iq") || isAdmission(place));
      if (queues.length !== 1) complain(`instance ${id} waits for a permit in ${queues.length} queues`);
      return;
    }
    if (Object.keys(instance.tasks).length > 0) return;
    if (Object.keys(instance.timers).some((timerId) => timerId.startsWith("after-"))) return;
    if (takes(all.definitionOf(instance).definition, instance).length > 0) return;
    complain(`instance ${id} runs in state ${instance.state} and waits for nothing`);
  },
  rest({ shadow: all, nowMs }, complain) {
    for (const { id, instance, tasks, messages } of all.instances.values()) {
      for (const [number, { message }] of messages) {
        complain(`message ${number} (${message.about}) of ${id} was never sent`);
      }
      if (instance?.status !== "running" || instance.paused) continue;
      for (const [taskId, task] of tasks) {
        if (task.status !== "finished") complain(`task ${taskId} of ${id} is still ${task.status}`);
      }
      for (const [timerId, { fireAtMs }] of Object.entries(instance.timers)) {
        if (fireAtMs + CLOCK_SKEW_MS_MAX + LATE_MS_MAX < nowMs) complain(`timer ${timerId} of ${id} never fired`);
      }
    }
  },
};

function isAdmission(place: string): boolean {
  return isOfFamily(place, "tm") && decodeTuple(Uint8Array.fromHex(place))[4] === ADMIT_TIMER;
}
