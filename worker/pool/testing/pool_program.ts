/** A worker process for tests: opens a pool, runs an endless loop on it, prints the pool's processes and waits. */

import { compileCode } from "../../../shared/code/compile.ts";
import { openPool } from "../process_pool.ts";

const pool = await openPool({ slots: 2, queueMax: 10, executionsPerIsolateMax: 100, isolateGrowthBytesMax: 1e9 });
const compilation = compileCode("for (;;);", "javascript");
if (!compilation.ok) throw new Error("unreachable");
void pool.execute({
  label: "loop",
  codeHash: compilation.hash,
  code: compilation.code,
  input: new TextEncoder().encode("{}"),
  timeoutMs: 600_000,
  memoryBytes: 64 << 20,
});
console.log("running");
setInterval(() => {}, 1_000);
