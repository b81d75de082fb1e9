/**
 * The global names a task can use, and nothing else. Built once, after lockdown; shared by all executions.
 *
 * - G1: every object reachable from here is frozen, deeply, so that it cannot carry anything from one task to the next.
 * - G2: nothing reachable from here leads to a function constructor, an evaluator, a module loader or the real global.
 * - G3: functions with an effect act on the current execution only; they hold no state of their own.
 */

import { taskConsole } from "./console.ts";
import { taskCrypto } from "./crypto.ts";
import { taskDate, taskMath } from "./date_and_math.ts";
import { structuredClone } from "./structured_clone.ts";
import { taskTimers } from "./timers.ts";

/** Intrinsics that every task gets as SES hands them to a compartment: tamed and frozen. */
const INTRINSICS = [
  "isFinite isNaN parseFloat parseInt decodeURI decodeURIComponent encodeURI encodeURIComponent escape unescape",
  "Object Boolean Symbol Number BigInt String RegExp JSON Reflect Proxy Promise Iterator",
  "Array ArrayBuffer DataView Int8Array Int16Array Int32Array Uint8Array Uint8ClampedArray Uint16Array Uint32Array",
  "BigInt64Array BigUint64Array Map Set WeakMap WeakSet Temporal",
  "Error EvalError RangeError ReferenceError SyntaxError TypeError URIError AggregateError",
].join(" ").split(" ");

/**
 * Intrinsics that SES withholds because bits of a NaN could carry a message; there is nobody to carry one to.
 */
const FLOATS = ["Float16Array", "Float32Array", "Float64Array"];

/** Host classes and functions that are safe once hardened. */
const HOST = [
  "URL",
  "URLSearchParams",
  "TextEncoder",
  "TextDecoder",
  "atob",
  "btoa",
  "DOMException",
];

type Bag = Record<string, unknown>;

/** Collects the names and what they stand for. Called once, after lockdown and before the real global is emptied. */
export function createTaskGlobals(): Bag {
  const real = globalThis as unknown as Bag;
  const compartment = new Compartment().globalThis as Bag;
  const globals: Bag = Object.create(null);
  for (const name of INTRINSICS) {
    if (name in compartment) globals[name] = compartment[name];
  }
  // Static functions that hand blobs to the whole process.
  delete (URL as Partial<typeof URL>).createObjectURL;
  delete (URL as Partial<typeof URL>).revokeObjectURL;
  for (const name of [...FLOATS, ...HOST]) globals[name] = real[name];
  Object.assign(globals, taskTimers, {
    // The tamed one, which compiles nothing. A compartment's own would, in a scope that all tasks would share.
    Function: Object.getPrototypeOf(() => {}).constructor,
    structuredClone,
    console: taskConsole,
    crypto: taskCrypto,
    Date: taskDate(),
    Math: taskMath(compartment.Math as Math),
  });
  for (const hidden of hiddenPrototypes()) harden(hidden);
  return harden(globals);
}

/** Objects that host functions return or throw, and whose prototypes no global name leads to (G1). */
function hiddenPrototypes(): unknown[] {
  const params = new URLSearchParams("a=b");
  return [
    Object.getPrototypeOf(params.entries()),
    Object.getPrototypeOf(params.keys()),
    Object.getPrototypeOf(params.values()),
    (globalThis as unknown as Bag).CryptoKey,
    (globalThis as unknown as Bag).QuotaExceededError,
  ];
}
