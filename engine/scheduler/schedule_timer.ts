/** The timer of a schedule, which stands among those of instances under an id that no instance can have. */

import { EMPTY, timerKey, type TimerPlace } from "../keyspace.ts";
import type { Application } from "./application.ts";

/** Instances' ids hold printable characters only. */
const SCHEDULE_MARK = "\n";
const TICK = "tick";
const WAKE = "wake";

/** Where the timer for a schedule's next time stands. */
export function tickTimer(scheduleId: string, fireAtMs: number): TimerPlace {
  return { fireAtMs, instanceId: SCHEDULE_MARK + scheduleId, timerId: TICK };
}

/** The schedule that a timer is of, and whether one of its times has come. */
export function toScheduleTimer({ instanceId, timerId }: TimerPlace): { id: string; isTick: boolean } | undefined {
  return instanceId.startsWith(SCHEDULE_MARK) ? { id: instanceId.slice(1), isTick: timerId === TICK } : undefined;
}

/** An instance of a schedule has ended: lets the schedule look whether it has one waiting. */
export function wakeSchedule({ txn, effects, nowMs }: Application, scheduleId: string): void {
  txn.set(timerKey({ ...tickTimer(scheduleId, nowMs), timerId: WAKE }), EMPTY);
  effects.timerSet(nowMs);
}
