/** Code that this isolate has been sent, by the number the worker process gave it. The worker process bounds it. */

import type { CompiledCode, CompiledWasm } from "../../shared/code/compiled_code.ts";
import { createRun } from "./evaluator.ts";
import { platform } from "./platform.ts";
import type { LoadedCode } from "./run.ts";
import { runCore } from "./wasm_core.ts";
import { runWasi } from "./wasm_wasi.ts";

type Bag = Record<string, unknown>;

/** What can be run, by number. */
export class CodeCache {
  readonly #globals: Bag;
  readonly #loaded = new Map<number, LoadedCode>();

  constructor(globals: Bag) {
    this.#globals = globals;
  }

  /** Keeps code; it is compiled in its first execution, so that its time and memory are that execution's. */
  add(id: number, code: CompiledCode): void {
    let compiled: LoadedCode["call"] | undefined;
    this.#loaded.set(id, { code, call: (input) => (compiled ??= this.#compile(code))(input) });
  }

  get(id: number): LoadedCode | undefined {
    return this.#loaded.get(id);
  }

  remove(id: number): void {
    this.#loaded.delete(id);
  }

  #compile(code: CompiledCode): LoadedCode["call"] {
    if (code.kind === "wasm") return loadWasm(code);
    const run = createRun(code, this.#globals);
    return (input) => run(JSON.parse(platform.decoder.decode(input)));
  }
}

function loadWasm(code: CompiledWasm): LoadedCode["call"] {
  const module = new platform.WebAssembly.Module(platform.fromBase64(code.bytesBase64));
  const run = code.abi === "core" ? runCore : runWasi;
  // deno-lint-ignore require-await -- a trap becomes a rejection, as with scripts
  return async (input) => run(module, input);
}
