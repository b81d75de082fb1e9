/** Reading a range through a layer of changes: a transaction's own writes over a snapshot, recent commits over a file. */

import type { KeyRange } from "./cleared_ranges.ts";
import type { Bytes, Pair } from "./store.ts";

/** Changes that lie over something older. */
export interface Layer {
  /** Visits the changed keys of the range in order; undefined is a removed one. Ends when the visitor returns false. */
  visit(range: KeyRange, reverse: boolean, visitor: LayerVisitor): void;
  /** The first (or, when `reverse`, the last) range within `range` of which nothing older shows. */
  nextCleared(range: KeyRange, reverse: boolean): KeyRange | undefined;
}

export type LayerVisitor = (text: string, key: Bytes, value: Bytes | undefined) => boolean;

/** Reads up to `limit` pairs of what lies below. */
export type LowerRange = (range: KeyRange, limit: number, reverse: boolean) => Pair[];

/** The first `limit` pairs of the range as seen through the layer; the last ones, backwards, when `reverse`. */
export function layeredRange(
  layer: Layer,
  lower: LowerRange,
  range: KeyRange & { limit: number; reverse: boolean },
): Pair[] {
  const { limit, reverse } = range;
  const pairs: Pair[] = [];
  let rest: KeyRange = { begin: range.begin, end: range.end };
  while (rest.begin < rest.end && pairs.length < limit) {
    const { part, rows } = lowerPart(layer, lower, rest, limit - pairs.length, reverse);
    mergeInto(pairs, layer, part, rows, limit, reverse);
    rest = reverse ? { begin: rest.begin, end: part.begin } : { begin: part.end, end: rest.end };
  }
  return pairs;
}

/** The next part of the range, and all that shows of what is below in it. */
function lowerPart(layer: Layer, lower: LowerRange, rest: KeyRange, limit: number, reverse: boolean) {
  const cleared = layer.nextCleared(rest, reverse);
  let { begin, end } = rest;
  if (cleared !== undefined) {
    if (reverse ? cleared.end >= end : cleared.begin <= begin) {
      const part = reverse
        ? { begin: cleared.begin > begin ? cleared.begin : begin, end }
        : { begin, end: cleared.end < end ? cleared.end : end };
      return { part, rows: [] };
    }
    if (reverse) begin = cleared.end;
    else end = cleared.begin;
  }
  const rows = lower({ begin, end }, limit, reverse);
  if (rows.length === limit) {
    const last = rows[limit - 1].key.toHex();
    if (reverse) begin = last;
    else end = last + "00"; // The first key after it.
  }
  return { part: { begin, end }, rows };
}

function mergeInto(pairs: Pair[], layer: Layer, part: KeyRange, rows: Pair[], limit: number, reverse: boolean): void {
  let next = 0;
  let nextText = rows.length > 0 ? rows[0].key.toHex() : "";
  const take = () => {
    next++;
    if (next < rows.length) nextText = rows[next].key.toHex();
  };
  layer.visit(part, reverse, (text, key, value) => {
    while (next < rows.length && (reverse ? nextText > text : nextText < text)) {
      pairs.push(rows[next]);
      take();
      if (pairs.length === limit) return false;
    }
    if (next < rows.length && nextText === text) take();
    if (value !== undefined) pairs.push({ key, value });
    return pairs.length < limit;
  });
  for (; next < rows.length && pairs.length < limit; next++) pairs.push(rows[next]);
}
