/** One checking of a value against a schema. */

import type { Problem } from "../../errors.ts";
import type { JsonValue } from "../../json.ts";
import type { Meter } from "../cel/meter.ts";
import { Place } from "../place.ts";

/** Where in the value one is; turned into text only when something is wrong there. */
export interface Path {
  parent: Path | undefined;
  key: string | number;
}

/** Problems told of one value; the first ones tell enough. */
const TOLD_MAX = 20;

export class Run {
  readonly meter: Meter;
  readonly problems: Problem[] = [];

  constructor(meter: Meter) {
    this.meter = meter;
  }

  get isFitting(): boolean {
    return this.problems.length === 0;
  }

  report(path: Path | undefined, message: string): void {
    if (this.problems.length < TOLD_MAX) this.problems.push({ path: formatPath(path), message });
  }

  /** Another checking under the same bound, whose problems are its own. */
  apart(): Run {
    return new Run(this.meter);
  }
}

/** A schema that can check values. */
export interface Checker {
  /** Reports to the run what is wrong. @throws MeterExhausted */
  check(value: JsonValue, path: Path | undefined, run: Run): void;
}

export function isFitting(checker: Checker, value: JsonValue, path: Path | undefined, run: Run): boolean {
  const apart = run.apart();
  checker.check(value, path, apart);
  return apart.isFitting;
}

function formatPath(path: Path | undefined): string {
  const keys: (string | number)[] = [];
  for (let at = path; at !== undefined; at = at.parent) keys.unshift(at.key);
  let place = new Place("");
  for (const key of keys) place = typeof key === "number" ? place.item(key) : place.member(key);
  return place.path;
}
