import { deepEqual, equal, ok } from "node:assert/strict";
import { SHARDS } from "../keyspace.ts";
import { ownerOf } from "./shard_owner.ts";

const shards = Array.from({ length: SHARDS }, (_, shard) => shard);
const owners = (engines: string[]) => shards.map((shard) => ownerOf(shard, engines));

Deno.test("ownerOf() gives every shard to one of the engines, whatever their order", () => {
  const engines = ["a", "b", "c", "d"];
  deepEqual(owners(engines), owners([...engines].reverse()));
  ok(owners(engines).every((owner) => engines.includes(owner!)));
  equal(ownerOf(0, []), undefined);
});

Deno.test("ownerOf() moves only the shards of the engine that left", () => {
  const engines = ["a", "b", "c", "d"];
  const before = owners(engines);
  const after = owners(engines.filter((engine) => engine !== "c"));
  shards.forEach((shard) => {
    if (before[shard] !== "c") equal(after[shard], before[shard]);
  });
});

Deno.test("ownerOf() gives engines like shares over many clusters", () => {
  const counts = new Map<string, number>();
  for (let cluster = 0; cluster < 200; cluster++) {
    owners([1, 2, 3, 4].map((index) => `engine-${cluster}-${index}`)).forEach((owner) => {
      const place = owner!.at(-1)!;
      counts.set(place, (counts.get(place) ?? 0) + 1);
    });
  }
  for (const count of counts.values()) ok(count > 700 && count < 900, `${count} of 3200 shards`);
});
