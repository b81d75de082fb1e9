/**
 * The writes of one transaction before it commits, as the transaction itself sees them.
 *
 * - W1 Cleared ranges come first, points after them: a point stands over every clear, and a clear removes the points
 *      under it. So the order in which writes were made need not be kept.
 */

import { ClearedRanges, type KeyRange } from "./cleared_ranges.ts";
import { decodeCounter, encodeCounter } from "./counter_value.ts";
import type { Layer, LayerVisitor } from "./layered_range.ts";
import { SortedKeys } from "./sorted_keys.ts";
import type { Bytes } from "./store.ts";

/** What becomes of one key: a new value, nothing, or what is there plus `add`. */
export interface PointWrite {
  readonly text: string;
  readonly key: Bytes;
  value: Bytes | undefined;
  /** Undefined unless the write is an addition to what lies below. */
  add: bigint | undefined;
}

/** A key that is complete only once the commit has its version. */
export interface StampedWrite {
  prefix: Bytes;
  suffix: Bytes;
  value: Bytes;
}

/** All clears of a transaction carry the same version: it has none yet. */
const OWN = 0;

export class WriteBuffer implements Layer {
  readonly points = new Map<string, PointWrite>();
  readonly stamped: StampedWrite[] = [];
  readonly #cleared = new ClearedRanges();
  /** The points in order; made when first needed, which is in few transactions. */
  #order: SortedKeys | undefined;
  /** Reads what lies below; only for keys that are added to. */
  readonly #lowerGet: (text: string, key: Bytes) => Bytes | undefined;

  constructor(lowerGet: (text: string, key: Bytes) => Bytes | undefined) {
    this.#lowerGet = lowerGet;
  }

  get isEmpty(): boolean {
    return this.points.size === 0 && this.#cleared.isEmpty && this.stamped.length === 0;
  }

  clearedRanges(): readonly KeyRange[] {
    return this.#cleared.ranges();
  }

  /** Sets the key, or clears it when the value is undefined. */
  put(key: Bytes, value: Bytes | undefined): void {
    const text = key.toHex();
    const point = this.points.get(text);
    if (point === undefined) this.#insert({ text, key, value, add: undefined });
    else {
      point.value = value;
      point.add = undefined;
    }
  }

  add(key: Bytes, delta: bigint): void {
    const text = key.toHex();
    const point = this.points.get(text);
    if (point !== undefined) {
      if (point.add !== undefined) point.add += delta;
      else point.value = encodeCounter(decodeCounter(point.value) + delta);
    } else if (this.#cleared.clearedBy(text, OWN) !== undefined) {
      this.#insert({ text, key, value: encodeCounter(delta), add: undefined });
    } else {
      this.#insert({ text, key, value: undefined, add: delta });
    }
  }

  clearRange(begin: Bytes, end: Bytes): void {
    const range = { begin: begin.toHex(), end: end.toHex() };
    const covered: string[] = [];
    this.#sorted().visit(range.begin, range.end, (text) => covered.push(text) > 0);
    for (const text of covered) {
      this.points.delete(text);
      this.#order!.delete(text);
    }
    this.#cleared.add(range.begin, range.end, OWN); // W1
  }

  /** The transaction's own word on a key, or undefined when it has none. */
  ownWrite(text: string): PointWrite | "cleared" | undefined {
    const point = this.points.get(text);
    if (point !== undefined) return point;
    return this.#cleared.clearedBy(text, OWN) === undefined ? undefined : "cleared";
  }

  /** The value that a write leaves behind. */
  resolve(point: PointWrite): Bytes | undefined {
    if (point.add === undefined) return point.value;
    return encodeCounter(decodeCounter(this.#lowerGet(point.text, point.key)) + point.add);
  }

  nextCleared(range: KeyRange, reverse: boolean): KeyRange | undefined {
    return this.#cleared.next(range, OWN, reverse);
  }

  visit(range: KeyRange, reverse: boolean, visitor: LayerVisitor): void {
    if (this.points.size === 0) return;
    const visitKey = (text: string) => {
      const point = this.points.get(text)!;
      return visitor(text, point.key, this.resolve(point));
    };
    if (reverse) this.#sorted().visitReverse(range.begin, range.end, visitKey);
    else this.#sorted().visit(range.begin, range.end, visitKey);
  }

  #insert(point: PointWrite): void {
    this.points.set(point.text, point);
    this.#order?.add(point.text);
  }

  #sorted(): SortedKeys {
    if (this.#order === undefined) {
      this.#order = new SortedKeys();
      for (const text of this.points.keys()) this.#order.add(text);
    }
    return this.#order;
  }
}
