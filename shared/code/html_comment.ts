/**
 * Keeps `<!--` an expression. Code is parsed as a module, where `x<!--y` compares; it runs as a function body, where the
 * same text begins a comment.
 */

import { type Token, tokTypes } from "acorn";
import type { TextEdit } from "./text_edit.ts";

/** Collects, token by token, edits that put a space into each `<!--`. */
export class HtmlCommentEdits {
  readonly edits: TextEdit[] = [];
  #before: Token | undefined;
  #last: Token | undefined;

  /** Takes the next token of the source. */
  add(token: Token): void {
    const less = this.#before;
    const not = this.#last;
    this.#before = not;
    this.#last = token;
    if (token.type !== tokTypes.incDec || not?.type !== tokTypes.prefix) return;
    if (less?.type !== tokTypes.relational || less.end !== not.start || not.end !== token.start) return;
    this.edits.push({ start: less.end, end: less.end, text: " " });
  }
}
