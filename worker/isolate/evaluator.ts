/**
 * Turns a script's body into a function that runs it in a scope of its own.
 *
 * The body is put into a strict async function inside `with (scope)`, as SES's own evaluator does, but once per code
 * instead of once per execution: with all intrinsics frozen, only the scope needs to be fresh, and each execution gets
 * a fresh closure and fresh bindings from the same compiled text.
 *
 * - V1: the body is a function body by itself, so that it cannot close the wrapper and stand outside of it.
 * - V2: it holds no text that V8 could take for a dynamic import or import.meta, in any comment or string.
 * - V3: a name is the body's own, one of the task's globals, or not defined: the real global is out of reach.
 * - V4: strict, `this` is undefined, `arguments` holds the input only, and the wrapper has no name that the body sees.
 */

import type { CompiledScript } from "../../shared/code/compiled_code.ts";
import { platform } from "./platform.ts";

/** A run of the script with one input. */
export type Run = (input: unknown) => Promise<unknown>;

/** The name that V8 gives the script's frames. */
export const SCRIPT_NAME = "task.js";
/** Lines of the compiled text before the body: two that V8's function constructor writes, and the wrapper's. */
export const LINES_BEFORE_BODY = 3;

/** V2. An `import` keyword cannot be written with escapes, so that the plain text is all there is to look for. */
const IMPORT_TEXT = /import\s*(?:[(.]|\/[/*])/;

type Bag = Record<string, unknown>;

const realGlobal = globalThis;

/** Stands behind the task's own names: hides whatever the real global still has (V3). */
const outerScope = new platform.Proxy(Object.freeze(Object.create(null)), {
  has: (_target, name) => name in realGlobal && name !== "undefined" && name !== "NaN" && name !== "Infinity",
  get: () => undefined,
  set: (_target, name) => {
    throw new ReferenceError(`${String(name)} is not defined`);
  },
});

/** Compiles a body. Throws a SyntaxError or TypeError for one that the registration would have refused. */
export function createRun(script: CompiledScript, globals: Bag): Run {
  const { body } = script;
  if (IMPORT_TEXT.test(body)) throw new TypeError("The code holds an import"); // V2
  new platform.AsyncFunction(`"use strict";${body}`); // V1
  const names = namesIn(body, globals);
  const factory = new platform.Function(
    `with (this) { return function (${names.join(", ")}) { "use strict"; return async function () {\n` +
      `${body}\n}; }; }\n//# sourceURL=${SCRIPT_NAME}`,
  );
  const bind = Reflect.apply(factory, outerScope, []) as (...values: unknown[]) => Run;
  const values = names.map((name) => globals[name]);
  const inputAt = names.indexOf("input");
  const globalAt = names.indexOf("globalThis");
  return (input) => {
    const fresh = values.slice();
    if (inputAt >= 0) fresh[inputAt] = input;
    if (globalAt >= 0) fresh[globalAt] = freshGlobal(globals, input);
    return Reflect.apply(Reflect.apply(bind, undefined, fresh), undefined, [input]);
  };
}

/** Names of the task's globals that the text may mean; all of them when it may spell one with an escape. */
function namesIn(body: string, globals: Bag): string[] {
  const known = ["input", "globalThis", ...Object.keys(globals)];
  if (body.includes("\\u")) return known;
  const words = new Set(body.match(/[A-Za-z]\w*/g));
  return known.filter((name) => words.has(name));
}

/** What `globalThis` is for one execution: an object of its own that has the task's globals. */
function freshGlobal(globals: Bag, input: unknown): Bag {
  const global: Bag = Object.create(Object.prototype);
  for (const name of Object.keys(globals)) {
    Object.defineProperty(global, name, { value: globals[name], writable: true, configurable: true });
  }
  global.input = input;
  global.globalThis = global;
  return global;
}
