/**
 * What the isolate keeps for itself of the platform, taken before anything is removed or locked down.
 *
 * Nothing of this file is ever handed to a task.
 */

/** The intrinsics and host functions the isolate works with. */
export const platform = {
  readSync: Deno.stdin.readSync.bind(Deno.stdin),
  writeSync: Deno.stdout.writeSync.bind(Deno.stdout),
  setTimeout: globalThis.setTimeout,
  clearTimeout: globalThis.clearTimeout,
  setImmediate: (globalThis as unknown as { setImmediate: (callback: () => void) => void }).setImmediate,
  nowMs: performance.now.bind(performance),
  crypto: globalThis.crypto,
  subtle: globalThis.crypto.subtle,
  addEventListener: globalThis.addEventListener.bind(globalThis) as typeof globalThis.addEventListener,
  postMessage: (self as unknown as { postMessage: (message: unknown) => void }).postMessage.bind(self),
  atomicAdd: Atomics.add,
  atomicLoad: Atomics.load,
  WebAssembly: globalThis.WebAssembly,
  AsyncFunction: Object.getPrototypeOf(async function () {}).constructor as FunctionConstructor,
  Function: globalThis.Function,
  Promise: globalThis.Promise,
  Error: globalThis.Error,
  Date: globalThis.Date,
  Proxy: globalThis.Proxy,
  Int32Array: globalThis.Int32Array,
  Float64Array: globalThis.Float64Array,
  DOMException: globalThis.DOMException,
  TextDecoder: globalThis.TextDecoder,
  fromBase64: Uint8Array.fromBase64.bind(Uint8Array),
  encoder: new TextEncoder(),
  decoder: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }),
} as const;
