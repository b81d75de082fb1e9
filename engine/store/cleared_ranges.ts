/**
 * Which ranges of keys were cleared at which versions.
 *
 * - C1 The pieces are disjoint and ascend; each holds the versions that cleared it, ascending, never none.
 */

/** A range of keys, begin <= key < end, as hexadecimal text. */
export interface KeyRange {
  begin: string;
  end: string;
}

interface Piece extends KeyRange {
  versions: number[];
}

/** A set of cleared ranges that remembers when. Costs grow with the number of pieces that a range touches. */
export class ClearedRanges {
  #pieces: Piece[] = [];

  get isEmpty(): boolean {
    return this.#pieces.length === 0;
  }

  /** Records a clear. Versions never go down from call to call. */
  add(begin: string, end: string, version: number): void {
    if (begin >= end) return;
    const first = this.#firstEndingAfter(begin);
    const replaced: Piece[] = [];
    let cursor = begin;
    let index = first;
    for (; index < this.#pieces.length && this.#pieces[index].begin < end; index++) {
      const piece = this.#pieces[index];
      if (piece.begin < begin) replaced.push({ begin: piece.begin, end: begin, versions: piece.versions.slice() });
      if (cursor < piece.begin) replaced.push({ begin: cursor, end: piece.begin, versions: [version] });
      const inside = { begin: piece.begin < begin ? begin : piece.begin, end: piece.end < end ? piece.end : end };
      const versions = piece.versions.at(-1) === version ? piece.versions.slice() : [...piece.versions, version];
      replaced.push({ ...inside, versions });
      if (piece.end > end) replaced.push({ begin: end, end: piece.end, versions: piece.versions.slice() });
      cursor = inside.end;
    }
    if (cursor < end) replaced.push({ begin: cursor, end, versions: [version] });
    this.#pieces.splice(first, index - first, ...replaced);
  }

  /** The earliest version that cleared the key, if it is not after `version`. */
  clearedBy(text: string, version: number): number | undefined {
    if (this.#pieces.length === 0) return undefined;
    const piece = this.#pieces[this.#firstEndingAfter(text)];
    if (piece === undefined || piece.begin > text || piece.versions[0] > version) return undefined;
    return piece.versions[0];
  }

  /** Whether any key of the range was cleared after `version`. */
  anyAfter(begin: string, end: string, version: number): boolean {
    for (let index = this.#firstEndingAfter(begin); index < this.#pieces.length; index++) {
      if (this.#pieces[index].begin >= end) return false;
      if (this.#pieces[index].versions.at(-1)! > version) return true;
    }
    return false;
  }

  /** The first piece in the range that was cleared at or before `version`; the last one when `reverse`. */
  next(range: KeyRange, version: number, reverse: boolean): KeyRange | undefined {
    if (this.#pieces.length === 0) return undefined;
    const step = reverse ? -1 : 1;
    let index = reverse ? this.#firstBeginningFrom(range.end) - 1 : this.#firstEndingAfter(range.begin);
    for (;; index += step) {
      const piece = this.#pieces[index];
      if (piece === undefined || piece.begin >= range.end || piece.end <= range.begin) return undefined;
      if (piece.versions[0] <= version) return piece;
    }
  }

  /** All pieces, in order. */
  ranges(): readonly KeyRange[] {
    return this.#pieces;
  }

  /** Forgets what was cleared at or before `floor`. */
  trim(floor: number): void {
    this.#pieces = this.#pieces.filter((piece) => {
      while (piece.versions.length > 0 && piece.versions[0] <= floor) piece.versions.shift();
      return piece.versions.length > 0;
    });
  }

  #firstBeginningFrom(text: string): number {
    let low = 0;
    let high = this.#pieces.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#pieces[middle].begin < text) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #firstEndingAfter(text: string): number {
    let low = 0;
    let high = this.#pieces.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#pieces[middle].end <= text) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
