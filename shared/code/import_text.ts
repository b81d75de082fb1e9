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
const IMPORT_TEXT = /import(?=\s*(?:[(.]|\/[/*]))/g;
/** Comments that would tell V8 another name for the code. */
const MAGIC_COMMENT = /source(?:Mapping)?URL/;

/** Edits for text that looks like an import, or the tagged template that cannot be rewritten. */
export function importTextEdits(
  source: string,
  comments: readonly Comment[],
  taggedTemplates: readonly AnyNode[],
): { edits: TextEdit[]; refused?: Node } {
  const edits: TextEdit[] = [];
  const isImport = (start: number, end: number) => {
    IMPORT_TEXT.lastIndex = 0;
    return IMPORT_TEXT.test(`${source.slice(start, end)}/*`);
  };
  const blanked: Comment[] = [];
  for (const comment of comments) {
    if (!isImport(comment.start, comment.end) && !MAGIC_COMMENT.test(comment.value)) continue;
    edits.push(blank(source, comment.start, comment.end));
    blanked.push(comment);
  }
  let nextComment = 0;
  for (const match of source.matchAll(IMPORT_TEXT)) {
    const at = match.index;
    while (nextComment < blanked.length && blanked[nextComment].end <= at) nextComment++;
    if (nextComment < blanked.length && blanked[nextComment].start <= at) continue;
    const refused = taggedTemplates.find((node) => node.start <= at && at < node.end);
    if (refused !== undefined) return { edits, refused };
    edits.push({ start: at + 1, end: at + 2, text: "\\u006d" });
  }
  return { edits };
}
