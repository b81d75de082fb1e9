/**
 * Good definitions, each broken in one place after the other: every one is refused, at that place, with the fix.
 *
 * What breaks follows from the key: an expression that no longer parses, a target that is not there, a number that is a
 * text, a key that nobody knows.
 */

import assert from "node:assert/strict";
import { parseDefinition } from "./parse.ts";
import { formatDefinition } from "./format.ts";
import type { Definition } from "./definition.ts";
import type { JsonObject, JsonValue } from "../json.ts";

const MACHINE = `
name: order
initial: check
timeout: 30d
output: {total: context.total}
priority: 5
limit: {key: input.customer, max: 3}
on:
  cancel: {target: refused, guard: event.data.sure == true}
  error: {target: refused, codes: [E9]}
states:
  check:
    enter:
      - {task: score, code: input.amount * 2, input: {amount: context.amount}, timeout: 5s, retry: {maxAttempts: 5}}
      - {map: prices, items: context.lines, concurrency: 4, task: {code: input * 2, input: item.price}}
      - {start: child, workflow: audit, version: 2, input: {id: context.id}}
      - {set: {key: seen, expression: context.amount + 1}}
      - {map: parts, items: context.lines, start: {state: part, input: {line: item}}}
    exit: {send: {to: context.parent, event: checked, data: {ok: "true"}}}
    on:
      complete:
        - {target: review, guard: context.score > 10}
        - {target: done, guard: {code: input.context.score > 5}}
      error: [{target: refused, codes: [E1, E2]}]
      ping: {actions: {log: {expression: context.score}}}
    compensate: {task: undo, code: "null", delay: 1s, limit: {key: context.id, max: 1}}
  review:
    on: {approve: {target: done}, reject: {target: refused}}
    after: [{delay: 2d, target: refused, guard: context.amount > 5}, {delay: 3d, actions: {fail: {code: LATE, message: nobody came}}}]
  part: {enter: {start: {name: own, state: done, input: {n: context.line}}}}
  done: {final: completed}
  refused: {final: failed}
`;

const STEPS = `
id: order
name: Order
timeout: 30d
output: {total: context.total}
limit: {key: input.customer, max: 3}
steps:
  - id: price
    type: {script: {code: "({total: 3})", input: {a: context.a}, retry: {maxAttempts: 5}, timeout: 5s}}
    catch: [{codes: [E1], next: last}, {steps: [{id: sorry, type: {log: {expression: context.error}}}]}]
  - id: ask
    if: context.total > 2
    type: {act: {actions: [complete, back], back: price, outputs: [approved]}}
    timeout: [{after: 1d, steps: [{id: remind, type: {log: hello}}]}, {after: 2d, next: last}]
    next: [{to: price, if: context.again, max: 3}]
  - id: ways
    type:
      branches:
        - {id: one, if: context.total > 1, steps: [{id: first, type: {script: {code: "1"}}}]}
        - {id: two, needs: [one], steps: [{id: second, type: {set: {x: {expression: context.total + 1}}}}]}
        - {id: rest, else: true, steps: []}
  - id: list
    type: {each: {items: context.lines, as: line, steps: [{id: body, type: {send: {to: context.id, event: go}}}]}}
  - id: all
    type: {each: {items: context.lines, parallel: true, concurrency: 3, script: {code: input * 2, input: item.n}}}
  - id: beside
    type:
      parallel:
        - {id: left, if: context.total > 1, steps: [{id: third, type: {set: {y: 1}}}]}
        - {id: right, needs: [left], steps: [{id: stop, type: {fail: {code: NO_STOCK, message: none left}}}]}
    catch: [{codes: [NO_STOCK], next: last}]
  - id: parts
    type: {each: {items: context.lines, as: line, parallel: true, concurrency: 2, output: results, steps: [{id: part, type: {log: hello}}]}}
  - id: last
    type: {workflow: {workflow: audit, version: 1, input: {id: context.id}}}
`;

/** What to write in the place of a value, by its key, and what must be said of it then. */
const WRONG: Record<string, [value: JsonValue, told: RegExp][]> = {};

function wrong(keys: string, value: JsonValue, told: RegExp): void {
  for (const key of keys.split(" ")) (WRONG[key] ??= []).push([value, told]);
}

