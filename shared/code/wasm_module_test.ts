import assert from "node:assert/strict";
import { WASM_BYTES_MAX } from "../limits.ts";
import { compileCode } from "./compile.ts";
import { readWasmModule } from "./wasm_module.ts";

function example(name: string): string {
  return Deno.readFileSync(new URL(`../../examples/wasm/${name}.wasm`, import.meta.url)).toBase64();
}

function problemOf(base64: string): string {
  const read = readWasmModule(base64);
  assert(Array.isArray(read), "it was accepted");
  return read.map(({ message }) => message).join("\n");
}

const MAGIC = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];

Deno.test("readWasmModule() tells a core module from a WASI command", () => {
  for (const [name, abi] of [["pricing", "core"], ["envelope", "wasi"]] as const) {
    const read = readWasmModule(example(name));
    assert(!Array.isArray(read), JSON.stringify(read));
    assert.equal(read.abi, abi);
    assert.equal(read.bytesBase64, example(name));
  }
});

Deno.test("readWasmModule() gives one code for one module, however its base64 is laid out", () => {
  const base64 = example("pricing");
  const hashes = [base64, base64.replace(/.{60}/g, "$&\n")].map((text) => {
    const compilation = compileCode(text, "wasm");
    assert(compilation.ok);
    return compilation.hash;
  });
  assert.equal(hashes[0], hashes[1]);
});

Deno.test("readWasmModule() says what a module lacks", () => {
  const problem = problemOf(new Uint8Array(MAGIC).toBase64());
  for (const name of ["memory", "alloc", "execute"]) {
    assert.match(problem, new RegExp(`does not export the .* "${name}"`));
  }
  assert.match(problem, /it exports nothing/);
});

Deno.test("readWasmModule() refuses what is no module, no base64 or too large", () => {
  assert.match(problemOf("%%%"), /not base64/);
  assert.match(problemOf(""), /not a WASM module/);
  assert.match(problemOf(new Uint8Array([...MAGIC, 1, 200]).toBase64()), /not a WASM module/);
  assert.match(problemOf(new Uint8Array(WASM_BYTES_MAX + 1).toBase64()), /at most/);
});
