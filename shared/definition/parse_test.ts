import assert from "node:assert/strict";
import { DegovError, type Problem } from "../errors.ts";
import { PROBLEMS_MAX } from "../limits.ts";
import type { Definition } from "./definition.ts";
import { definitionRefused, parseDefinition } from "./parse.ts";

function accepted(source: unknown): Definition {
  const result = parseDefinition(source);
  assert.ok(result.ok, result.ok ? "" : definitionRefused(result.problems).message);
  return result.definition;
}

function refused(source: unknown): Problem[] {
  const result = parseDefinition(source);
  assert.ok(!result.ok, "the definition is accepted");
  return result.problems;
}

/** `path line:column message` of each problem. */
function told(source: unknown): string[] {
  return refused(source).map(({ path, line, column, message }) => `${path} ${line ?? "-"}:${column ?? "-"} ${message}`);
}

const FOUR_MISTAKES = `name: order
initial: review
states:
  review:
    enter:
      - task: score
        code: |
          const factor = 2;
          input.amount +* factor
      - notify: customer
    on:
      approve:
        - target: dnoe
          guard: context.score >
        - target: done
  done:
    final: true
`;

Deno.test("[R1] parseDefinition() tells a missing target, an unknown action, a bad guard and bad code in one go", () => {
  const problems = refused({ text: FOUR_MISTAKES, fileName: "order.yaml" });
  assert.deepEqual(problems.map(({ path, line, column }) => [path, line, column]), [
    ["states.review.enter[0].code", 2, 15],
    ["states.review.enter[1]", 10, 9],
    ["states.review.on.approve[0].target", 13, 19],
    ["states.review.on.approve[0].guard", 1, 16],
  ]);
  assert.match(problems[0].message, /^the code does not compile: .* \(line 9, column 25 of the document\)$/);
  assert.match(
    problems[1].message,
    /^unknown action "notify"; an action has "task", "set", "log", "map", "start", "send" or "fail"$/,
  );
  assert.equal(problems[2].message, 'there is no state "dnoe"; did you mean "done"?');
  assert.match(
    problems[3].message,
    /^cannot use this guard: does not parse: .* \(line 14, column 33 of the document\)$/,
  );
});

Deno.test("[R1] parseDefinition() tells the same of JSON and of an object, where it has no lines", () => {
  const source = {
    name: "order",
    initial: "review",
    states: {
      review: {
        enter: [{ task: "score", code: "input.amount +* 2" }, { notify: "customer" }],
        on: { approve: [{ target: "dnoe", guard: "context.score >" }, "done"] },
      },
      done: { final: true },
    },
  };
  const paths = [
    "states.review.enter[0].code",
    "states.review.enter[1]",
    "states.review.on.approve[0].target",
    "states.review.on.approve[0].guard",
  ];
  const ofText = refused({ text: JSON.stringify(source, null, 2), format: "json" });
  assert.deepEqual(ofText.map(({ path }) => path), paths);
  assert.deepEqual(ofText.map(({ line, column }) => [line, column]), [[1, 15], [11, 9], [18, 23], [1, 16]]);
  const ofObject = refused(source);
  assert.deepEqual(ofObject.map(({ path }) => path).sort(), paths.toSorted());
  assert.deepEqual(
    ofObject.map(({ path, line }) => [path.split(".").pop(), line]).sort(),
    [["code", 1], ["enter[1]", undefined], ["guard", 1], ["target", undefined]],
  );
});

Deno.test("definitionRefused() gives INVALID_ARGUMENT with a line for each problem, led by the place in the file", () => {
  const error = definitionRefused(refused({ text: FOUR_MISTAKES }), { fileName: "order.yaml" });
  assert.ok(error instanceof DegovError);
  assert.equal(error.code, "INVALID_ARGUMENT");
  assert.equal(error.problems.length, 4);
  const lines = error.message.split("\n");
  assert.equal(lines[0], "Cannot accept the definition: 4 problems");
  assert.match(lines[1], /^order\.yaml:9:25: states\.review\.enter\[0\]\.code: the code does not compile/);
  assert.doesNotMatch(error.message, /of the document/, "the place is said once");
  assert.match(lines[3], /^order\.yaml:13:19: states\.review\.on\.approve\[0\]\.target: there is no state "dnoe"/);
});

const SHORT = `
# An order, in short.
name: order
description: Orders are scored, and reviewed if needed.
initial: check
timeout: 30d
inputSchema: {type: object, required: [amount]}
states:
  check:
    enter:
      - task: score
        language: javascript
        code: |
          const factor = 2;
          input.amount * factor
        input: {amount: context.amount, factor: 2, rush: false}
        output: score
        timeout: 30s
        retry: {maxAttempts: 5, initialDelay: 250ms, maxDelay: 60s, nonRetryable: [BAD_CARD]}
      - task: stock
        code: input
        input: context.items
        output: inStock
        timeout: 1m30s
        retry: false
      - log: {expression: context.amount}
    exit: {log: checked}
    on:
      complete:
        - target: review
          guard: context.score > 10
          actions: {set: {total: 0, sum: {expression: context.amount + 1}}}
        - done
      error: broken
      ping: {}
  review:
    enter: []
    on:
      approve: {target: done, actions: [{set: {key: approved, value: true}}]}
      reject: broken
    after:
      2h: broken
      3600000: {actions: {log: late}}
  broken: {final: failed}
  done:
`;

