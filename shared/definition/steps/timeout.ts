/** The rungs of a step's timeout. */

import type { ActionDefinition, DelayedTransitionDefinition } from "../definition.ts";
import { formatDuration } from "../duration.ts";
import { type Compilation, entryOf, type Scope } from "./compilation.ts";
import { addSteps } from "./compile.ts";
import { actionsOf, isInstant } from "./simple.ts";
import { END, type Rung, type Step } from "./step.ts";

/** The delayed transitions of the step's state, by time. */
export function rungTransitions(step: Step, scope: Scope, compilation: Compilation): DelayedTransitionDefinition[] {
  const { reading } = compilation;
  const times = new Set<number>();
  const transitions = (step.timeout ?? []).map((rung) => {
    if (times.has(rung.afterMs)) {
      const message = `the step has another rung after ${formatDuration(rung.afterMs)}: make them one`;
      reading.report(reading.placeOf(rung, "afterMs"), message);
    }
    times.add(rung.afterMs);
    const transition = toTransition(rung, step, scope, compilation);
    reading.note(transition, "", reading.placeOf(rung));
    return transition;
  });
  return transitions.sort((one, other) => one.delayMs - other.delayMs);
}

function toTransition(
  rung: Rung,
  step: Step,
  scope: Scope,
  compilation: Compilation,
): DelayedTransitionDefinition {
  const { afterMs: delayMs, error, next } = rung;
  if (error !== undefined) {
    const message = `step "${step.id}" took longer than ${formatDuration(delayMs)}`;
    return { delayMs, actions: [{ fail: { code: error, message } }] };
  }
  if (next !== undefined) {
    const target = scope.reach.find(next, compilation.reading, { part: rung, field: "next" });
    if (target !== undefined && compilation.outline.isBack(step, target)) {
      const message = 'a rung cannot lead back: lead on, to a step whose "next" leads back';
      compilation.reading.report(compilation.reading.placeOf(rung, "next"), message);
    }
    const follow = target === undefined ? END : entryOf(target);
    return { delayMs, target: addSteps(rung.steps, { ...scope, follow, before: step }, compilation) };
  }
  const actions = rung.steps.flatMap((beside) => actionsBeside(beside, compilation));
  if (actions.length === 0 && compilation.reading.isWhole) {
    const message = "does nothing: give it a step that does something beside the other";
    compilation.reading.report(compilation.reading.placeOf(rung, "steps"), message);
  }
  return { delayMs, actions };
}

/** What is done while the step goes on. There is one state, so it can only be what needs none of its own. */
function actionsBeside(step: Step, compilation: Compilation): ActionDefinition[] {
  const { reading } = compilation;
  for (const key of ["if", "next", "catch", "timeout", "undo"] as const) {
    if (step[key] === undefined) continue;
    const message = `a step that runs beside another has no "${key}": remove it, or give the other step up with "next"`;
    reading.report(reading.placeOf(step, key), message);
  }
  const isPlain = isInstant(step) || step.type !== undefined && "script" in step.type;
  if (!isPlain) {
    const message = "beside a step that goes on there can be scripts, set, log, send, and a workflow that is not " +
      'waited for: give the step up with "next" for more';
    reading.report(reading.placeOf(step, "type"), message);
  }
  return actionsOf(step, compilation);
}
