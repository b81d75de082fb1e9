/**
 * Reads a WASM module at registration: whether it is one, which of the two interfaces it has, and what it lacks.
 *
 * The module is compiled, never instantiated: nothing of it runs here.
 */

import type { Problem } from "../errors.ts";
import { WASM_BYTES_MAX } from "../limits.ts";
import type { CompiledWasm } from "./compiled_code.ts";

/** The module WASI preview 1 functions are imported from. */
export const WASI_MODULE = "wasi_snapshot_preview1";

/** What a core module has to export. */
const CORE_EXPORTS = { memory: "memory", alloc: "function", execute: "function" } as const;

/** Reads base64 of a module's bytes. */
export function readWasmModule(base64: string): CompiledWasm | Problem[] {
  const bytes = decodeBase64(base64);
  if (bytes === undefined) return problem("The module is not base64; give the bytes of a .wasm file in base64");
  if (bytes.length > WASM_BYTES_MAX) {
    return problem(`The module has ${bytes.length} bytes; at most ${WASM_BYTES_MAX} are taken`);
  }
  const module = compile(bytes);
  if (typeof module === "string") return problem(`The bytes are not a WASM module: ${module}`);
  const imports = WebAssembly.Module.imports(module);
  const exports = WebAssembly.Module.exports(module);
  const abi = imports.some((item) => item.module === WASI_MODULE) || hasExport(exports, "_start", "function")
    ? "wasi"
    : "core";
  const problems = abi === "wasi" ? wasiProblems(imports, exports) : coreProblems(imports, exports);
  return problems.length > 0 ? problems : { kind: "wasm", abi, bytesBase64: bytes.toBase64() };
}

function decodeBase64(base64: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.fromBase64(base64);
  } catch {
    return undefined;
  }
}

function compile(bytes: Uint8Array<ArrayBuffer>): WebAssembly.Module | string {
  try {
    return new WebAssembly.Module(bytes);
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message.slice(0, 512) : String(thrown);
  }
}

function coreProblems(
  imports: WebAssembly.ModuleImportDescriptor[],
  exports: WebAssembly.ModuleExportDescriptor[],
): Problem[] {
  const problems: Problem[] = [];
  for (const [name, kind] of Object.entries(CORE_EXPORTS)) {
    if (hasExport(exports, name, kind)) continue;
    problems.push(...problem(`The module does not export the ${kind} "${name}"; it exports ${list(exports)}`));
  }
  for (const item of imports) {
    if (item.module === "env" && item.name === "abort" && item.kind === "function") continue;
    problems.push(...problem(`The module imports ${describe(item)}; a core module may import nothing but env.abort`));
  }
  return problems.slice(0, 10);
}

function wasiProblems(
  imports: WebAssembly.ModuleImportDescriptor[],
  exports: WebAssembly.ModuleExportDescriptor[],
): Problem[] {
  const problems: Problem[] = [];
  for (const [name, kind] of [["memory", "memory"], ["_start", "function"]] as const) {
    if (hasExport(exports, name, kind)) continue;
    problems.push(...problem(`The WASI command does not export the ${kind} "${name}"; it exports ${list(exports)}`));
  }
  for (const item of imports) {
    if (item.module === WASI_MODULE && item.kind === "function") continue;
    problems.push(...problem(`The WASI command imports ${describe(item)}; only functions of ${WASI_MODULE} are there`));
  }
  return problems.slice(0, 10);
}

function hasExport(exports: WebAssembly.ModuleExportDescriptor[], name: string, kind: string): boolean {
  return exports.some((item) => item.name === name && item.kind === kind);
}

function describe(item: WebAssembly.ModuleImportDescriptor): string {
  return `the ${item.kind} "${`${item.module}.${item.name}`.slice(0, 128)}"`;
}

function list(exports: WebAssembly.ModuleExportDescriptor[]): string {
  if (exports.length === 0) return "nothing";
  const names = exports.slice(0, 20).map((item) => `${item.kind} "${item.name.slice(0, 64)}"`);
  return names.join(", ") + (exports.length > 20 ? ", …" : "");
}

function problem(message: string): Problem[] {
  return [{ path: "", message }];
}
