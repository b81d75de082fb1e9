/** From columns of compiled code back to columns of the author's source. Lines are the same in both. */

/** Text put into one of the author's lines: `chars` characters at `column` of the author's `line`, both from 1. */
export interface Insertion {
  line: number;
  column: number;
  chars: number;
}

/**
 * The author's column for a column of the compiled code, both from 1.
 *
 * A column inside inserted text leads to the place where it was inserted.
 */
export function authorColumn(insertions: readonly Insertion[], line: number, column: number): number {
  let shift = 0;
  for (const insertion of insertions) {
    if (insertion.line < line) continue;
    if (insertion.line > line) break;
    const start = insertion.column + shift;
    if (column <= start) break;
    shift += Math.min(insertion.chars, column - start);
  }
  return column - shift;
}
