/** What is refused, as data: each mistake with its path, line, column and message. */

import assert from "node:assert/strict";
import { parseDefinition } from "./parse.ts";

/** `path line:column message` of each problem. */
function told(source: unknown): string[] {
  const result = parseDefinition(source);
  assert.ok(!result.ok, "the definition is accepted");
  return result.problems.map(({ path, line, column, message }) => `${path} ${line ?? "-"}:${column ?? "-"} ${message}`);
}

/** A workflow in YAML around what a state `a` says; state `b` is final. */
function inState(text: string): string {
  const indented = text.split("\n").map((line) => `    ${line}`).join("\n");
  return `name: w\ninitial: a\nstates:\n  a:\n${indented}\n  b: {final: true}\n`;
}

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
  ["a syntax error of YAML", "name: w\nstates: [a", [
    /^ 2:11 not YAML: flow sequence .* end with a \]: indent what belongs together .* and close every bracket and brace$/,
  ]],
  ["several syntax errors of YAML, each at its place", "a: 1\n b: 2\nc: {d: [}\n\te: 1\nf: 'x", [
    /^ 1:4 not YAML: nested mappings are not allowed in compact mappings: begin the next key below this one, or put/,
    /^ 3:9 not YAML: flow sequence in block collection must be .* end with a \]: indent what belongs together/,
    /^ 4:2 not YAML: flow map in block collection must be .* end with a \}: indent what belongs together/,
    /^ 5:6 not YAML: missing closing 'quote: add it, or put the whole text in quotes$/,
  ]],
  ["a tab in YAML", "name: w\n\tstates: a", [
    /^ 2:1 not YAML: tabs are not allowed as indentation: indent with spaces$/,
  ]],
  ["a text in YAML that needs quotes", "name: @w", [
    /^ 1:7 not YAML: plain value cannot start .* @: put the text in quotes$/,
  ]],
  [
    "an event to a child that the state does not start",
    `name: w
initial: a
states:
  a: {enter: {start: buyer, workflow: w2}, on: {x: {actions: {send: {child: bayer, event: e}}}}}`,
    [
      /^states\.a\.on\.x\.actions\.send\.child 4:\d+ the state starts no child "bayer"; did you mean "buyer"\?$/,
    ],
  ],
  [
    "a part that begins nowhere",
    `name: w
initial: a
states:
  a: {enter: {start: part, state: nowhere}}`,
    [
      /^states\.a\.enter\.state 4:\d+ there is no state "nowhere"; the states are a$/,
    ],
  ],
  [
    "a part of some version",
    `name: w
initial: a
states:
  a: {enter: {start: part, state: a, version: 2}}`,
    [
      /^states\.a\.enter\.version 4:\d+ a part is of its parent's version: remove it$/,
    ],
  ],
  [
    "a map of neither code nor children, or of both",
    `name: w
initial: a
states:
  a: {enter: [{map: m, items: context.x}, {map: n, items: context.x, task: {code: "1"}, start: {workflow: w2}}]}`,
    [
      /^states\.a\.enter\[0\] 4:\d+ a map needs "task" or "start"$/,
      /^states\.a\.enter\[1\] 4:\d+ a map needs "task" or "start", not both$/,
    ],
  ],
  [
    "actions after one that fails",
    `name: w
initial: a
states:
  a: {enter: [{fail: E1}, {log: never}]}`,
    [
      /^states\.a\.enter 4:\d+ the actions after one that fails are never run: make "fail" the last, or remove them$/,
    ],
  ],
  [
    "a failure without a code",
    `name: w
initial: a
states:
  a: {enter: {fail: {message: no}}}`,
    [/^states\.a\.enter\.fail 4:\d+ a failure needs "code"/],
  ],
  ["two documents", "name: w\n---\nname: v", [/^ 2:1 expected one document, not several: remove what follows "---"$/]],
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
    /^states\.a\.enter\[0\] 5:13 must be an action: an object with "task", "set", "log", "map", "start", "send" or "fail", not the text "log"$/,
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
    /guard .* must be a guard: a CEL expression as a text, or an object with code, not true$/,
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
    /^states\.a\.on\.error 5:17 nothing in state "a" can fail, so the event "error" never comes: remove it$/,
  ]],
  ["a dead end", inState("enter: {task: t, code: '1'}\non: {error: b}"), [
    /^states\.a\.on 6:9 once its tasks are done, nothing leads on from state "a": add a transition for "complete"/,
  ]],
  [
    "a dead end, whatever every state takes",
    `on: {stop: b}\n${inState("enter: {task: t, code: '1'}\non: {error: b}")}`,
    [
      /^states\.a\.on .* nothing leads on from state "a": add a transition for "complete"/,
    ],
  ],
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
  ["codes of what is no failure", inState("on: {go: {target: b, codes: [E1]}}"), [
    /^states\.a\.on\.go\.codes .* only the event "error" has codes: remove "codes", or use a guard$/,
  ]],
  [
    "codes that are taken already",
    inState(
      "enter: {task: t, code: '1'}\non: {error: [{target: b, codes: [E1, E2]}, {target: b, codes: E2}], go: b}",
    ),
    [/^states\.a\.on\.error\[1\] .* is never reached: a transition before it takes the same codes without a guard/],
  ],
  ["no code", inState("enter: {task: t, code: '1'}\non: {error: {target: b, codes: []}, go: b}"), [
    /^states\.a\.on\.error\.codes .* has no code, so nothing is ever taken: give one, or leave it out$/,
  ]],
  ["a machine-level complete", `on: {complete: b, stop: c}\n${inState("on: {go: b}")}`, [
    /^on\.complete 1:16 the event "complete" belongs to one state: move this into the states that it is for$/,
    /^on\.stop 1:25 there is no state "c"/,
  ]],
  ["undo actions of a final state", "name: w\ninitial: a\nstates: {a: {final: true, compensate: {log: x}}}", [
    /^states\.a\.compensate .* nothing is undone once an instance is completed, so "compensate" has no effect/,
  ]],
  ["a map without its list and its task", inState("enter: {map: m}\non: {go: b}"), [
    /^states\.a\.enter .* a map needs "items": a CEL expression that gives the list/,
    /^states\.a\.enter .* a map needs "task" or "start"$/,
  ]],
  [
    "a map that is wrong",
    inState(
      "enter: {map: m, items: '5', concurrency: 0, task: {code: '1', output: x, input: itm.a}, name: m}\non: {go: b}",
    ),
    [
      /items .* cannot use this list of items: it must give a list, but gives an int/,
      /concurrency .* must be a concurrency: a whole number from 1 to 1000, not 0$/,
      /task\.output .* a map's task has no "output"/,
      /task\.input .* unknown name "itm"; did you mean "item"\?; in reach here are .*"index"/,
      /name .* a map has no "name"; here it is "map"$/,
    ],
  ],
  ["an item outside of a map", inState("enter: {task: t, code: '1', input: item.a}\non: {go: b}"), [
    /^states\.a\.enter\.input .* unknown name "item"/,
  ]],
  [
    "a child without a workflow",
    inState("enter: [{start: c}, {start: {name: d, workflow: w, version: 0}}]\non: {go: b}"),
    [
      /^states\.a\.enter\[0\] .* a start needs "workflow"/,
      /^states\.a\.enter\[1\]\.start\.version .* must be a version: a whole number from 1 to/,
    ],
  ],
  ["a task and a child of one name", inState("enter: [{task: t, code: '1'}, {start: t, workflow: w}]\non: {go: b}"), [
    /^states\.a\.enter\[1\]\.start .* the state has a task named "t" too: give each its own name$/,
  ]],
  ["a send to nobody", inState("enter: {send: {event: e, keep: 1, to: '5'}}\non: {go: b}"), [
    /send\.keep .* must be true or false, not 1$/,
    /send\.to .* cannot use this receiver: it must give a string, but gives an int/,
  ]],
  ["a guard without code", inState("on: {go: {target: b, guard: {language: wasm}}}"), [
    /guard .* a guard that is a function needs "code"/,
    /guard\.language .* must be a language: one of "javascript", "typescript", not the text "wasm"$/,
  ]],
  ["a guard that does not compile", inState("on: {go: {target: b, guard: {code: 'return +'}}}"), [
    /guard\.code 1:9 the code does not compile: /,
  ]],
  [
    "priorities and limits out of bounds",
    `priority: 101\nlimit: {max: 0, key: context.a}\n${
      inState("enter: {task: t, code: '1', priority: 0.5, limit: {key: input.a}, merge: 1}\non: {go: b}")
    }`,
    [
      /^priority 1:11 must be a priority: a whole number from -100 to 100, not 101$/,
      /^limit\.max .* must be how many may go on at once: a whole number from 1 to 1000000, not 0$/,
      /^limit\.key .* unknown name "context".* in reach here are "input"/,
      /priority .* must be a priority: .*, not 0\.5$/,
      /limit .* a limit needs "max"/,
      /merge .* must be true or false, not 1$/,
    ],
  ],
  [
    "an output that cannot be",
    `output: {a: event.data, b: [1]}\ncompensateOn: [completed]\n${inState("on: {go: b}")}`,
    [
      /^output\.a 1:1 cannot use this value of the output: unknown name "event"/,
      /^output\.b .* must be a CEL expression as a text, not a list$/,
      /^compensateOn\[0\] .* must be an end: one of "cancelled", "failed", not the text "completed"$/,
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
