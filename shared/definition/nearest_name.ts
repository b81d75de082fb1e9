/** Suggestions for misspelled names. */

/** Longer names are not compared: the cost grows with the square. */
const COMPARED_CHARS_MAX = 64;
const COMPARED_NAMES_MAX = 1_000;

/**
 * `; did you mean "x"?` for the name that is nearest, if one is near enough to be meant; else the empty string.
 *
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(nearestName("aprove", ["approve", "reject"]), '; did you mean "approve"?');
 * assert.equal(nearestName("cancel", ["approve", "reject"]), "");
 * ```
 */
export function nearestName(name: string, known: Iterable<string>): string {
  if (name.length > COMPARED_CHARS_MAX) return "";
  const within = Math.max(1, Math.floor(name.length / 3));
  let nearest: string | undefined;
  let distance = within + 1;
  let compared = 0;
  for (const other of known) {
    if (Math.abs(other.length - name.length) > within || other === name) continue;
    if (++compared > COMPARED_NAMES_MAX) break;
    const found = editDistance(name.toLowerCase(), other.toLowerCase());
    if (found < distance) [nearest, distance] = [other, found];
  }
  return nearest === undefined ? "" : `; did you mean "${nearest}"?`;
}

/** Insertions, deletions, replacements and swaps of neighbours that lead from one text to the other. */
function editDistance(from: string, to: string): number {
  let twoBack: number[] = [];
  let back = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const replaced = back[column - 1] + (from[row - 1] === to[column - 1] ? 0 : 1);
      current[column] = Math.min(back[column] + 1, current[column - 1] + 1, replaced);
      if (row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]) {
        current[column] = Math.min(current[column], twoBack[column - 2] + 1);
      }
    }
    [twoBack, back] = [back, current];
  }
  return back[to.length];
}
