/** Edits of a source text that keep its lines, and the record that leads columns back. */

import type { Insertion } from "./source_position.ts";

/** Replaces the characters from `start` to `end` (offsets). The text has no line break and is no shorter. */
export interface TextEdit {
  start: number;
  end: number;
  text: string;
}

/** Spaces in place of text, line breaks kept. */
export function blank(source: string, start: number, end: number): TextEdit {
  return { start, end, text: source.slice(start, end).replace(/[^\n\r\u2028\u2029]/g, " ") };
}

/** Applies edits, in any order. Of two that overlap, the one that starts first counts. */
export function applyEdits(source: string, edits: readonly TextEdit[]): { text: string; insertions: Insertion[] } {
  const ordered = edits.map((edit, order) => ({ ...edit, order }))
    .sort((a, b) => a.start - b.start || a.end - b.end || a.order - b.order);
  const parts: string[] = [];
  const insertions: Insertion[] = [];
  const places = new LinePlaces(source);
  let at = 0;
  for (const edit of ordered) {
    if (edit.start < at) continue;
    parts.push(source.slice(at, edit.start), edit.text);
    at = edit.end;
    const chars = edit.text.length - (edit.end - edit.start);
    if (chars > 0) insertions.push({ ...places.at(edit.start), chars });
  }
  parts.push(source.slice(at));
  return { text: parts.join(""), insertions };
}

/** Lines and columns of ascending offsets. */
class LinePlaces {
  readonly #source: string;
  #line = 1;
  #lineStart = 0;
  #scanned = 0;

  constructor(source: string) {
    this.#source = source;
  }

  at(offset: number): { line: number; column: number } {
    const breaks = /\r\n|[\n\r\u2028\u2029]/g;
    breaks.lastIndex = this.#scanned;
    for (let found = breaks.exec(this.#source); found !== null && found.index < offset;) {
      this.#line++;
      this.#lineStart = breaks.lastIndex;
      found = breaks.exec(this.#source);
    }
    this.#scanned = Math.max(this.#lineStart, offset);
    return { line: this.#line, column: offset - this.#lineStart + 1 };
  }
}
