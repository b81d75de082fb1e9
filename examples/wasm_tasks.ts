/**
 * Tasks in WebAssembly: a core module and a WASI command.
 *
 *   deno run -A examples/wasm_tasks.ts
 *
 * Shows: `language: wasm`, with the module's bytes in base64 as code. A core module exports `memory`, `alloc` and `execute`
 * and handles JSON in its memory; this one is AssemblyScript (examples/wasm/pricing.as). A WASI command reads JSON from
 * stdin and writes JSON to stdout (examples/wasm/envelope.wat). `deno task wasm` builds both anew.
 */

import { WorkflowEngine } from "../embedded/workflow_engine.ts";

const read = async (name: string) => (await Deno.readFile(new URL(`wasm/${name}.wasm`, import.meta.url))).toBase64();

const engine = await WorkflowEngine.open({ isolates: 2 });
try {
  await engine.client.register({
    name: "wasm",
    initial: "running",
    states: {
      running: {
        enter: [
          { task: { name: "priced", language: "wasm", code: await read("pricing") } },
          { task: { name: "wrapped", language: "wasm", code: await read("envelope") } },
        ],
      },
    },
  });
  const { context } = await engine.client.start("wasm", { input: { price: 250, quantity: 4 }, waitMs: 30_000 });
  console.log({ priced: context?.priced, wrapped: context?.wrapped });
  if (JSON.stringify(context?.priced) !== '{"total":1000}') throw new Error("the core module gave something else");
  if (JSON.stringify(context?.wrapped) !== '{"received":{"price":250,"quantity":4}}') {
    throw new Error("the command did");
  }
  console.log("Done: a core module and a WASI command");
} finally {
  await engine.close();
}
