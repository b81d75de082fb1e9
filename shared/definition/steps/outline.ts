/** All steps of a workflow at a glance: their order, and that what refers to a step finds one. */

import { nearestName } from "../nearest_name.ts";
import { quote } from "../place.ts";
import type { Reading } from "../reading.ts";
import { ABORTED, type Branch, END, type Step } from "./step.ts";

/** The lists of steps within a step, in the order in which they are written. */
export function listsWithin(step: Step): Step[][] {
  return [
    ...branchesOf(step).map(({ steps }) => steps),
    ...(step.type !== undefined && "each" in step.type ? [step.type.each.steps] : []),
    ...(step.catch ?? []).map(({ steps }) => steps),
    ...(step.timeout ?? []).map(({ steps }) => steps),
  ];
}

export function branchesOf({ type }: Step): Branch[] {
  if (type === undefined) return [];
  return "branches" in type ? type.branches : "parallel" in type ? type.parallel : "choose" in type ? type.choose : [];
}

export class Outline {
  /** By step, its number in the order of the document. */
  readonly #order = new Map<Step, number>();

  constructor(steps: readonly Step[], reading: Reading) {
    const ids = new Map<string, string>([END, ABORTED].map((id) => [id, "a state that every workflow has"]));
    const take = (part: Step | Branch, what: string) => {
      if (part.id === undefined) return;
      const other = ids.get(part.id);
      if (other !== undefined) {
        const message = `the id ${quote(part.id)} is taken by ${other}: give each its own`;
        reading.report(reading.placeOf(part, "id"), message);
      }
      ids.set(part.id, what);
    };
    const visit = (list: readonly Step[]) => {
      for (const step of list) {
        this.#order.set(step, this.#order.size);
        take(step, "another step");
        for (const branch of branchesOf(step)) take(branch, "a branch");
        listsWithin(step).forEach(visit);
      }
    };
    visit(steps);
  }

  /** How many steps there are, those within steps included. */
  get size(): number {
    return this.#order.size;
  }

  /** All steps, in the order of the document. */
  get steps(): Iterable<Step> {
    return this.#order.keys();
  }

  /** Whether going from one step to the other goes back, or stays. */
  isBack(from: Step, to: Step): boolean {
    return this.#order.get(to)! <= this.#order.get(from)!;
  }
}

/** The steps that may be gone to from some place: those of its list, and of the lists around it. */
export class Reach {
  readonly #steps: ReadonlyMap<string, Step>;

  constructor(steps: ReadonlyMap<string, Step> = new Map()) {
    this.#steps = steps;
  }

  with(list: readonly Step[]): Reach {
    return new Reach(new Map([...this.#steps, ...list.map((step): [string, Step] => [step.id, step])]));
  }

  /** The step of that id; undefined for `end`, and for what is not there, which is reported. */
  find(id: string, reading: Reading, part: { part: object; field: string }): Step | undefined {
    const step = this.#steps.get(id);
    if (step !== undefined || id === END) return step;
    reading.report(reading.placeOf(part.part, part.field), () => {
      const known = [...this.#steps.keys(), END];
      const listed = `; from here one may go to ${known.slice(0, 10).join(", ")}${known.length > 10 ? ", ..." : ""}`;
      return `there is no step ${quote(id)} in this list or around it${nearestName(id, known) || listed}`;
    });
    return undefined;
  }
}
