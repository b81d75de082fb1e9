/**
 * What the engine stores of a task's code and a worker receives: code that an isolate can evaluate without parsing it
 * again, plus what is needed to lead an error back to the author's source.
 */

/** Code ready to run. Immutable; known by its hash. */
export type CompiledCode = CompiledScript | CompiledWasm;

export interface CompiledScript {
  kind: "script";
  /**
   * Statements of an async function body that ends in `return`: TypeScript types are stripped, the last expression or
   * the default export has become the result. Line breaks are those of the author's source.
   */
  body: string;
  /** Text inserted into the author's lines, ascending: a column after it is too high by `chars`. */
  insertions: { line: number; column: number; chars: number }[];
}

export interface CompiledWasm {
  kind: "wasm";
  /** `core`: exports memory, alloc and execute. `wasi`: a preview 1 command. */
  abi: "core" | "wasi";
  /** The module's bytes in base64. */
  bytesBase64: string;
}
