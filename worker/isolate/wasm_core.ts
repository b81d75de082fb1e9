/**
 * Runs a core WASM module: `alloc(len) -> ptr`, `execute(ptr, len) -> i64` (pointer << 32 | length), JSON both ways.
 *
 * Each execution gets an instance of its own, so that its memory and globals begin anew.
 */

import { OutputError } from "./json_output.ts";
import { platform } from "./platform.ts";

const { WebAssembly } = platform;

interface CoreExports {
  memory: WebAssembly.Memory;
  alloc(bytes: number): number;
  execute(pointer: number, bytes: number): bigint;
}

/** The result of one execution of a core module. Throws what the module's traps throw. */
export function runCore(module: WebAssembly.Module, input: Uint8Array): unknown {
  const instance = new WebAssembly.Instance(module, { env: { abort } });
  const { memory, alloc, execute } = instance.exports as unknown as CoreExports;
  const pointer = Number(alloc(input.length)) >>> 0;
  bytesOf(memory, pointer, input.length, "alloc").set(input);
  const result: unknown = execute(pointer, input.length);
  if (typeof result !== "bigint") {
    throw new OutputError("INVALID_OUTPUT", "execute must return an i64: pointer << 32 | length");
  }
  const bits = BigInt.asUintN(64, result);
  return parseOutput(bytesOf(memory, Number(bits >> 32n), Number(bits & 0xffff_ffffn), "execute"));

  /** What AssemblyScript calls on a failed assertion. */
  function abort(message: number, file: number, line: number, column: number): never {
    const text = readAssemblyScriptText((instance.exports as unknown as CoreExports).memory, message);
    throw new platform.Error(`${text || "abort"} at ${readAssemblyScriptText(memory, file)}:${line}:${column}`);
  }
}

/** The JSON value in bytes that a module gave. */
export function parseOutput(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(platform.decoder.decode(bytes));
  } catch {
    throw new OutputError("INVALID_OUTPUT", `The module's ${bytes.length} bytes of output are not JSON in UTF-8`);
  }
}

function bytesOf(memory: WebAssembly.Memory, pointer: number, length: number, from: string): Uint8Array {
  const { byteLength } = memory.buffer;
  if (pointer + length > byteLength) {
    throw new OutputError(
      "INVALID_OUTPUT",
      `${from} gave pointer ${pointer} for ${length} bytes, but the memory has ${byteLength}`,
    );
  }
  return new Uint8Array(memory.buffer, pointer, length);
}

/** A string of AssemblyScript: UTF-16, its length in bytes in the four bytes before it. */
function readAssemblyScriptText(memory: WebAssembly.Memory, pointer: number): string {
  const view = new DataView(memory.buffer);
  const at = pointer >>> 0;
  if (at < 4 || at > view.byteLength) return "";
  const bytes = Math.min(view.getUint32(at - 4, true), 1024, view.byteLength - at);
  let text = "";
  for (let i = 0; i + 1 < bytes; i += 2) text += String.fromCharCode(view.getUint16(at + i, true));
  return text;
}
