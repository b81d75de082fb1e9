import assert from "node:assert/strict";
import type { JsonObject } from "../../json.ts";
import { parseDefinition } from "../parse.ts";
import type { Definition } from "../definition.ts";
import { authorPlace, describeState, type PartPath, stepOf } from "./author_place.ts";

function accepted(text: string): Definition {
  const result = parseDefinition({ text, format: "yaml" });
  assert.ok(result.ok, result.ok ? "" : JSON.stringify(result.problems));
  return result.definition;
}

const STEPS = accepted(`
id: w
output: {total: context.total}
steps:
  - id: price
    if: context.a > 1
    type: {script: {code: "1", input: {n: context.n}, limit: {key: context.k, max: 2}}}
    next: [{to: last, if: context.skip}, {to: price, if: context.again}]
  - id: values
    type: {set: {x: 1, y: {expression: context.w + 1}}}
  - id: say
    type: {log: {expression: context.z}}
  - id: ways
    type:
      branches:
        - {id: one, if: context.b, steps: [{id: stop, type: {fail: {code: {expression: context.code}}}}]}
  - id: pick
    type: {choose: [{id: first, if: context.c, steps: []}]}
  - id: lines
    type: {each: {items: context.lines, steps: [{id: send, type: {send: {to: context.to, event: go, data: {a: "1"}}}}]}}
  - id: all
    type: {each: {items: context.all, parallel: true, script: {code: "1", input: {i: item.x}}}}
  - id: parts
    type: {each: {items: context.parts, parallel: true, steps: [{id: part}]}}
  - id: child
    type: {workflow: {workflow: other, input: {q: context.q}}}
    timeout: {after: 1h, steps: [{id: remind, type: {log: {expression: context.r}}}]}
  - id: last
`);

const PLACES: [path: PartPath, place: string][] = [
  [["states", "price.if", "on", "complete", 0, "guard"], 'step "price", steps[0].if'],
  [["states", "price", "enter", 1, "task", "input", "n"], 'step "price", steps[0].type.script.input'],
  [["states", "price", "enter", 1, "task", "limit", "key"], 'step "price", steps[0].type.script.limit.key'],
  [["states", "price", "on", "complete", 0, "guard"], 'step "price", steps[0].next[0].if'],
  [["states", "price.again2", "on", "complete", 0, "guard"], 'step "price", steps[0].next[1]'],
  [["states", "values", "enter", 1, "set", "expression"], 'step "values", steps[1].type.set.y.expression'],
  [["states", "say", "enter", 0, "log", "expression"], 'step "say", steps[2].type.log.expression'],
  [["states", "ways", "enter", 0, "set", "expression"], 'step "ways", steps[3].type.branches[0].if'],
  [
    ["states", "stop", "enter", 0, "fail", "code", "expression"],
    'step "stop", steps[3].type.branches[0].steps[0].type.fail.code.expression',
  ],
  [["states", "pick", "on", "complete", 0, "guard"], 'step "pick", steps[4].type.choose[0].if'],
  [["states", "lines", "enter", 0, "set", "expression"], 'step "lines", steps[5].type.each.items'],
  [["states", "send", "enter", 0, "send", "to"], 'step "send", steps[5].type.each.steps[0].type.send.to'],
  [["states", "all", "enter", 0, "map", "items"], 'step "all", steps[6].type.each.items'],
  [["states", "all", "enter", 0, "map", "task", "input", "i"], 'step "all", steps[6].type.each.script.input'],
  [["states", "parts", "enter", 0, "map", "items"], 'step "parts", steps[7].type.each.items'],
  [["states", "child", "enter", 0, "start", "input", "q"], 'step "child", steps[8].type.workflow.input'],
  [
    ["states", "child", "after", 0, "actions", 0, "log", "expression"],
    'step "child", steps[8].timeout.steps[0].type.log.expression',
  ],
  [["output", "total"], "output"],
];

for (const [path, place] of PLACES) {
  Deno.test(`authorPlace() leads ${path.join(" ")} back to ${place}`, () =>
    assert.equal(authorPlace(STEPS, path), place));
}

Deno.test("authorPlace() knows no place in a definition that was written as states", () => {
  assert.equal(authorPlace(accepted("name: w\ninitial: a\nstates: {a: {}}"), ["states", "a", "enter"]), undefined);
});

Deno.test("[R2] authorPlace() takes any document for the source, and gives no place where it makes no sense", () => {
  const documents: JsonObject[] = [{}, { id: "w", steps: [] }, { id: "w", steps: [{ id: "other" }] }, { steps: 5 }];
  for (const document of documents) {
    const forged: Definition = { ...STEPS, source: { format: "steps", document } };
    const place = authorPlace(forged, ["states", "price", "enter", 0]);
    assert.ok(place === undefined || place.startsWith('step "price"'), place);
  }
});

Deno.test("stepOf() and describeState() name the step of a state that only chooses, and the ends as they are", () => {
  assert.equal(stepOf(STEPS, "price.again2"), "price");
  assert.equal(describeState(STEPS, "price.if"), 'step "price"');
  assert.equal(describeState(STEPS, "end"), 'state "end"');
  const machine = accepted("name: w\ninitial: a.b\nstates: {a.b: {}}");
  assert.equal(describeState(machine, "a.b"), 'state "a.b"');
});
