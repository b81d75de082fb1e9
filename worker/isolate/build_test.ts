import assert from "node:assert/strict";
import { buildIsolate, readIsolate } from "./build.ts";

Deno.test("gen/isolate.js is what a build gives", async () => {
  assert(await buildIsolate() === await readIsolate(), "run deno run -A worker/isolate/build.ts");
});
