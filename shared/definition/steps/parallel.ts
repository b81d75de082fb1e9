/**
 * Steps that go on at the same time. Each list of them is a part of the instance: a child of the same definition, which
 * begins in the state of the list's first step and gives back the variables that it has written.
 *
 * - P1 What is written in one part is seen in no other. The variables come together when all parts are done, those of a
 *      branch that is written later over those of one before.
 * - P2 When a part fails, the step fails with its code, and the other parts are cancelled. What branches have written
 *      that were done by then is kept, so that a catch may undo it: a part that is done is not undone itself.
 * - P3 An act in a branch takes its events from the instance too, which hands them on to the part.
 */

import type { ActionDefinition, StateDefinition, TransitionDefinition } from "../definition.ts";
import { type BranchesStep, decide, inOrder } from "./branches.ts";
import { type Compilation, errorTransitions, type Scope, variable } from "./compilation.ts";
import { addSteps } from "./compile.ts";
import { isOutsideEvent } from "../ways_out.ts";
import { listsWithin, Reach } from "./outline.ts";
import { type Branch, type Each, END, type Step } from "./step.ts";
import { rungTransitions } from "./timeout.ts";

/** A part knows nothing of what is around it: its end is its own, and so are its failures. */
const PART: Scope = { follow: END, handlers: [], reach: new Reach(), isPart: true };

/** A part for each item of a list; the variable named by the step takes the list of what they have written. */
export function eachAtOnce(step: Step, each: Each, compilation: Compilation): ActionDefinition[] {
  const { reading } = compilation;
  if (each.steps.length === 0) {
    reading.report(reading.placeOf(step, "type"), "does nothing for its items: give it a step");
    return [];
  }
  const { concurrency, output } = each.parallel ?? {};
  const start = {
    state: addSteps(each.steps, PART, compilation),
    input: { [each.as]: "item", [`${step.id}.index`]: "index" },
  };
  const map = {
    name: step.id,
    items: each.items,
    ...(concurrency !== undefined && { concurrency }),
    start,
    ...(output !== undefined && output !== step.id && { output }),
  };
  reading.renote(each, map);
  return [{ map }];
}

/**
 * A part for every way whose condition holds, in rounds: first the ways that need no other, then those that need these,
 * and so on. All conditions are looked at before the first round.
 */
export function addParallel(
  { step, branches, state }: BranchesStep,
  { scope, exits }: { scope: Scope; exits: TransitionDefinition[] },
  compilation: Compilation,
): void {
  const { reading } = compilation;
  const ordered = inOrder({ step, branches }, compilation);
  if (ordered === undefined) return;
  const rounds = toRounds(branches, ordered);
  if (rounds.length > 1) refuseRounds(step, compilation);
  else if (step.timeout !== undefined) state.after = rungTransitions(step, scope, compilation);
  const errors = errorTransitions(scope.handlers);
  const before: ActionDefinition[][] = [
    decide(step, ordered, compilation),
    ...rounds.map((round) => merge(step, round)),
  ];
  for (const [index, round] of rounds.entries()) {
    const parts = round.map((branch) => toPart(step, branch, compilation));
    const isLast = index === rounds.length - 1;
    const next = isLast ? `${step.id}.done` : `${step.id}.round${index + 2}`;
    const own: StateDefinition = index === 0 ? state : {};
    own.enter = [...before[index], ...parts];
    own.on = { complete: [{ target: next }] };
    if (errors.length > 0 && parts.length > 0) {
      own.on.error = errors.map((error) => ({ ...error, actions: merge(step, round) }));
    }
    for (const branch of round) Object.assign(own.on, handOn(branch, compilation));
    if (index > 0) compilation.add(`${step.id}.round${index + 1}`, own, reading.placeOf(step, "type"));
  }
  const done = { enter: before[rounds.length], on: { complete: exits } };
  compilation.add(`${step.id}.done`, done, reading.placeOf(step, "next"));
}

/** By how many others must be gone before, each round in the order in which its branches are written. */
function toRounds(branches: readonly Branch[], ordered: readonly Branch[]): Branch[][] {
  const levels = new Map<string, number>();
  for (const { id, needs = [] } of ordered) {
    levels.set(id, Math.max(0, ...needs.map((needed) => levels.get(needed)! + 1)));
  }
  const rounds = Array.from({ length: Math.max(...levels.values()) + 1 }, (): Branch[] => []);
  for (const branch of branches) if (branch.steps.length > 0) rounds[levels.get(branch.id)!].push(branch);
  return rounds;
}

function refuseRounds(step: Step, { reading }: Compilation): void {
  for (const key of ["timeout", "undo"] as const) {
    if (step[key] === undefined) continue;
    const message = `the branches of this step need one another, so it goes in rounds and has no "${key}": ` +
      "put it to the steps within this one";
    reading.report(reading.placeOf(step, key), message);
  }
}

/** The variable that takes what a branch has written. */
function written(step: Step, { id }: Branch): string {
  return `${step.id}.${id}.wrote`;
}

/** A map over one item, or over none where the branch is not taken. */
function toPart(step: Step, branch: Branch, compilation: Compilation): ActionDefinition {
  return {
    map: {
      name: branch.id,
      items: `${variable(`${step.id}.${branch.id}`)} ? [true] : []`,
      start: { state: addSteps(branch.steps, PART, compilation), input: {} },
      output: written(step, branch),
    },
  };
}

/** Transitions that give the events of a branch's acts to its part (P3). */
function handOn({ id: child, steps }: Branch, compilation: Compilation): Record<string, TransitionDefinition[]> {
  const transitions: Record<string, TransitionDefinition[]> = {};
  for (const event of eventsOf(steps, compilation)) {
    transitions[event] = [{ actions: [{ send: { child, event, data: "event.data" } }] }];
  }
  return transitions;
}

/** What the states of some steps take from outside. Items of a list are several parts, of which none can be meant. */
function eventsOf(steps: readonly Step[], compilation: Compilation): string[] {
  return steps.flatMap((step) => {
    const events: string[] = [];
    for (let round = 1, state = compilation.states[step.id]; state !== undefined; round++) {
      events.push(...Object.keys(state.on ?? {}).filter(isOutsideEvent));
      state = compilation.states[`${step.id}.round${round + 1}`];
    }
    const isParts = step.type !== undefined &&
      ("parallel" in step.type || "each" in step.type && step.type.each.parallel);
    const within = isParts ? listsWithin({ ...step, type: undefined }) : listsWithin(step);
    return [...events, ...within.flatMap((list) => eventsOf(list, compilation))];
  });
}

/** Writes what the branches of a round have written that are done, and forgets it then (P1, P2). */
function merge(step: Step, round: readonly Branch[]): ActionDefinition[] {
  return round.flatMap((branch): ActionDefinition[] => {
    const key = written(step, branch);
    const list = variable(key);
    return [
      { set: { merge: `"${key}" in context && size(${list}) > 0 ? ${list}[0] : {}` } },
      { set: { key, value: [] } },
    ];
  });
}
