/** Code that this isolate has been sent, by the number the worker process gave it. The worker process bounds it. */

import type { CompiledCode } from "../../shared/code/compiled_code.ts";
import { createRun } from "./evaluator.ts";
import { platform } from "./platform.ts";
import type { LoadedCode } from "./run.ts";

type Bag = Record<string, unknown>;

/** What can be run, by number. */
export class CodeCache {
  readonly #globals: Bag;
  readonly #loaded = new Map<number, LoadedCode>();

  constructor(globals: Bag) {
    this.#globals = globals;
  }

  /** Compiles code. Code that cannot be compiled fails the executions that want it, not the isolate. */
  add(id: number, code: CompiledCode): void {
    this.#loaded.set(id, { code, call: this.#compile(code) });
  }

  get(id: number): LoadedCode | undefined {
    return this.#loaded.get(id);
  }

  remove(id: number): void {
    this.#loaded.delete(id);
  }

  #compile(code: CompiledCode): LoadedCode["call"] {
    try {
      if (code.kind === "wasm") throw new TypeError("no wasm");
      const run = createRun(code, this.#globals);
      return (input) => run(JSON.parse(platform.decoder.decode(input)));
    } catch (thrown) {
      return () => platform.Promise.reject(thrown);
    }
  }
}