const CANONICAL: Definition = {
  name: "order",
  description: "Orders are scored, and reviewed if needed.",
  initial: "check",
  timeoutMs: 2_592_000_000,
  inputSchema: { type: "object", required: ["amount"] },
  states: {
    check: {
      enter: [
        {
          task: {
            name: "score",
            code: "const factor = 2;\ninput.amount * factor\n",
            input: { amount: "context.amount", factor: "2", rush: "false" },
            retry: { maxAttempts: 5, initialDelayMs: 250, nonRetryable: ["BAD_CARD"] },
          },
        },
        {
          task: {
            name: "stock",
            code: "input",
            input: "context.items",
            output: "inStock",
            timeoutMs: 90_000,
            retry: { maxAttempts: 1 },
          },
        },
        { log: { expression: "context.amount" } },
      ],
      exit: [{ log: { message: "checked" } }],
      on: {
        complete: [
          {
            target: "review",
            guard: "context.score > 10",
            actions: [
              { set: { key: "sum", expression: "context.amount + 1" } },
              { set: { key: "total", value: 0 } },
            ],
          },
          { target: "done" },
        ],
        error: [{ target: "broken" }],
        ping: [{}],
      },
    },
    review: {
      on: {
        approve: [{ target: "done", actions: [{ set: { key: "approved", value: true } }] }],
        reject: [{ target: "broken" }],
      },
      after: [
        { delayMs: 3_600_000, actions: [{ log: { message: "late" } }] },
        { delayMs: 7_200_000, target: "broken" },
      ],
    },
    broken: { final: "failed" },
    done: {},
  },
};

Deno.test("[R3] parseDefinition() expands every shorthand, and leaves out what equals a default", () => {
  assert.deepEqual(accepted(SHORT), CANONICAL);
});

Deno.test("[R4] parseDefinition() reads a canonical definition as itself", () => {
  assert.deepEqual(accepted(CANONICAL), CANONICAL);
  assert.deepEqual(accepted({ text: JSON.stringify(CANONICAL) }), CANONICAL);
});

Deno.test("parseDefinition() gives a copy that later changes of the source do not reach", () => {
  const source = structuredClone(CANONICAL);
  const definition = accepted(source);
  (source.inputSchema!.required as string[]).push("other");
  assert.deepEqual(definition, CANONICAL);
});

Deno.test("parseDefinition() tells the format by option, then by file name, then by the first character", () => {
  const json = JSON.stringify(CANONICAL);
  for (
    const source of [
      json,
      `\uFEFF${json}`,
      { text: json, format: "yaml" },
      { text: json, format: "json" },
      { text: json, fileName: "a.json" },
      { text: json, fileName: "a.yml" },
    ]
  ) assert.deepEqual(accepted(source), CANONICAL);
  assert.match(told({ text: SHORT, fileName: "order.json" })[0], /not JSON/);
  assert.match(told("{name: w}")[0], /^ 1:2 not JSON/);
  assert.equal(told({ text: "{name: w, initial: a, states: {a: {}, b: {}}}", format: "yaml" }).length, 1);
});

Deno.test("parseDefinition() lets tasks of two transitions share a name, and a state go round through a task", () => {
  const task = { task: "notify", code: "1" };
  accepted({
    name: "w",
    initial: "a",
    states: {
      a: { on: { yes: { target: "b", actions: task }, no: { target: "b", actions: task } } },
      b: { enter: task, on: { complete: "a" } },
    },
  });
});

Deno.test("parseDefinition() finds the place of a mistake in each way to write a text in YAML", () => {
  const place = (yaml: string) => refused(yaml)[0].inDocument;
  const guard = (text: string) => `name: w\ninitial: a\nstates:\n  a:\n    on:\n      go:\n        guard: ${text}\n`;
  assert.deepEqual(place(guard("1 + nope")), { line: 7, column: 20 });
  assert.deepEqual(place(guard("'1 + nope'")), { line: 7, column: 21 });
  assert.deepEqual(place(guard('"1 + nope"')), { line: 7, column: 21 });
  assert.deepEqual(place(guard("|\n          1 +\n           nope")), { line: 9, column: 12 });
  assert.deepEqual(place(guard("|-\n\n          1 +\n\n           nope")), { line: 11, column: 12 });
  assert.deepEqual(place(guard("|2\n            1 + nope").replaceAll("\n", "\r\n")), { line: 8, column: 17 });
  // Folded and escaped texts: where the text begins.
  assert.deepEqual(place(guard(">\n          1 +\n          nope")), { line: 7, column: 16 });
  assert.deepEqual(place(guard('"1 +\\n nope"')), { line: 7, column: 16 });
});

Deno.test("parseDefinition() takes keys as they are written", () => {
  const definition = accepted(
    "name: w\ninitial: 1\nstates:\n  1: {on: {no: true, 007: true}}\n  true: {}\n".replace("initial: 1", "initial: '1'")
      .replaceAll(": true", ": 'true'"),
  );
  assert.deepEqual(Object.keys(definition.states), ["1", "true"]);
  assert.deepEqual(Object.keys(definition.states["1"].on!), ["no", "007"]);
});

Deno.test("[R1] parseDefinition() ends a long list of problems with a closing line", () => {
  const states = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`s${index}`, { entry: [] }]));
  const problems = refused({ name: "w", initial: "s0", states });
  assert.equal(problems.length, PROBLEMS_MAX + 1);
  assert.deepEqual(problems[PROBLEMS_MAX], { path: "", message: "and more: only the first 100 problems are listed" });
});