wrong("target initial state", "nowhere", /there is no state "nowhere"; the states are /);
wrong(
  "to next back",
  "nowhere",
  /there is no step "nowhere" in this list or around it; from here one may go to |unknown name "nowhere"; in reach here are/,
);
wrong("needs", "nowhere", /there is no branch "nowhere" beside this one; the others are /);
wrong("guard if items expression", "1 +", /cannot use this .*: does not parse: .*expected|unexpected/);
wrong("guard if", "1 + 1", /it must give true or false, but gives an int/);
wrong("items", "1 + 1", /it must give a list, but gives an int/);
wrong("code", "1 +* 2", /the code does not compile: Syntax error/);
wrong("code", 5, /must be (code \(a text\)|a failure's code: a text, .*), not 5/);
wrong(
  "timeoutMs delayMs afterMs timeout after delay",
  "soon",
  /such as "30s", "1h30m" or a number of milliseconds, not the text "soon"|must be/,
);
wrong(
  "maxAttempts concurrency version max priority",
  "many",
  /must be .*: a whole number from .* to .*, not the text "many"/,
);
wrong("maxAttempts concurrency version max", 0, /a whole number from 1 to .*, not 0/);
wrong(
  "name id event workflow key as",
  "a b",
  /"a b" cannot be .*: (a name|an id) has letters, digits|cannot use|must be/,
);
wrong("final", "maybe", /must be how an instance ends here: one of "completed", "failed", not the text "maybe"/);
wrong("codes", [], /has no code, so nothing is ever taken: give one, or leave it out/);
wrong("actions enter exit compensate", 5, /must be .*, not 5/);
wrong("on states", [1], /must be .*, not a list/);
wrong("steps branches parallel", 5, /must be (a list.*|true or false), not 5/);
wrong("type each script act map start send task fail", 5, /must be .*, not 5/);
wrong("retry limit", "many", /must be a (retry policy|limit): .*, not the text "many"/);
wrong("else parallel", "yes", /must be (true or false|a list.*), not the text "yes"/);
wrong("outputs", ["a b"], /"a b" cannot be a key of the context: a name has letters/);

/** Keys whose members have names of the author's choice, or whose content is the author's own. */
const FREE = new Set(["input", "output", "data", "states", "on", "set", "inputSchema", "document", "x"]);
/** What cannot be left out, by the key of which it is a member. */
const NEEDED: Record<string, string[]> = {
  task: ["code"],
  map: ["items"],
  fail: ["code"],
  workflow: ["workflow"],
  send: ["to", "event"],
  limit: ["max"],
  guard: ["code"],
  script: ["code"],
  type: [],
};

interface Broken {
  what: string;
  document: JsonObject;
  path: string;
  told: RegExp;
}

/** Every way to break a document in one place. */
function* brokenOf(document: JsonObject): Generator<Broken> {
  for (const { path, keys } of objectsIn(document, "", [])) {
    const key = keys.findLast((key) => typeof key === "string") as string | undefined ?? "";
    const isItem = typeof keys.at(-1) === "number";
    if (!FREE.has(key) || isItem) {
      yield broken(document, keys, path, "zzz", {
        set: 1,
        told: /(has no|no step is of type|does not belong here).*|make them two/,
      });
    }
    const object = at(document, keys) as JsonObject;
    const root = Object.hasOwn(document, "steps") ? ["id"] : ["name", "initial", "states"];
    for (const needed of key === "" ? root : NEEDED[key] ?? []) {
      if (!Object.hasOwn(object, needed) || (FREE.has(key) && key !== "")) continue;
      yield broken(document, keys, path, needed, { told: new RegExp(`needs "${needed}`) });
    }
    for (const member of Object.keys(object)) {
      if (FREE.has(key) && !isItem) continue;
      for (const [value, told] of WRONG[member] ?? []) {
        if (key === "" && member === "name" && Object.hasOwn(document, "id")) continue;
        // A failure's code is any text.
        if (key === "fail" && typeof value === "string") continue;
        yield broken(document, keys, path, member, { set: value, told });
      }
    }
  }
}

function* objectsIn(
  value: JsonValue,
  path: string,
  keys: (string | number)[],
): Generator<{ path: string; keys: (string | number)[] }> {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* objectsIn(item, `${path}[${index}]`, [...keys, index]);
  } else if (typeof value === "object" && value !== null) {
    yield { path, keys };
    for (const [key, member] of Object.entries(value)) {
      yield* objectsIn(member, path === "" ? key : `${path}.${key}`, [...keys, key]);
    }
  }
}

function at(value: JsonValue, keys: readonly (string | number)[]): JsonValue {
  return keys.reduce((value, key) => (value as JsonObject)[key], value);
}

function broken(
  document: JsonObject,
  keys: (string | number)[],
  path: string,
  member: string,
  { set, told }: { set?: JsonValue; told: RegExp },
): Broken {
  const copy = structuredClone(document);
  const object = at(copy, keys) as JsonObject;
  if (set === undefined) delete object[member];
  else object[member] = set;
  const what = `${path === "" ? member : `${path}.${member}`}: ${set === undefined ? "left out" : JSON.stringify(set)}`;
  return { what, document: copy, path, told };
}

function documentOf(text: string): JsonObject {
  const result = parseDefinition(text);
  assert.ok(result.ok, result.ok ? "" : JSON.stringify(result.problems));
  const { source, ...machine } = result.definition;
  return (source?.document ?? JSON.parse(formatDefinition(machine as Definition, "json"))) as JsonObject;
}

Deno.test("each of more than 200 broken definitions is refused, with the place and the fix", () => {
  const counts: number[] = [];
  const mistakes: string[] = [];
  for (const text of [MACHINE, STEPS]) {
    counts.push(0);
    for (const { what, document, path, told } of brokenOf(documentOf(text))) {
      counts[counts.length - 1]++;
      const result = parseDefinition({ text: JSON.stringify(document, null, 2), format: "json" });
      if (result.ok) {
        mistakes.push(`${what}: is accepted`);
        continue;
      }
      const near = result.problems.filter((problem) => problem.path.startsWith(path));
      if (!near.some(({ message }) => told.test(message))) {
        mistakes.push(`${what}: ${result.problems.map(({ path, message }) => `${path} ${message}`).join("; ")}`);
      }
      for (const { line, column } of result.problems) assert.ok(line! >= 1 && column! >= 1, what);
    }
  }
  assert.deepEqual(mistakes, []);
  const [machines, steps] = counts;
  assert.ok(machines + steps >= 200 && steps >= 60, `only ${machines} machines and ${steps} steps workflows`);
});
