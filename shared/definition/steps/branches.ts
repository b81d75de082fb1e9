/** Steps that part into several ways. Those that are taken are gone one after the other, as a machine has one state. */

import type { ActionDefinition, StateDefinition, TransitionDefinition } from "../definition.ts";
import { nearestName } from "../nearest_name.ts";
import { quote } from "../place.ts";
import { type Compilation, entryOf, type Scope, variable } from "./compilation.ts";
import { addSteps } from "./compile.ts";
import type { Branch, Step } from "./step.ts";

export interface BranchesStep {
  step: Step;
  branches: Branch[];
  state: StateDefinition;
}

/** More would be more actions than one list may have. */
const BRANCHES_MAX = 30;

/**
 * Every way whose condition holds. All conditions are looked at before the first way is gone, so that what is done in
 * one does not decide on another; the variables `STEP.BRANCH` say which were taken.
 */
export function addBranches({ step, branches, state }: BranchesStep, scope: Scope, compilation: Compilation): void {
  const { reading } = compilation;
  const ordered = inOrder({ step, branches }, compilation);
  if (ordered === undefined) return;
  const flag = (id: string) => variable(`${step.id}.${id}`);
  const isConditional = ({ if: condition, else: isElse, needs }: Branch) =>
    condition !== undefined || isElse === true || needs !== undefined;
  state.enter = decide(step, ordered, compilation);
  let follow = scope.follow;
  const added: (() => void)[] = [];
  for (const branch of ordered.toReversed()) {
    const after = follow;
    const begin = branch.steps.length === 0 ? after : entryOf(branch.steps[0]);
    added.unshift(() => {
      if (isConditional(branch)) {
        const taken = [{ target: begin, guard: flag(branch.id) }, { target: after }];
        compilation.add(`${branch.id}.if`, named({ on: { complete: taken } }, branch), reading.placeOf(branch));
      }
      addSteps(branch.steps, { ...scope, follow: after, before: step }, compilation);
    });
    follow = isConditional(branch) ? `${branch.id}.if` : begin;
  }
  for (const add of added) add();
  state.on = { complete: [{ target: follow }] };
}

/** Sets a variable for each branch: whether it is taken. Those that are needed come before those that need them. */
export function decide(step: Step, ordered: readonly Branch[], { reading }: Compilation): ActionDefinition[] {
  const key = (id: string) => `${step.id}.${id}`;
  const others = ordered.filter(({ else: isElse }) => !isElse);
  const byItself = (branch: Branch): ActionDefinition => {
    const { id, if: condition, else: isElse } = branch;
    const expression = isElse && others.length > 0
      ? `!(${others.map((other) => variable(key(other.id))).join(" || ")})`
      : condition;
    const set = expression === undefined ? { key: key(id), value: true } : { key: key(id), expression };
    reading.note(set, "", reading.placeOf(branch));
    if (condition !== undefined) reading.note(set, "expression", reading.placeOf(branch, "if"));
    return { set };
  };
  const withNeeds = ({ id, needs = [] }: Branch): ActionDefinition[] => {
    if (needs.length === 0) return [];
    return [{ set: { key: key(id), expression: [id, ...needs].map((id) => variable(key(id))).join(" && ") } }];
  };
  const elses = ordered.filter(({ else: isElse }) => isElse);
  return [others, elses].flatMap((part) => [...part.map(byItself), ...part.flatMap(withNeeds)]);
}

/**
 * Those that are needed before those that need them, else as they are written, the one for the rest last. Undefined when
 * they need each other, which is reported.
 */
export function inOrder(
  { step, branches }: Pick<BranchesStep, "step" | "branches">,
  compilation: Compilation,
): Branch[] | undefined {
  const { reading } = compilation;
  checkElse(branches, compilation);
  if (branches.length > BRANCHES_MAX) {
    const message = `has ${branches.length} branches, at most ${BRANCHES_MAX} are allowed`;
    reading.report(reading.placeOf(step, "type"), message);
  }
  const byId = new Map(branches.map((branch) => [branch.id, branch]));
  const ordered = new Set<Branch>();
  const open = new Set<Branch>();
  let isSound = true;
  const visit = (branch: Branch) => {
    if (ordered.has(branch) || !isSound) return;
    open.add(branch);
    for (const id of branch.needs ?? []) {
      const needed = byId.get(id);
      const place = reading.placeOf(branch, "needs");
      if (needed === undefined) {
        const known = [...byId.keys()].filter((other) => other !== branch.id);
        const hint = nearestName(id, known) || `; the others are ${known.slice(0, 10).join(", ")}`;
        reading.report(place, `there is no branch ${quote(id)} beside this one${hint}`);
        isSound = false;
      } else if (needed.else) {
        reading.report(place, `needs ${quote(id)}, which is taken only if no other is: remove it`);
        isSound = false;
      } else if (open.has(needed)) {
        reading.report(place, `needs ${quote(id)}, which needs it in turn: remove one of the two`);
        isSound = false;
      } else visit(needed);
    }
    open.delete(branch);
    ordered.add(branch);
  };
  for (const branch of branches) if (!branch.else) visit(branch);
  for (const branch of branches) visit(branch);
  return isSound ? [...ordered] : undefined;
}

function checkElse(branches: readonly Branch[], { reading }: Compilation): void {
  for (const branch of branches.filter((branch) => branch.else).slice(1)) {
    reading.report(reading.placeOf(branch, "else"), 'another branch has "else" already: one is taken if no other is');
  }
}

function named(state: StateDefinition, { name }: Branch): StateDefinition {
  return name === undefined ? state : { description: name, ...state };
}

/** The first way whose condition holds, in the order in which they are written; the `else` comes last. */
export function addChoose({ step, branches, state }: BranchesStep, scope: Scope, compilation: Compilation): void {
  const { reading } = compilation;
  checkElse(branches, compilation);
  const ordered = [...branches.filter((branch) => !branch.else), ...branches.filter((branch) => branch.else)];
  const ways = ordered.map((branch): TransitionDefinition => {
    if (branch.needs !== undefined) {
      reading.report(reading.placeOf(branch, "needs"), 'only one way is gone, so none needs another: remove "needs"');
    }
    const target = addSteps(branch.steps, { ...scope, before: step }, compilation);
    const way = branch.if === undefined ? { target } : { target, guard: branch.if };
    reading.note(way, "", reading.placeOf(branch));
    if (branch.if !== undefined) reading.note(way, "guard", reading.placeOf(branch, "if"));
    return way;
  });
  const isAlways = ways.some(({ guard }) => guard === undefined);
  state.on = { complete: isAlways ? ways : [...ways, { target: scope.follow }] };
}
