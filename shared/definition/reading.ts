/**
 * One reading of a document: what is wrong with it, and where each part of the result was written.
 *
 * Nothing here throws for what a document says: every problem is reported, and reading goes on with the rest.
 */

import type { CompiledCode } from "../code/compiled_code.ts";
import type { Problem } from "../errors.ts";
import { DEFINITION_EXPRESSIONS_MAX, DEFINITION_PATTERNS_MAX, DEFINITION_TASKS_MAX, PROBLEMS_MAX } from "../limits.ts";
import type { Language } from "./definition.ts";
import type { Place, Position } from "./place.ts";

/** Compiles a task's code, so that what does not compile is refused with the definition. */
export type CompileCode = (
  source: string,
  language: Language,
) => { ok: true; code: CompiledCode; hash: string } | { ok: false; problems: Problem[] };

export interface ReportOptions {
  /** Place within the text of an expression or code; becomes the problem's line and column. */
  within?: Position;
  /**
   * The rest of the document means the same whether or not this is corrected (say, a guard that does not parse), so
   * that what is concluded from the whole still holds. Default false.
   */
  isLocal?: boolean;
}

/** What is costly to check, and how many of it one document may have. */
const COSTLY = {
  expressions: DEFINITION_EXPRESSIONS_MAX,
  "regular expressions": DEFINITION_PATTERNS_MAX,
  tasks: DEFINITION_TASKS_MAX,
};

export class Reading {
  readonly compileCode: CompileCode;
  readonly #found: { problem: Problem; offset: number | undefined }[] = [];
  readonly #written = new WeakMap<object, Map<string, Place>>();
  readonly #costly = new Map<keyof typeof COSTLY, number>();
  #isWhole = true;
  #leftOut = 0;

  constructor(compileCode: CompileCode) {
    this.compileCode = compileCode;
  }

  /** Whether all of the document's structure was understood, so that one may conclude from what it lacks. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /**
   * Counts something that is costly to check. False when it is not to be checked: there are too many of it, which is
   * reported, or more problems than will be told.
   */
  count(what: keyof typeof COSTLY, place: Place, amount = 1): boolean {
    if (this.#leftOut > 0) return false;
    const before = this.#costly.get(what) ?? 0;
    this.#costly.set(what, before + amount);
    const max = COSTLY[what];
    if (before <= max && before + amount > max) this.report(place, `more than ${max} ${what} in one definition`);
    return before + amount <= max;
  }

  /** Reports a problem. A message that is costly to make is given as a function. */
  report(place: Place, message: string | (() => string), options: ReportOptions = {}): void {
    if (!options.isLocal) this.#isWhole = false;
    if (this.#found.length >= PROBLEMS_MAX) {
      this.#leftOut++;
      return;
    }
    const problem: Problem = { path: place.path, message: typeof message === "string" ? message : message() };
    const position = options.within ?? place.position;
    if (position !== undefined) Object.assign(problem, { line: position.line, column: position.column });
    if (options.within !== undefined) {
      const inDocument = place.positionWithin(options.within);
      if (inDocument !== undefined) {
        problem.message += inDocumentText(inDocument);
        problem.inDocument = inDocument;
      }
    }
    this.#found.push({ problem, offset: place.offset });
  }

  /** Notes where a part of the result was written; `field` is a key of the part, or empty for the part itself. */
  note(part: object, field: string, place: Place): void {
    const fields = this.#written.get(part) ?? this.#written.set(part, new Map()).get(part)!;
    fields.set(field, place);
  }

  /** Notes that one part has become another. */
  renote(part: object, other: object): void {
    const fields = this.#written.get(part);
    if (fields !== undefined) this.#written.set(other, fields);
  }

  /** Whether a field of a part has been written, right or wrong. */
  isNoted(part: object, field: string): boolean {
    return this.#written.get(part)?.has(field) ?? false;
  }

  /** Where a part of the result, or one of its fields, was written. */
  placeOf(part: object, field = ""): Place {
    const fields = this.#written.get(part);
    const place = fields?.get(field) ?? fields?.get("");
    if (place === undefined) throw new Error("Assertion failed: every part of a result has a place");
    return place;
  }

  /** The problems in the document's order, and a closing line if some were left out. */
  problems(): Problem[] {
    const inOrder = this.#found.toSorted((one, other) => (one.offset ?? 0) - (other.offset ?? 0));
    const problems = inOrder.map(({ problem }) => problem);
    if (this.#leftOut > 0) {
      problems.push({ path: "", message: `and more: only the first ${PROBLEMS_MAX} problems are listed` });
    }
    return problems;
  }
}

/** What the message of a problem within code or a guard ends with: line and column of the problem are those within it. */
export function inDocumentText({ line, column }: { line: number; column: number }): string {
  return ` (line ${line}, column ${column} of the document)`;
}
