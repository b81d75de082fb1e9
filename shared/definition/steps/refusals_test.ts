/** Steps workflows that are refused, each at its place and with the fix. */

import assert from "node:assert/strict";
import { parseDefinition } from "../parse.ts";

/** Each mistake with the place and the message that it is told by. */
const REFUSED: [what: string, steps: string, problems: RegExp[]][] = [
  ["no step", "[]", [/^steps 3:3 a workflow needs a step$/]],
  ["a step without an id", "- {type: {log: x}}", [/^steps\[0\] 3:5 a step needs "id": unique in the workflow/]],
  ["an id with a dot", "- {id: a.b}", [
    /^steps\[0\]\.id .* "a\.b" cannot be a step's id: it has a dot; use "_" or "-"$/,
  ]],
  ["an id twice", "- {id: a}\n- {id: a}", [/^steps\[1\]\.id 4:10 the id "a" is taken by another step/]],
  ["an id of a state that there is", "- {id: end}", [/the id "end" is taken by a state that every workflow has/]],
  ["a step of no type", "- {id: a, type: {}}", [/^steps\[0\]\.type .* a step of no type; there is "script", /]],
  ["a misspelled type", "- {id: a, type: {scirpt: x}}", [
    /^steps\[0\]\.type\.scirpt .* no step is of type "scirpt"; did you mean "script"\?$/,
  ]],
  ["two types", "- {id: a, type: {log: x, set: {a: 1}}}", [
    /a step does one thing, not "log" and "set"; make them two$/,
  ]],
  ["a type beside the step", "- {id: a, script: x}", [/a step has no "script"; here it is "type\.script"$/]],
  ["code that does not compile", "- {id: a, type: {script: {code: '1 +* 2'}}}", [
    /^steps\[0\]\.type\.script\.code 1:4 the code does not compile/,
  ]],
  ["a condition that does not parse", "- {id: a, if: context.}", [/^steps\[0\]\.if .* cannot use this condition/]],
  ["a next to nowhere", "- {id: first, next: frist}", [
    /^steps\[0\]\.next 3:\d+ there is no step "frist" in this list or around it; did you mean "first"\?$/,
  ]],
  [
    "a next into a branch",
    "- {id: a, next: c}\n- {id: b, type: {choose: [{id: way, steps: [{id: c}]}]}}",
    [/^steps\[0\]\.next .* there is no step "c" in this list or around it; did you mean "a"\?$/],
  ],
  ["a bound on a way that does not lead back", "- {id: a, next: {to: b, max: 5}}\n- {id: b}", [
    /^steps\[0\]\.next\.max .* only a way back is bounded: remove it$/,
  ]],
  ["a step that nothing leads to", "- {id: a, next: c}\n- {id: b}\n- {id: c}", [
    /^steps\[1\] .* nothing leads to step "b": remove it, or lead there with "next"$/,
  ]],
  ["a catch of what cannot fail", "- {id: a, type: {log: x}, catch: {steps: []}}", [
    /^steps\[0\]\.catch .* this step cannot fail, so nothing is caught: remove it$/,
  ]],
  ["a timeout of what takes no time", "- {id: a, type: {set: {x: 1}}, timeout: {after: 1h, error: E}}", [
    /^steps\[0\]\.timeout .* this step takes no time, so it has no timeout: remove it$/,
  ]],
  ["a rung that does nothing", "- {id: a, type: {act: null}, timeout: {after: 1h}}", [
    /^steps\[0\]\.timeout .* does nothing: give "steps", "next" or "error"$/,
  ]],
  ["a rung whose steps do nothing", "- {id: a, type: {act: null}, timeout: {after: 1h, steps: [{id: b}]}}", [
    /^steps\[0\]\.timeout\.steps .* does nothing: give it a step that does something beside the other$/,
  ]],
  ["two rungs at once", "- {id: a, type: {act: null}, timeout: [{after: 60m, error: E}, {after: 1h, error: F}]}", [
    /timeout\[1\] .* is never reached/,
    /^steps\[0\]\.timeout\[1\]\.after .* the step has another rung after 1h: make them one$/,
  ]],
  ["a wait beside a step", "- {id: a, type: {act: null}, timeout: {after: 1h, steps: [{id: b, type: {act: null}}]}}", [
    /^steps\[0\]\.timeout\.steps\[0\]\.type .* beside a step that goes on there can be scripts, set, log, send/,
  ]],
  [
    "branches that need each other",
    "- {id: a, type: {branches: [{id: b, needs: c, steps: []}, {id: c, needs: b, steps: []}]}}",
    [
      /branches\[1\]\.needs .* needs "b", which needs it in turn: remove one of the two$/,
    ],
  ],
  ["a branch that needs none that is there", "- {id: a, type: {branches: [{id: b, needs: x, steps: []}]}}", [
    /branches\[0\]\.needs .* there is no branch "x" beside this one/,
  ]],
  [
    "two branches for the rest",
    "- {id: a, type: {branches: [{id: b, else: true, steps: []}, {id: c, else: true, steps: []}]}}",
    [
      /branches\[1\]\.else .* another branch has "else" already/,
    ],
  ],
  [
    "a branch for the rest with a condition",
    "- {id: a, type: {choose: [{id: b, if: 'true', else: true, steps: []}]}}",
    [
      /choose\[0\] .* is taken if no other is \("else"\), and has a condition \("if"\): remove one of the two$/,
    ],
  ],
  ["a list without steps", "- {id: a, type: {each: {items: context.x}}}", [
    /^steps\[0\]\.type\.each .* a sequential list needs "steps"/,
  ]],
  [
    "steps and a script for a parallel list",
    "- {id: a, type: {each: {items: context.x, parallel: true, script: {code: '1'}, steps: [{id: b}]}}}",
    [
      /each\.script .* give "steps" or "script", not both$/,
    ],
  ],
  ["nothing for a parallel list", "- {id: a, type: {each: {items: context.x, parallel: true}}}", [
    /^steps\[0\]\.type\.each .* a parallel list needs "steps" or "script": what is done for each item$/,
  ]],
  [
    "a way out of a branch that goes on beside others",
    "- {id: a, type: {parallel: [{id: b, steps: [{id: c, next: outside}]}]}}\n- {id: outside}",
    [
      /steps\[0\]\.next .* there is no step "outside" in this list or around it; from here one may go to c, end$/,
    ],
  ],
  [
    "a timeout of branches that need one another",
    "- {id: a, type: {parallel: [{id: b, steps: [{id: x}]}, {id: c, needs: b, steps: [{id: y}]}]}, timeout: {after: 1h, error: E}}",
    [
      /^steps\[0\]\.timeout .* the branches of this step need one another, so it goes in rounds and has no "timeout"/,
    ],
  ],
  ["an id that is too long", `- {id: ${"a".repeat(61)}}`, [
    /^steps\[0\]\.id .* cannot be a step's id: it has 61 characters, at most 60 are allowed$/,
  ]],
  ["a way on from what fails", "- {id: a, if: 'true', type: {fail: E}, next: b}\n- {id: b}", [
    /^steps\[0\]\.next .* a step that fails is never done, so it has no "next": remove it$/,
  ]],
  ["a step after what fails", "- {id: a, type: {fail: E}}\n- {id: b}", [
    /^steps\[1\] .* nothing leads to step "b": remove it, or lead there with "next"$/,
  ]],
  ["a failure without a code", "- {id: a, type: {fail: {message: no}}}", [
    /^steps\[0\]\.type\.fail .* a failure needs "code": what transitions for error, and a parent's, tell it by$/,
  ]],
  [
    "undo of what runs beside others",
    "- {id: a, type: {parallel: [{id: b, steps: [{id: c, undo: {log: x}, type: {script: '1'}}]}]}}",
    [
      /steps\[0\]\.undo .* what runs beside other steps is not undone once it is done: remove it, and undo this in a catch/,
    ],
  ],
  ["a back that leads nowhere", "- {id: a, type: {act: {actions: [back]}}}", [
    /act\.actions .* no step comes before this one: remove "back"$/,
  ]],
  ["an action that there is not", "- {id: a, type: {act: {actions: [approve]}}}", [
    /act\.actions\[0\] .* must be an action: one of "complete", "submit", "back", "skip", "abort", "error"/,
  ]],
  ["a workflow step without a workflow", "- {id: a, type: {workflow: {input: {a: 1}}}}", [
    /a workflow step needs "workflow"/,
  ]],
  ["undo of a step that is several", "- {id: a, type: {choose: [{id: b, steps: []}]}, undo: {log: x}}", [
    /^steps\[0\]\.undo .* "undo" belongs to a step that is one thing: put it to the steps within this one$/,
  ]],
];

for (const [what, steps, expected] of REFUSED) {
  Deno.test(`[R1] a steps workflow with ${what} is refused at its place`, () => {
    const text = `id: w\nsteps:\n${steps.replace(/^/gm, "  ")}\n`;
    const result = parseDefinition({ text, format: "yaml" });
    assert.ok(!result.ok, "it is accepted");
    const told = result.problems.map(({ path, line, column, message }) => `${path} ${line}:${column} ${message}`);
    assert.equal(told.length, expected.length, told.join("\n"));
    for (const [index, one] of expected.entries()) assert.match(told[index], one);
  });
}
