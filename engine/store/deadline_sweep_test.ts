import assert from "node:assert/strict";
import { VirtualClock } from "../../shared/clock.ts";
import { DeadlineSweep } from "./deadline_sweep.ts";

Deno.test("DeadlineSweep ends a call after its time and not before, and no call that was removed", async () => {
  const clock = new VirtualClock();
  const sweep = new DeadlineSweep(clock);
  const expired: string[] = [];
  sweep.add(1_000, () => expired.push("one second"));
  sweep.add(250, () => expired.push("short"));
  const removed = sweep.add(250, () => expired.push("removed"));
  sweep.remove(removed);
  await clock.advance(240);
  assert.deepEqual(expired, []);
  await clock.advance(200);
  assert.deepEqual(expired, ["short"]);
  await clock.advance(500);
  assert.deepEqual(expired, ["short"]);
  await clock.advance(200);
  assert.deepEqual(expired, ["short", "one second"]);
});

Deno.test("DeadlineSweep is not moved by a clock that jumps, and sleeps only while calls are open", async () => {
  const clock = new VirtualClock();
  const sweep = new DeadlineSweep(clock);
  let isExpired = false;
  sweep.add(1_000, () => isExpired = true);
  clock.jump(3_600_000);
  await clock.advance(500);
  assert.equal(isExpired, false);
  await clock.advance(700);
  assert.equal(isExpired, true);
  await clock.advance(200);
  assert.equal(clock.nextWakeMs(), undefined);
  sweep.add(100, () => {});
  assert.notEqual(clock.nextWakeMs(), undefined);
  sweep.close();
  assert.equal(clock.nextWakeMs(), undefined);
});
