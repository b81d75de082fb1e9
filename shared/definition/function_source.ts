/**
 * Functions in definitions: the source of a function is taken, and runs elsewhere, later, in an isolate.
 *
 * - F1 What the function uses of its surroundings would not be there; it is refused, by name, when it is written.
 * - F2 The text is what the function's own toString() gives: TypeScript's types are gone by then.
 */

import { freeVariables } from "../code/free_variables.ts";
import { parseJavascript } from "../code/parser.ts";
import { TASK_GLOBALS } from "../code/task_globals.ts";
import type { Problem } from "../errors.ts";
import { JSON_DEPTH_MAX } from "../limits.ts";
import { Place } from "./place.ts";

/** A function of a task: takes what the task's input is, and gives its output. */
// deno-lint-ignore no-explicit-any -- what a task receives is JSON that its author knows the type of
export type TaskFunction = (input: any) => unknown;

/** A copy with code in the place of functions, and what is wrong with those that cannot be taken. */
export interface WithSources {
  value: unknown;
  problems: Problem[];
}

/**
 * Replaces the functions of a definition, where code may stand, by their source. Others are left, for the reader of the
 * definition to refuse.
 */
export function withFunctionSources(source: unknown): WithSources {
  const problems: Problem[] = [];
  const copy = (value: unknown, place: Place, { key, depth }: { key: string; depth: number }): unknown => {
    if (typeof value === "function" && (key === "code" || key === "guard")) {
      const code = codeOf(value as TaskFunction, place, problems);
      return key === "guard" ? { code } : code;
    }
    // What is nested deeper, or within itself, is refused by the reader.
    if (typeof value !== "object" || value === null || depth > JSON_DEPTH_MAX) return value;
    if (Array.isArray(value)) {
      return value.map((item, index) => copy(item, place.item(index), { key, depth: depth + 1 }));
    }
    if (Object.getPrototypeOf(value) !== Object.prototype) return value;
    const members = Object.entries(value).map(([key, part]) => [
      key,
      copy(part, place.member(key), { key, depth: depth + 1 }),
    ]);
    return Object.fromEntries(members);
  };
  return { value: copy(source, new Place(""), { key: "", depth: 0 }), problems };
}

/** A module whose default export is the function. What cannot be taken becomes code that is harmless. */
function codeOf(task: TaskFunction, place: Place, problems: Problem[]): string {
  const refuse = (message: string, at?: { line: number; column: number }) => {
    const position = at === undefined ? "" : ` (line ${at.line}, column ${at.column} of the function)`;
    problems.push({ path: place.path, message: `cannot take ${nameOf(task)}: ${message}${position}` });
    return "null";
  };
  const text = task.toString();
  if (/^class\b/.test(text)) return refuse("it is a class; give a function");
  if (/\{\s*\[native code\]\s*\}$/.test(text)) return refuse("it is built in or bound, so it has no source");
  if (/^(async\s+)?(function\s*)?\*/.test(text)) return refuse("it is a generator; give a function that returns");
  const code = toModule(text);
  if (code === undefined) return refuse("its source cannot be read by itself; give an arrow function or a function");
  const missing = freeVariables(code).filter(({ name }) => !TASK_GLOBALS.has(name));
  if (missing.length === 0) return code;
  const [{ line, column }] = missing;
  const names = missing.map(({ name }) => name);
  const captured = listOf(names.filter((name) => !(name in globalThis)));
  const globals = listOf(names.filter((name) => name in globalThis));
  const message = [
    ...(captured === "" ? [] : [
      `it captures ${captured} from its surroundings, which are not there when it runs in an isolate; ` +
      "declare it inside, or pass it through the task's input",
    ]),
    ...(globals === "" ? [] : [`it uses ${globals}, which isolates do not have: a task reaches nothing but its input`]),
  ].join("; ");
  return refuse(message, { line, column: line === 1 ? Math.max(1, column - code.indexOf(text)) : column });
}

/** As `"a", "b" and "c"`. */
function listOf(names: readonly string[]): string {
  const quoted = names.map((name) => `"${name}"`);
  return [quoted.slice(0, -1).join(", "), ...quoted.slice(-1)].filter((part) => part !== "").join(" and ");
}

function nameOf(task: TaskFunction): string {
  return task.name === "" || task.name === "code" || task.name === "guard"
    ? "this function"
    : `the function ${task.name}`;
}

/** An arrow, a function, or a method's short form, which is none outside of an object. */
function toModule(text: string): string | undefined {
  for (const code of [`export default ${text};`, `export default Object.values({ ${text} })[0];`]) {
    try {
      parseJavascript(code);
      return code;
    } catch {
      // The other form, or none.
    }
  }
}
