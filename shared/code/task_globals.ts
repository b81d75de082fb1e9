/** The names that task code finds without declaring them; a test holds them against what isolates have. */

const NAMES = [
  "undefined NaN Infinity globalThis arguments",
  "isFinite isNaN parseFloat parseInt decodeURI decodeURIComponent encodeURI encodeURIComponent escape unescape",
  "Object Function Boolean Symbol Number BigInt String RegExp JSON Reflect Proxy Promise Iterator Math Date",
  "Array ArrayBuffer DataView Int8Array Int16Array Int32Array Uint8Array Uint8ClampedArray Uint16Array Uint32Array",
  "BigInt64Array BigUint64Array Float16Array Float32Array Float64Array Map Set WeakMap WeakSet Temporal",
  "Error EvalError RangeError ReferenceError SyntaxError TypeError URIError AggregateError DOMException",
  "URL URLSearchParams TextEncoder TextDecoder atob btoa structuredClone console crypto",
  "setTimeout clearTimeout setInterval clearInterval queueMicrotask",
];

export const TASK_GLOBALS: ReadonlySet<string> = new Set(NAMES.flatMap((line) => line.split(" ")));
