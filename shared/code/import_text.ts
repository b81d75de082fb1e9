/**
 * Keeps the text `import(` out of compiled code where it is not code.
 *
 * The isolate refuses code in which V8 could find a dynamic import, by looking at the text alone: a check that no
 * disagreement between parsers can get around. Strings, comments and names that merely hold the text are rewritten here
 * so that they pass: comments are blanked, elsewhere the `m` is written as an escape.
 */

import type { Comment, Node } from "acorn";
import type { AnyNode } from "./syntax_tree.ts";
import { blank, type TextEdit } from "./text_edit.ts";

/** What the isolate refuses: `import` followed by a parenthesis, a dot or a comment. */
const IMPORT_TEXT = /import(?=\s*(?:[(.]|\/[/*]))/;
/** Comments that would tell V8 another name for the code. */
const MAGIC_COMMENT = /source(?:Mapping)?URL/;

/** Edits for text that looks like an import, or the piece of a tagged template that cannot be rewritten. */
export function importTextEdits(
  source: string,
  comments: readonly Comment[],
  taggedTexts: readonly AnyNode[],
): { edits: TextEdit[]; refused?: Node } {
  const edits: TextEdit[] = [];
  const blanked: Comment[] = [];
  for (const comment of comments) {
    if (!comment.value.includes("import") && !MAGIC_COMMENT.test(comment.value)) continue;
    edits.push(blank(source, comment.start, comment.end));
    blanked.push(comment);
  }
  const comment = new Ranges(blanked);
  const tagged = new Ranges([...taggedTexts].sort((a, b) => a.start - b.start));
  for (const { index } of source.matchAll(new RegExp(IMPORT_TEXT, "g"))) {
    if (comment.at(index) !== undefined) continue;
    const refused = tagged.at(index);
    if (refused !== undefined) return { edits, refused };
    edits.push({ start: index + 1, end: index + 2, text: "\\u006d" });
  }
  return { edits };
}

/** Which of ascending ranges that do not overlap an offset lies in; to be asked in ascending order. */
class Ranges<Range extends { start: number; end: number }> {
  readonly #ranges: readonly Range[];
  #next = 0;

  constructor(ranges: readonly Range[]) {
    this.#ranges = ranges;
  }

  at(offset: number): Range | undefined {
    while (this.#next < this.#ranges.length && this.#ranges[this.#next].end <= offset) this.#next++;
    const range = this.#ranges[this.#next];
    return range !== undefined && range.start <= offset ? range : undefined;
  }
}
