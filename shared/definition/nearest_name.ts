/** Suggestions for misspelled names. */

/** Longer names, and more of them, are not compared: the cost grows with their product. */
const COMPARED_CHARS_MAX = 64;
const COMPARED_NAMES_MAX = 500;
/** More slips than this, and another name was meant. */
const SLIPS_MAX = 3;

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
  const within = Math.min(SLIPS_MAX, Math.max(1, Math.floor(name.length / 3)));
  let nearest: string | undefined;
  let distance = within + 1;
  let compared = 0;
  for (const other of known) {
    if (Math.abs(other.length - name.length) > within || other === name) continue;
    if (++compared > COMPARED_NAMES_MAX) break;
    const found = editDistance(...withoutCommon(name.toLowerCase(), other.toLowerCase()), within);
    if (found < distance) [nearest, distance] = [other, found];
  }
  return nearest === undefined ? "" : `; did you mean "${nearest}"?`;
}

/** Two texts without what they begin and end with alike, which is most of them where one is a slip of the other. */
function withoutCommon(one: string, other: string): [string, string] {
  const shorter = Math.min(one.length, other.length);
  let start = 0;
  while (start < shorter && one[start] === other[start]) start++;
  let end = 0;
  while (end < shorter - start && one[one.length - 1 - end] === other[other.length - 1 - end]) end++;
  return [one.slice(start, one.length - end), other.slice(start, other.length - end)];
}

/**
 * Insertions, deletions, replacements and swaps of neighbours that lead from one text to the other; where there are more
 * than `within`, some number above it. Cells further than that from the diagonal cannot matter, and are not computed.
 */
function editDistance(from: string, to: string, within: number): number {
  const far = within + 1;
  let twoBack: number[] = [];
  let back = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 1; row <= from.length; row++) {
    const current: number[] = new Array(to.length + 1).fill(far);
    if (row <= within) current[0] = row;
    const last = Math.min(to.length, row + within);
    for (let column = Math.max(1, row - within); column <= last; column++) {
      const replaced = back[column - 1] + (from[row - 1] === to[column - 1] ? 0 : 1);
      let least = Math.min(back[column] + 1, current[column - 1] + 1, replaced);
      if (row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]) {
        least = Math.min(least, twoBack[column - 2] + 1);
      }
      current[column] = least;
    }
    [twoBack, back] = [back, current];
  }
  return back[to.length];
}
