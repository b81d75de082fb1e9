import assert from "node:assert/strict";
import { DegovError, type Problem } from "../errors.ts";
import { DEFINITION_BYTES_MAX, JSON_DEPTH_MAX, PROBLEMS_MAX } from "../limits.ts";
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

/** A workflow in YAML around what a state `a` says; state `b` is final. */
function inState(text: string): string {
  const indented = text.split("\n").map((line) => `    ${line}`).join("\n");
  return `name: w\ninitial: a\nstates:\n  a:\n${indented}\n  b: {final: true}\n`;
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
      - mail: customer
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
  assert.match(problems[1].message, /^unknown action "mail"; an action has "task" or "set" or "log"$/);
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
        enter: [{ task: "score", code: "input.amount +* 2" }, { mail: "customer" }],
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

const REFUSED: [what: string, yaml: string, problems: (string | RegExp)[]][] = [
  ["an empty text", "", [/^ 1:1 the document is empty/]],
  ["a text that is no object", "- a", [/^ 1:1 must be a workflow \(an object\), not a list$/]],
  ["missing keys", "description: x", [
    /^ 1:1 a workflow needs "name"/,
    /^ 1:1 a workflow needs "initial"/,
    /^ 1:1 a workflow needs "states"/,
  ]],
  ["no state", "name: w\ninitial: a\nstates: {}", [
    'initial 2:10 there is no state "a"; the states are ',
    "states 3:9 a workflow needs a state",
  ]],
  ["a missing initial state", "name: w\ninitial: stat\nstates: {start: {}}", [
    /^initial 2:10 there is no state "stat"; did you mean "start"\?$/,
  ]],
  ["a syntax error of YAML", "name: w\nstates: [a", [/^ 2:11 not YAML: flow sequence .* end with a \]$/]],
  ["several documents", "a: 1\n---\nb: 2", [/expected one document, not several/]],
  ["a directive", "%YAML 1.1\n---\n!!str a: 1", [/tags are not taken here/]],
  ["a duplicate key", "name: w\nname: v\ninitial: a\nstates: {a: }", ['name 2:1 "name" is given twice']],
  ["an alias", inState("enter: &x\n  log: hello\nexit: *x\non: {go: b}"), [
    /^states\.a\.enter 6:7 anchors are not taken here$/,
    /^states\.a\.exit 7:11 aliases are not taken here/,
  ]],
  ["a merge key", inState("<<: {on: {go: b}}"), [/^states\.a\["<<"\] 5:5 a state has no "<<"/]],
  ["a key named __proto__", inState("__proto__: {on: {go: b}}\non: {go: b}"), [
    /^states\.a\.__proto__ 5:5 "__proto__" is not allowed as a key$/,
  ]],
  ["a key that is a list", inState("? [a]\n: b"), [/^ 5:7 a key must be a text$/]],
  ["a number beyond JSON", inState("enter: {set: {x: .nan}}\non: {go: b}"), [
    /^states\.a\.enter\.set\.x 5:22 NaN is no number that JSON can carry$/,
  ]],
  ["a misspelled key", inState("on: {go: b}\nentre: {log: x}"), [
    /^states\.a\.entre 6:5 a state has no "entre"; did you mean "enter"\?$/,
  ]],
  ["keys of other tools", inState("entry: {log: x}\non: {go: {to: b, cond: 'true'}}"), [
    'states.a.entry 5:5 a state has no "entry"; here it is "enter"',
    'states.a.on.go.to 6:15 a transition has no "to"; here it is "target"',
    'states.a.on.go.cond 6:22 a transition has no "cond"; here it is "guard"',
  ]],
  ["two ways to say one thing", `timeout: 1h\ntimeoutMs: 5\n${inState("on: {go: b}")}`, [
    'timeoutMs 2:1 give "timeout" or "timeoutMs", not both',
  ]],
  ["bad names", "name: a b\ninitial: constructor\nstates:\n  constructor: {}\n", [
    /^name 1:7 "a b" cannot be a workflow's name: a name has letters/,
    /^initial 2:10 "constructor" cannot be a state's name: JavaScript objects have a member of that name$/,
    /^states\.constructor 4:3 "constructor" cannot be a state's name/,
  ]],
  ["a name that is too long", `name: ${"n".repeat(129)}\ninitial: a\nstates: {a: }`, [
    /has 129 characters, at most 128/,
  ]],
  ["wrong kinds of values", `name: 5\ninitial: [a]\nstates: x\ndescription: {}`, [
    "name 1:7 must be a workflow's name, not 5",
    "initial 2:10 must be a state's name, not a list",
    'states 3:9 must be states by name, not the text "x"',
    "description 4:14 must be a description, not an object",
  ]],
  ["an action that is none", inState("enter: [log, {}, {log: a, set: {b: 1}}, 5]\non: {go: b}"), [
    /^states\.a\.enter\[0\] 5:13 must be an action: an object with "task" or "set" or "log", not the text "log"$/,
    /^states\.a\.enter\[1\] 5:18 an action that does nothing; an action has/,
    /^states\.a\.enter\[2\] 5:22 an action is one thing, not "log" and "set"; make them two$/,
    /^states\.a\.enter\[3\] 5:45 must be an action/,
  ]],
  ["a misspelled action", inState("enter: {tsak: score, code: '1'}\non: {go: b}"), [
    /^states\.a\.enter 5:12 unknown action "tsak"; did you mean "task"\?$/,
  ]],
  [
    "keys beside an action",
    inState("enter: [{log: x, level: 1}, {task: {name: t, code: '1'}, timeout: 5}]\non: {go: b}"),
    [
      'states.a.enter[0].level 5:22 "level" does not belong here; a log action has no other keys',
      'states.a.enter[1].timeout 5:62 "timeout" does not belong here; in the long form it belongs into "task"',
    ],
  ],
  ["a task without code", inState("enter: {task: t, name: u}\non: {go: b}"), [
    /^states\.a\.enter 5:12 a task needs "code": the source/,
    'states.a.enter.name 5:22 a task has no "name"; here it is "task"',
  ]],
  [
    "a task out of bounds",
    inState("enter: {task: t, code: '1', timeout: 2d, output: 'a b', language: python}\non: {go: b}"),
    [
      /^states\.a\.enter\.timeout 5:42 a task's timeout must be whole milliseconds from 1ms to 1d, not "2d"$/,
      /^states\.a\.enter\.output 5:54 "a b" cannot be a key of the context/,
      /^states\.a\.enter\.language .* must be a language: one of "javascript", "typescript", "wasm", not the text "python"$/,
    ],
  ],
  ["a duration that is none", `timeout: 5 minutes\n${inState("after: {soon: b}")}`, [
    /^timeout 1:10 must be a workflow's timeout, such as "30s", "1h30m" or a number of milliseconds, not the text "5 min/,
    /^states\.a\.after\.soon 6:13 must be a delay, such as/,
  ]],
  [
    "a retry policy that is none",
    inState("enter: {task: t, code: '1', retry: {maxAttempts: 0, multiplier: .5, jitter: 2, delay: 1}}\non: {go: b}"),
    [
      /maxAttempts .* must be a number of attempts: a whole number from 1 to 1000, not 0$/,
      /multiplier .* from 1 to 1000, not 0.5$/,
      /jitter .* from 0 to 1, not 2$/,
      /a retry policy has no "delay"/,
    ],
  ],
  ["delays that do not fit", inState("enter: {task: t, code: '1', retry: {initialDelay: 2m}}\non: {go: b}"), [
    /^states\.a\.enter\.retry .* the first delay, 2m, exceeds the longest if none is given, 1m; raise "maxDelay"$/,
  ]],
  [
    "two tasks of one name",
    inState("enter: [{task: t, code: '1'}, {task: t, code: '2'}]\nexit: {task: t, code: '3'}\non: {go: b}"),
    [
      /^states\.a\.enter\[1\]\.task 5:42 the state has another task named "t": give each its own name$/,
      /^states\.a\.exit\.task 6:18 the state has another task named "t"/,
    ],
  ],
  [
    "two outputs under one key",
    inState("enter: [{task: t, code: '1'}, {task: u, code: '2', output: t}]\non: {go: b}"),
    [
      /^states\.a\.enter\[1\]\.output .* the output of task "t" has the key "t" too: give each its own "output"$/,
    ],
  ],
  [
    "a set action that reads what it sets",
    inState("enter: {set: {a: 1, b: {expression: context.a + 1}}}\non: {go: b}"),
    [
      /^states\.a\.enter\.set\.b 5:28 reads "a", which the same action sets; the keys of one action have no order/,
    ],
  ],
  ["a log action with two things", inState("enter: [{log: {message: a, expression: '1'}}, {log: {}}]\non: {go: b}"), [
    /^states\.a\.enter\[0\]\.log .* needs "message" or "expression", not both$/,
    /^states\.a\.enter\[1\]\.log .* needs "message" or "expression"$/,
  ]],
  ["a guard that gives no truth", inState("on: {go: {target: b, guard: \"'yes'\"}}"), [
    /^states\.a\.on\.go\.guard 1:1 cannot use this guard: it must give true or false, but gives a string/,
  ]],
  ["a guard that is no text", inState("on: {go: {target: b, guard: true}}"), [
    /guard .* must be a guard \(a CEL expression as a text\), not true$/,
  ]],
  [
    "expressions that do not parse",
    inState(
      "enter: [{task: t, code: '1', input: {x: 'contex.a', y: [1]}}, {set: {z: {expression: '1 +'}}}, {log: {expression: foo()}}]\non: {go: b}",
    ),
    [
      /^states\.a\.enter\[0\]\.input\.x 1:1 cannot use this value of the input: unknown name "contex"; did you mean "context"\?/,
      /^states\.a\.enter\[0\]\.input\.y .* must be a CEL expression as a text, not a list$/,
      /^states\.a\.enter\[1\]\.set\.z\.expression 1:4 cannot use this expression: does not parse/,
      /^states\.a\.enter\[2\]\.log\.expression 1:1 cannot use this expression: unknown function "foo"/,
    ],
  ],
  ["an event without transitions", inState("on: {go: [], stay: }"), [
    /^states\.a\.on\.go .* has no transition: give one, or leave it out$/,
    /^states\.a\.on\.stay .* must be a transition: the name of a state, or an object, not null$/,
  ]],
  ["transitions that are never reached", inState("on: {go: [b, {target: a, guard: 'true'}]}"), [
    /^states\.a\.on\.go\[1\] .* is never reached: a transition before it has no guard, and is always taken$/,
  ]],
  ["one delay in two ways", inState("after: {60s: b, 1m: a}"), [
    /^states\.a\.after\["1m"\] 5:21 "1m" is the same delay as "60s"; make them one list$/,
  ]],
  [
    "a final state that is left",
    "name: w\ninitial: a\nstates:\n  a: {final: true, on: {go: a}, after: {1s: a}, exit: {log: x}}",
    [
      /^states\.a\.on .* a final state is never left, so "on" has no effect: remove it or "final"$/,
      /^states\.a\.after .* "after" has no effect/,
      /^states\.a\.exit .* "exit" has no effect/,
    ],
  ],
  ["a state that nothing leads to", inState("on: {go: a}"), [
    /^states\.b 6:6 nothing leads to state "b": make it a target, or remove it$/,
  ]],
  ["an error that never comes", inState("on: {error: b, go: b}"), [
    /^states\.a\.on\.error 5:17 no task runs in state "a", so the event "error" never comes: remove it$/,
  ]],
  ["a dead end", inState("enter: {task: t, code: '1'}\non: {error: b}"), [
    /^states\.a\.on 6:9 once its tasks are done, nothing leads on from state "a": add a transition for "complete"/,
  ]],
  ["a round without end", "name: w\ninitial: a\nstates:\n  a: {on: {complete: b}}\n  b: {on: {complete: a}}", [
    /^states\.a\.on\.complete .* goes round without end, as nothing is waited for: a -> b -> a$/,
  ]],
  [
    "an input schema that is none",
    `inputSchema: {type: objekt, requierd: [a], $ref: 'https://example.org/x'}\n${inState("on: {go: b}")}`,
    [
      /^inputSchema\.type 1:21 must be one or more of null, boolean, integer/,
      /^inputSchema\.requierd 1:29 "requierd" is no keyword of JSON Schema that is taken here; did you mean "required"\?$/,
      /^inputSchema\.\$ref .* a reference leads into this schema, such as "#\/\$defs\/address"; nothing is fetched$/,
    ],
  ],
];

