/** Steps for each item of a list, one item after the other. */

import type { StateDefinition } from "../definition.ts";
import { type Compilation, type Scope, variable } from "./compilation.ts";
import { addSteps } from "./compile.ts";
import type { Each, Step } from "./step.ts";

interface EachStep {
  step: Step;
  each: Each;
  state: StateDefinition;
}

/**
 * The list is computed once, into the variable `STEP.items`; `STEP.index` counts the items that were begun. The state
 * `STEP.each` takes the next item, or goes on.
 */
export function addEach({ step, each, state }: EachStep, scope: Scope, compilation: Compilation): void {
  const { reading } = compilation;
  if (each.steps.length === 0) {
    reading.report(reading.placeOf(step, "type"), "does nothing for its items: give it a step");
    return;
  }
  const items = variable(`${step.id}.items`);
  const index = variable(`${step.id}.index`);
  const loop = `${step.id}.each`;
  const list = { key: `${step.id}.items`, expression: each.items };
  reading.note(list, "expression", reading.placeOf(each, "items"));
  state.enter = [
    { set: list },
    { set: { key: `${step.id}.index`, value: 0 } },
  ];
  state.on = { complete: [{ target: loop }] };
  const begin = addSteps(each.steps, { ...scope, follow: loop, before: step }, compilation);
  const take = [
    { set: { key: each.as, expression: `${items}[int(${index})]` } },
    { set: { key: `${step.id}.index`, expression: `${index} + 1` } },
  ];
  const complete = [{ target: begin, guard: `${index} < size(${items})`, actions: take }, { target: scope.follow }];
  compilation.add(loop, { on: { complete } }, reading.placeOf(step, "type"));
}
