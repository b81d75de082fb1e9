import { deepEqual, equal, rejects } from "node:assert/strict";
import { chain, EngineFixture } from "../../tests/fixture/engine_fixture.ts";
import { VirtualClock } from "../../shared/clock.ts";
import { Membership } from "../cluster/membership.ts";
import { MemoryStore } from "../store/memory_store.ts";
import { Upkeep, type UpkeepOptions } from "./upkeep.ts";

const HOUR_MS = 3_600_000;

async function open(
  retention: UpkeepOptions["retention"],
  test: (fixture: EngineFixture) => Promise<void>,
): Promise<void> {
  const clock = new VirtualClock();
  const store = new MemoryStore({ clock });
  const fixture = await EngineFixture.open({ clock, store });
  const onError = (what: string, error: unknown) => void fixture.errors.push(`${what}: ${error}`);
  const membership = new Membership({ id: "upkeep", version: "test", store, clock, onError });
  const upkeep = new Upkeep({ store, clock, membership, retention, onError });
  upkeep.start();
  try {
    await fixture.register(chain("chain", 1));
    await fixture.start("chain", "i1");
    await fixture.engine.instances.cancel("i1", "");
    await test(fixture);
  } finally {
    await upkeep.stop();
    await fixture.close();
  }
}

/** Lets some passes happen, without all that the time between would bring. */
async function passes(fixture: EngineFixture, afterMs: number): Promise<void> {
  fixture.clock.jump(afterMs);
  await fixture.clock.advance(61_000);
}

Deno.test("a pass deletes what the policy says, when it says so", () =>
  open({ retainMs: HOUR_MS }, async (fixture) => {
    await passes(fixture, 0);
    equal((await fixture.engine.instances.get("i1")).status, "cancelled");
    await passes(fixture, HOUR_MS);
    await rejects(fixture.engine.instances.get("i1"), { code: "NOT_FOUND" });
    deepEqual(fixture.errors, []);
  }));

Deno.test("without a policy nothing is ever deleted", () =>
  open(undefined, async (fixture) => {
    await passes(fixture, 10_000 * HOUR_MS);
    equal((await fixture.engine.instances.get("i1")).status, "cancelled");
  }));

Deno.test("a pass whose export fails deletes nothing, says so, and the next one tries again", () => {
  let isFull = true;
  const lines: string[] = [];
  const exportTo = (more: readonly string[]) => {
    if (isFull) return Promise.reject(new Error("the disk is full"));
    lines.push(...more);
    return Promise.resolve();
  };
  return open({ retainMs: 0, exportTo }, async (fixture) => {
    await passes(fixture, 1);
    equal((await fixture.engine.instances.get("i1")).status, "cancelled");
    deepEqual(fixture.errors, ["clear away what has expired: Error: the disk is full"]);
    isFull = false;
    await passes(fixture, 1);
    await rejects(fixture.engine.instances.get("i1"), { code: "NOT_FOUND" });
    equal(lines.length, 3);
  });
});
