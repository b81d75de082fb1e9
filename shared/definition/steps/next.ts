/** Where a step leads when it is done. */

import type { TransitionDefinition } from "../definition.ts";
import { type Compilation, entryOf, errorTransitions, type Scope, variable } from "./compilation.ts";
import { END, type Next, RUNS_MAX_DEFAULT, type Step } from "./step.ts";

/** The transitions for `complete`; the last has no guard. */
export function exitsOf(step: Step, scope: Scope, compilation: Compilation): TransitionDefinition[] {
  const exits = (step.next ?? []).map((next, index) => {
    const target = targetOf(next, { step, index }, scope, compilation);
    const exit: TransitionDefinition = next.if === undefined ? { target } : { target, guard: next.if };
    compilation.reading.note(exit, "", compilation.reading.placeOf(next));
    if (next.if !== undefined) compilation.reading.note(exit, "guard", compilation.reading.placeOf(next, "if"));
    return exit;
  });
  return exits.some(({ guard }) => guard === undefined) ? exits : [...exits, { target: scope.follow }];
}

function targetOf(
  next: Next,
  from: { step: Step; index: number },
  scope: Scope,
  compilation: Compilation,
): string {
  const { reading, outline } = compilation;
  const target = scope.reach.find(next.to, reading, { part: next, field: "to" });
  const isBack = target !== undefined && outline.isBack(from.step, target);
  if (next.max !== undefined && !isBack) {
    reading.report(reading.placeOf(next, "max"), "only a way back is bounded: remove it");
  }
  if (target === undefined) return END;
  return isBack ? addAgain(target, { next, ...from }, scope, compilation) : entryOf(target);
}

/** A state that goes back as long as the step has not run too often, and fails then. */
function addAgain(
  target: Step,
  { next, step, index }: { next: Next; step: Step; index: number },
  scope: Scope,
  compilation: Compilation,
): string {
  compilation.counted.add(target.id);
  const key = `${target.id}.runs`;
  const max = next.max ?? RUNS_MAX_DEFAULT;
  const message = `step "${target.id}" has run ${max} times, and "${step.id}" would run it again`;
  const name = `${step.id}.again${index === 0 ? "" : index + 1}`;
  const complete = [
    { target: entryOf(target), guard: `!("${key}" in context) || ${variable(key)} < ${max}` },
    { actions: [{ fail: { code: "RUNS_EXCEEDED", message } }] },
  ];
  const errors = errorTransitions(scope.handlers);
  const on = { complete, ...(errors.length > 0 && { error: errors }) };
  compilation.add(name, { on }, compilation.reading.placeOf(next));
  return name;
}
