/**
 * From steps to a state machine: one pure function. What registers, stores and runs definitions sees only its result.
 *
 * What each step becomes, docs/steps.md says to authors.
 */

import type { JsonObject } from "../../json.ts";
import { STATES_MAX } from "../../limits.ts";
import type { Definition, StateDefinition, TransitionDefinition } from "../definition.ts";
import { canFail } from "../graph.ts";
import { type Place, quote } from "../place.ts";
import type { Reading } from "../reading.ts";
import { partsOf, waysOut } from "../ways_out.ts";
import { addAct } from "./act.ts";
import { addBranches, addChoose } from "./branches.ts";
import { Compilation, entryOf, errorTransitions, type Handler, type Scope, variable } from "./compilation.ts";
import { addEach } from "./each.ts";
import { exitsOf } from "./next.ts";
import { Outline, Reach } from "./outline.ts";
import { addParallel, eachAtOnce } from "./parallel.ts";
import { actionsOf, isFailure, isInstant } from "./simple.ts";
import { END, type Step, type StepsDocument } from "./step.ts";
import { rungTransitions } from "./timeout.ts";

/** Undefined when the steps are not all there; that has been reported. */
export function compileSteps(
  document: Partial<StepsDocument>,
  source: JsonObject,
  { reading, place }: { reading: Reading; place: Place },
): Definition | undefined {
  const { id, name, description, steps, ...shared } = document;
  if (id === undefined || steps === undefined || steps.length === 0 || !reading.isWhole) return undefined;
  const outline = new Outline(steps, reading);
  if (outline.size > STATES_MAX) {
    reading.report(place.member("steps"), `are ${outline.size} steps, at most ${STATES_MAX} are allowed`);
  }
  if (!reading.isWhole) return undefined;
  const compilation = new Compilation(reading, outline);
  const initial = addSteps(steps, { follow: END, handlers: [], reach: new Reach() }, compilation);
  for (const target of compilation.counted) count(compilation.states[target], target);
  compilation.close(place);
  const states = Object.keys(compilation.states).length;
  if (states > STATES_MAX) {
    reading.report(place.member("steps"), `make ${states} states, at most ${STATES_MAX} are allowed`);
  }
  if (reading.isWhole) refuseUnreached(compilation, initial);
  const about = description ?? name;
  const definition: Definition = {
    name: id,
    ...(about !== undefined && { description: about }),
    initial,
    ...shared,
    states: compilation.states,
    source: { format: "steps", document: source },
  };
  reading.renote(document, definition);
  reading.note(definition, "", place);
  return definition;
}

/** Tells of the steps that nothing at all leads to; what only they lead to follows from that. */
function refuseUnreached({ states, outline, reading }: Compilation, initial: string): void {
  const targets = new Set([initial]);
  for (const state of Object.values(states)) {
    for (const { transition } of waysOut(state)) if (transition.target !== undefined) targets.add(transition.target);
    for (const part of partsOf(state)) targets.add(part.state!);
  }
  for (const step of outline.steps) {
    if (targets.has(entryOf(step)) || !Object.hasOwn(states, entryOf(step))) continue;
    const message = `nothing leads to step ${quote(step.id)}: remove it, or lead there with "next"`;
    reading.report(reading.placeOf(step), message);
  }
}

/** Counts how often a step has run, before anything else is done in it. */
function count(state: StateDefinition, id: string): void {
  const key = `${id}.runs`;
  const expression = `"${key}" in context ? ${variable(key)} + 1 : 1`;
  state.enter = [{ set: { key, expression } }, ...(state.enter ?? [])];
}

/** Adds the states of a list of steps; gives the one that begins it. */
export function addSteps(steps: readonly Step[], scope: Scope, compilation: Compilation): string {
  const reach = scope.reach.with(steps);
  for (const [index, step] of steps.entries()) {
    const next = steps[index + 1];
    const follow = next === undefined ? scope.follow : entryOf(next);
    addStep(step, { ...scope, follow, before: steps[index - 1] ?? scope.before, reach }, compilation);
  }
  return steps.length === 0 ? scope.follow : entryOf(steps[0]);
}

function addStep(step: Step, scope: Scope, compilation: Compilation): void {
  const { reading } = compilation;
  const place = reading.placeOf(step);
  if (step.if !== undefined) {
    const passed = [{ target: step.id, guard: step.if }, { target: scope.follow }];
    reading.note(passed[0], "guard", reading.placeOf(step, "if"));
    compilation.add(`${step.id}.if`, { on: { complete: passed } }, reading.placeOf(step, "if"));
  }
  const state: StateDefinition = {};
  if (step.name !== undefined) state.description = step.name;
  // The state comes before those of the steps within the step, as its text does.
  compilation.add(step.id, state, place);
  const exits = isFailure(step) ? [] : exitsOf(step, scope, compilation);
  const handlers = [...addCatches(step, scope, compilation), ...scope.handlers];
  const inner: Scope = { ...scope, handlers };
  if (step.type !== undefined && "parallel" in step.type) {
    addParallel({ step, branches: step.type.parallel, state }, { scope: inner, exits }, compilation);
  } else if (!addComposite(step, state, { scope: inner, exits }, compilation)) {
    addPlain(step, state, { inner, exits }, compilation);
  }
  if (step.undo !== undefined) addUndo(step, state, scope, compilation);
  compilation.add(step.id, state, place);
}

