import { deepEqual, equal, ok } from "node:assert/strict";
import { VirtualClock } from "../../shared/clock.ts";
import { engineKey, SHARDS } from "../keyspace.ts";
import { MemoryStore } from "../store/memory_store.ts";
import type { Store } from "../store/store.ts";
import { ENGINE_BEAT_MS, ENGINE_SILENT_MS, Membership } from "./membership.ts";

class Cluster {
  readonly clock = new VirtualClock();
  readonly store: MemoryStore = new MemoryStore({ clock: this.clock });
  readonly errors: string[] = [];

  start(id: string, store: Store = this.store, clock = this.clock): Membership {
    const onError = (what: string, error: unknown) => this.errors.push(`${what}: ${error}`);
    const membership = new Membership({ id, version: "test", store, clock, onError });
    membership.start();
    return membership;
  }

  async pass(ms: number): Promise<void> {
    await this.clock.advance(ms);
  }
}

const shards = Array.from({ length: SHARDS }, (_, shard) => shard);

/** A store that can be taken from an engine, as its death takes it. */
function mortal(store: Store): { store: Store; die: () => void } {
  let isDead = false;
  const link = new Proxy(store, {
    get: (target, key) => {
      if (key === "transact" && isDead) return () => new Promise(() => {});
      const member: unknown = Reflect.get(target, key);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
  return { store: link, die: () => void (isDead = true) };
}

Deno.test("[E3] an engine that knows of no other looks after every shard", async () => {
  const cluster = new Cluster();
  const alone = cluster.start("a");
  equal(alone.hasPeers, false);
  ok(shards.every((shard) => alone.owns(shard)));
  await cluster.pass(ENGINE_BEAT_MS);
  equal(alone.hasPeers, false);
});

Deno.test("engines that know each other divide the shards, and one that leaves is missed at the next beat", async () => {
  const cluster = new Cluster();
  const [a, b] = [cluster.start("a"), cluster.start("b")];
  let changes = 0;
  a.onChange(() => changes++);
  await cluster.pass(2 * ENGINE_BEAT_MS);
  deepEqual([a.live, b.live], [["a", "b"], ["a", "b"]]);
  ok(shards.every((shard) => a.owns(shard) !== b.owns(shard)));
  const leaving = b.stop();
  await cluster.pass(ENGINE_BEAT_MS);
  await leaving;
  deepEqual(a.live, ["a"]);
  ok(shards.every((shard) => a.owns(shard)));
  equal(changes, 2);
});

Deno.test("[E1] an engine that is silent counts as dead after its time, by the observer's clock, and then is forgotten", async () => {
  const cluster = new Cluster();
  const { store, die } = mortal(cluster.store);
  const a = cluster.start("a");
  cluster.start("b", store, new VirtualClock(0)); // its clock says another year, and never moves: only beats count
  await cluster.pass(ENGINE_BEAT_MS);
  equal(a.hasPeers, true);
  die();
  await cluster.pass(ENGINE_SILENT_MS - ENGINE_BEAT_MS);
  equal(a.hasPeers, true);
  await cluster.pass(2 * ENGINE_BEAT_MS);
  equal(a.hasPeers, false);
  const isThere = async () => await cluster.store.transact((txn) => txn.get(engineKey("b"))) !== undefined;
  equal(await isThere(), true);
  await cluster.pass(70_000);
  equal(await isThere(), false);
});

Deno.test("[E1] a clock that jumps back or ahead kills nobody for longer than a beat", async () => {
  const cluster = new Cluster();
  const far = new VirtualClock();
  const a = cluster.start("a");
  cluster.start("b", cluster.store, far);
  const both = async (beats: number) => {
    for (let beat = 0; beat < beats; beat++) {
      await far.advance(ENGINE_BEAT_MS);
      await cluster.pass(ENGINE_BEAT_MS);
    }
  };
  await both(3);
  equal(a.hasPeers, true);
  cluster.clock.jump(-3_600_000);
  await both(2);
  equal(a.hasPeers, true);
  cluster.clock.jump(7_200_000);
  await both(2);
  equal(a.hasPeers, true);
});

Deno.test("an engine that cannot reach the store says so and goes on trying", async () => {
  const cluster = new Cluster();
  const a = cluster.start("a");
  cluster.store.setAway(true);
  await cluster.pass(15_000);
  ok(cluster.errors.length > 0);
  cluster.store.setAway(false);
  cluster.start("b");
  await cluster.pass(3 * ENGINE_BEAT_MS);
  equal(a.hasPeers, true);
});
