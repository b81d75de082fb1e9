/**
 * Schedules: each time leads to one thing, once (an instance, a time that waits, or a time that is skipped), in order,
 * never early and not late; and an instance that still runs is dealt with as the overlap policy says.
 */

import type { ScheduleRecord } from "../../../engine/schedules/schedule_record.ts";
import type { ScheduleChange, Shadow } from "../shadow.ts";
import { type Checker, CLOCK_SKEW_MS_MAX, type Complain, isSame, type World } from "./checker.ts";
import { LATE_MS_MAX } from "./timers.ts";

export const schedules: Checker = {
  name: "every time of a schedule is taken once",
  schedule(world, change, complain) {
    const { id, before, after, timers } = change;
    const ticks = [...timers].filter((timer) => timer.startsWith("tick/"));
    const wanted = after?.nextAtMs === undefined ? [] : [`tick/${after.nextAtMs}`];
    if (ticks.join() !== wanted.join()) complain(`schedule ${id} has timers [${ticks}], and needs [${wanted}]`);
    if (before !== undefined && after === undefined) checkEnd(world, before, complain);
    if (before === undefined || after === undefined) return;
    if (!isSame(before.spec, after.spec)) return checkUpdate(world, before, after, complain);
    if (before.nextAtMs !== undefined && before.nextAtMs !== after.nextAtMs) {
      checkTick(world, { ...change, before, after, tickMs: before.nextAtMs }, complain);
    } else if (before.bufferedAtMs !== undefined && after.bufferedAtMs === undefined) {
      const isDone = isStarted(world.shadow, id, before.bufferedAtMs) || after.skipped > before.skipped;
      if (!isDone) complain(`schedule ${id} has lost the time ${before.bufferedAtMs} that waited`);
      checkOverlap(world.shadow, before, complain);
    }
  },
  end({ shadow }, complain) {
    for (const { instance, id, history } of shadow.everyInstance()) {
      if (instance.schedule === undefined) continue;
      const tickMs = Date.parse(id.slice(instance.schedule.length + 1));
      // By the clock of the engine that started it, after that of another had said that it was time.
      if (history.get(1)!.atMs + 2 * CLOCK_SKEW_MS_MAX < tickMs) complain(`instance ${id} was started before its time`);
    }
    for (const [id, { record, timers }] of shadow.schedules) {
      if (record === undefined && timers.size > 0) {
        complain(`schedule ${id} was deleted, and has timers [${[...timers]}]`);
      }
    }
  },
};

type Tick = ScheduleChange & { before: ScheduleRecord; after: ScheduleRecord; tickMs: number };

function checkTick({ shadow, calmSinceMs }: World, tick: Tick, complain: Complain): void {
  const { id, before, after, tickMs, atMs } = tick;
  const outcomes = [
    isStarted(shadow, id, tickMs) && after.started === before.started + 1,
    after.skipped > before.skipped && after.bufferedAtMs === before.bufferedAtMs,
    after.bufferedAtMs === tickMs,
  ].filter(Boolean).length;
  if (outcomes !== 1) complain(`the time ${tickMs} of schedule ${id} led to ${outcomes} things`);
  if (after.nextAtMs !== undefined && after.nextAtMs <= tickMs) complain(`schedule ${id} went back from ${tickMs}`);
  if (atMs < tickMs - CLOCK_SKEW_MS_MAX - 1) complain(`the time ${tickMs} of schedule ${id} was taken at ${atMs}`);
  const dueMs = Math.max(tickMs + CLOCK_SKEW_MS_MAX, calmSinceMs) + LATE_MS_MAX;
  if (atMs > dueMs) complain(`the time ${tickMs} of schedule ${id} was taken only at ${atMs}`);
  if (after.started > before.started) checkOverlap(shadow, before, complain);
}

/** A time that has come is taken, unless the times have changed. */
function checkUpdate(world: World, before: ScheduleRecord, after: ScheduleRecord, complain: Complain): void {
  const { cron, paused } = before.spec;
  if (after.spec.cron !== cron || after.spec.paused !== paused) return checkEnd(world, before, complain);
  if (before.nextAtMs !== after.nextAtMs) {
    complain(`an update of schedule ${before.id} lost the time ${before.nextAtMs}`);
  }
}

/** A schedule is deleted or changed: did it stand still before? */
function checkEnd({ shadow, calmSinceMs, nowMs }: World, before: ScheduleRecord, complain: Complain): void {
  const { id, nextAtMs = Infinity, bufferedAtMs } = before;
  if (Math.max(nextAtMs + CLOCK_SKEW_MS_MAX, calmSinceMs) + LATE_MS_MAX < nowMs) {
    complain(`schedule ${id} stands still at ${nextAtMs}`);
  }
  const ended = before.lastInstanceId === undefined ? undefined : shadow.instances.get(before.lastInstanceId)?.instance;
  const endedMs = ended?.endedAtMs ?? Infinity;
  if (bufferedAtMs !== undefined && Math.max(endedMs + CLOCK_SKEW_MS_MAX, calmSinceMs) + LATE_MS_MAX < nowMs) {
    complain(`schedule ${id} has a time that waits for nothing`);
  }
}

/** The commit has started an instance: what ran before it? `before` is the record as it was. */
function checkOverlap(shadow: Shadow, before: ScheduleRecord, complain: Complain): void {
  const { overlap } = before.spec;
  if (overlap === "allow" || !isBusy(shadow, before)) return;
  const previous = shadow.instances.get(before.lastInstanceId!)?.instance;
  const isUndoing = previous?.phase.kind === "compensating";
  if (overlap === "cancel_previous" && isUndoing) return;
  complain(`schedule ${before.id} (${overlap}) started an instance while ${before.lastInstanceId} ran`);
}

function isBusy(shadow: Shadow, { lastInstanceId }: ScheduleRecord): boolean {
  return lastInstanceId !== undefined && shadow.instances.get(lastInstanceId)?.instance?.status === "running";
}

function isStarted(shadow: Shadow, id: string, atMs: number): boolean {
  return shadow.instances.get(`${id}.${new Date(atMs).toISOString()}`)?.instance?.schedule === id;
}