function addCatches(step: Step, scope: Scope, compilation: Compilation): Handler[] {
  const { reading } = compilation;
  if (step.catch !== undefined && isInstant(step)) {
    reading.report(reading.placeOf(step, "catch"), "this step cannot fail, so nothing is caught: remove it");
  }
  return (step.catch ?? []).map((part) => {
    const next = part.next === undefined ? undefined : scope.reach.find(part.next, reading, { part, field: "next" });
    const follow = part.next === undefined ? scope.follow : next === undefined ? END : entryOf(next);
    return { codes: part.codes, target: addSteps(part.steps, { ...scope, follow, before: step }, compilation) };
  });
}

/** A step that is several states; false when it is one. */
function addComposite(
  step: Step,
  state: StateDefinition,
  { scope, exits }: { scope: Scope; exits: TransitionDefinition[] },
  compilation: Compilation,
): boolean {
  const { type } = step;
  if (type === undefined) return false;
  const isSequential = "each" in type && type.each.parallel === undefined;
  if (!("branches" in type || "choose" in type || isSequential)) return false;
  const { reading } = compilation;
  for (const key of ["timeout", "undo"] as const) {
    if (step[key] === undefined) continue;
    const message = `"${key}" belongs to a step that is one thing: put it to the steps within this one`;
    reading.report(reading.placeOf(step, key), message);
  }
  const inner = { ...scope, follow: doneOf(step, exits, compilation) };
  if ("branches" in type) addBranches({ step, branches: type.branches, state }, inner, compilation);
  else if ("choose" in type) addChoose({ step, branches: type.choose, state }, inner, compilation);
  else if ("each" in type) addEach({ step, each: type.each, state }, inner, compilation);
  return true;
}

function addPlain(
  step: Step,
  state: StateDefinition,
  { inner, exits }: { inner: Scope; exits: TransitionDefinition[] },
  compilation: Compilation,
): void {
  const { reading } = compilation;
  if (isFailure(step)) refuseVain(step, compilation);
  if (step.timeout !== undefined && isInstant(step)) {
    reading.report(reading.placeOf(step, "timeout"), "this step takes no time, so it has no timeout: remove it");
  } else if (step.timeout !== undefined) {
    state.after = rungTransitions(step, inner, compilation);
  }
  if (step.type !== undefined && "act" in step.type) {
    addAct({ step, act: step.type.act, state, done: doneOf(step, exits, compilation) }, inner, compilation);
  } else {
    const each = step.type !== undefined && "each" in step.type ? step.type.each : undefined;
    const isParts = each !== undefined && each.parallel?.task === undefined;
    const enter = isParts ? eachAtOnce(step, each, compilation) : actionsOf(step, compilation);
    if (enter.length > 0) state.enter = enter;
    if (exits.length > 0) state.on = { complete: exits };
  }
  const errors = errorTransitions(inner.handlers);
  if (errors.length > 0 && canFail(state)) state.on = { ...state.on, error: errors };
  else if (isFailure(step)) state.final = "failed";
}

function addUndo(step: Step, state: StateDefinition, { isPart }: Scope, { reading }: Compilation): void {
  state.compensate = step.undo;
  if (!isPart) return;
  const message =
    "what runs beside other steps is not undone once it is done: remove it, and undo this in a catch of " +
    "the step around, or in its undo";
  reading.report(reading.placeOf(step, "undo"), message, { isLocal: true });
}

/** A step that fails is never done. */
function refuseVain(step: Step, { reading }: Compilation): void {
  for (const key of ["next", "timeout", "undo"] as const) {
    if (step[key] === undefined) continue;
    reading.report(reading.placeOf(step, key), `a step that fails is never done, so it has no "${key}": remove it`);
  }
}

/** The state that comes after a step that does not lead there by itself. */
function doneOf(step: Step, exits: TransitionDefinition[], compilation: Compilation): string {
  const [first] = exits;
  if (exits.length === 1 && first.guard === undefined && first.actions === undefined) return first.target!;
  const name = `${step.id}.done`;
  compilation.add(name, { on: { complete: exits } }, compilation.reading.placeOf(step, "next"));
  return name;
}
