/**
 * The suites that need a FoundationDB, on one: the store's contract, engines in real time, and chaos.
 *
 * `deno task test:fdb` takes the cluster of FDB_CLUSTER_FILE; without one it starts a throw-away server on loopback,
 * where fdbserver and fdbcli are installed, and removes it afterwards. Where there is neither, it says so.
 */

import { findFdb, startFdb } from "../engine/store/testing/fdb_server.ts";

const SUITES = ["engine/store/fdb_store_test.ts", "tests/engines_on_stores_test.ts"];
const CHAOS_SECONDS = "30";

const target = findFdb();
if (target === undefined) {
  console.log("FoundationDB: not on this machine (no FDB_CLUSTER_FILE, no fdbserver on PATH)");
  console.log("NOTHING WAS RUN: install foundationdb-server and foundationdb-clients, or set FDB_CLUSTER_FILE");
  Deno.exit(0);
}
const cluster = await startFdb(target);
let failed = false;
try {
  const env = { FDB_CLUSTER_FILE: cluster.clusterFile };
  failed = !await run(["test", "-P=test", "--no-prompt", "--lock=deno.dev.lock", ...SUITES], env);
} finally {
  await cluster.stop();
}
// Chaos takes a server of its own, to kill it too.
failed = !await run(["run", "-P=test", "tests/chaos/main.ts", "--store", "fdb", "--seconds", CHAOS_SECONDS], {}) ||
  failed;
console.log(`FoundationDB: the suites ran on a real server${failed ? ", and FAILED" : ""}`);
Deno.exit(failed ? 1 : 0);

async function run(args: string[], env: Record<string, string>): Promise<boolean> {
  const { success } = await new Deno.Command(Deno.execPath(), { args, env }).spawn().status;
  return success;
}