for (const [what, yaml, expected] of REFUSED) {
  Deno.test(`parseDefinition() refuses ${what}`, () => {
    const problems = told({ text: yaml, format: "yaml" });
    assert.equal(problems.length, expected.length, problems.join("\n"));
    for (const [index, one] of expected.entries()) {
      if (typeof one === "string") assert.equal(problems[index], one);
      else assert.match(problems[index], one);
    }
  });
}

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

const nested = (open: string, close: string, depth: number) => open.repeat(depth) + close.repeat(depth);

const HOSTILE: [what: string, source: () => unknown, expected: RegExp][] = [
  ["a huge text", () => "x".repeat(DEFINITION_BYTES_MAX + 1), /at most 4194304 are allowed/],
  ["lists within lists", () => nested("[", "]", 100_000), /nested deeper than 64 levels|the document has more than/],
  [
    "lists within lists in JSON",
    () => ({ text: nested("[", "]", 100_000), format: "json" }),
    /nested (too deeply|deeper)/,
  ],
  ["lists just too deep", () => nested("[", "]", JSON_DEPTH_MAX + 2), /nested deeper than 64 levels/],
  ["lists in blocks", () => "- ".repeat(20_000) + "x", /nested deeper than 64 levels/],
  ["keys without end", () => "? ".repeat(20_000) + "x", /nested deeper|a key must be/],
  ["a million commas", () => `[${",".repeat(1_000_000)}]`, /more than 100000 parts; write it as JSON/],
  ["a million values in JSON", () => `{"a": [${"1,".repeat(1_000_000)}1]}`, /more than 100000 values/],
  ["a million lines", () => "\n".repeat(1_000_000) + "a: 1", /more than 100000 parts/],
  [
    "a bomb of aliases",
    () => "a: &a [x, x]\n" + Array.from({ length: 30 }, (_, i) => `b${i}: &b${i} [*a, *a]`).join("\n"),
    /anchors are not taken here/,
  ],
  ["very long tags", () => "!a".repeat(100_000), /not YAML/],
  ["a cycle", () => {
    const cycle: Record<string, unknown> = { name: "w" };
    cycle.states = { a: { enter: { set: { x: cycle } } } };
    return cycle;
  }, /nested deeper than 64 levels/],
  ["parts that double", () => {
    let part: unknown = "x";
    for (let index = 0; index < 40; index++) part = [part, part];
    return { name: "w", initial: "a", states: { a: { enter: { set: { x: part } } } } };
  }, /more than 100000 values/],
  ["a class", () => ({ name: "w", states: new Map() }), /an object of class Map is nothing that JSON can carry/],
  ["a function", () => ({ name: "w", states: () => 1 }), /a function is nothing that JSON can carry/],
  ["a bigint", () => ({ name: 1n }), /a bigint is nothing that JSON can carry/],
  ["undefined", () => undefined, /a undefined is nothing that JSON can carry|must be a workflow/],
  ["too many states", () => ({
    name: "w",
    initial: "s0",
    states: Object.fromEntries(Array.from({ length: 1_001 }, (_, index) => [`s${index}`, { final: true }])),
  }), /has 1001 entries, at most 1000 are allowed/],
  ["too many regular expressions", () => ({
    name: "w",
    initial: "a",
    inputSchema: {
      properties: Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`p${index}`, { pattern: "a{9}" }])),
    },
    states: { a: {} },
  }), /more than 100 regular expressions in one definition/],
  ["references in a chain without end", () => ({
    name: "w",
    initial: "a",
    inputSchema: {
      $ref: "#/$defs/a0",
      $defs: Object.fromEntries(
        Array.from({ length: 20_000 }, (_, index) => [`a${index}`, { $ref: `#/$defs/a${index + 1}` }]),
      ),
    },
    states: { a: {} },
  }), /more than 5000 schemas within the input schema/],
  ["misspelled targets without number", () => ({
    name: "w",
    initial: "s0",
    states: Object.fromEntries(
      Array.from({ length: 900 }, (_, state) => [
        `state_with_quite_a_long_name_${state}`,
        {
          on: Object.fromEntries(
            Array.from({ length: 40 }, (_, index) => [`e${index}`, `state_with_a_long_name_${state}`]),
          ),
        },
      ]),
    ),
  }), /and more: only the first 100 problems are listed/],
  ["too many expressions", () => ({
    name: "w",
    initial: "a",
    states: {
      a: {
        on: Object.fromEntries(
          Array.from(
            { length: 51 },
            (_, event) => [`e${event}`, Array.from({ length: 100 }, (_, index) => ({ guard: `${index} > ${event}` }))],
          ),
        ),
      },
    },
  }), /more than 5000 expressions in one definition/],
];

for (const [what, source, expected] of HOSTILE) {
  Deno.test(`[R2] parseDefinition() refuses ${what}`, () => {
    const problems = told(source());
    assert.ok(problems.some((problem) => expected.test(problem)), problems.slice(0, 5).join("\n").slice(0, 1_000));
  });
}
