import { deepEqual, ok } from "node:assert/strict";
import { findFdb } from "../../engine/store/testing/fdb_server.ts";
import { runChaos } from "./chaos.ts";

const SECONDS = 10;

Deno.test("processes killed and stopped under load cost no acknowledged instance, on SQLite", async () => {
  const { problems, instances } = await runChaos({ seconds: SECONDS, seed: 1, store: "sqlite" });
  deepEqual(problems, []);
  ok(instances >= 20, `only ${instances} instances`);
});

if (findFdb() !== undefined) {
  Deno.test("processes killed and stopped under load cost no acknowledged instance, on FoundationDB", async () => {
    const { problems } = await runChaos({ seconds: SECONDS, seed: 2, store: "fdb" });
    deepEqual(problems, []);
  });
}
