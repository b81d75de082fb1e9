/**
 * Makes the isolate's realm safe for code nobody trusts, in three steps: lock what the language has, then (elsewhere)
 * build the tasks' globals, then empty the real global.
 *
 * - L1: every intrinsic is frozen, so that no task can leave a trace in one or trick the isolate's own code with one.
 * - L2: no function constructor reachable from a value compiles code (SES replaces them).
 * - L3: the real global keeps only the intrinsics: no Deno, no Worker, no messages, no WebAssembly. A task cannot reach
 *   it; this is what one that did would find.
 */

import { platform } from "./platform.ts";

/** Locks the intrinsics and takes uncaught rejections. To be called once, first. */
export function lockRealm(onUncaught: (thrown: unknown) => void): void {
  platform.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    onUncaught((event as PromiseRejectionEvent).reason);
  });
  lockdown({
    errorTaming: "unsafe",
    consoleTaming: "unsafe",
    localeTaming: "unsafe",
    overrideTaming: "moderate",
    stackFiltering: "verbose",
    reporting: "none",
  });
}

/** Intrinsics that the isolate's own code, or V8, looks up by name. */
const KEPT = new Set(
  [
    "Infinity NaN undefined Object Function Array Number String Boolean Symbol BigInt Math JSON Reflect Proxy Promise",
    "Map Set WeakMap WeakSet RegExp Date Error TypeError RangeError SyntaxError ReferenceError EvalError URIError",
    "ArrayBuffer DataView Int8Array Int16Array Int32Array Uint8Array Uint8ClampedArray Uint16Array Uint32Array",
    "Float16Array Float32Array Float64Array BigInt64Array BigUint64Array",
  ].join(" ").split(" "),
);

/** What Deno itself calls on the global to report a rejected promise; it needs its own symbols there, too. */
const DISPATCH = new Set(["dispatchEvent", "getParent"]);

/** Removes from the real global, and from what it inherits, everything but the intrinsics (L3). */
export function emptyRealGlobal(): void {
  const real = globalThis as unknown as Record<PropertyKey, unknown>;
  for (let holder: object | null = real; holder !== null && holder !== Object.prototype;) {
    for (const key of Reflect.ownKeys(holder)) {
      if (typeof key === "symbol" || (holder === real ? KEPT : DISPATCH).has(key)) continue;
      Reflect.deleteProperty(holder, key);
    }
    holder = Object.getPrototypeOf(holder);
  }
}
