/** A document as the readers of texts give it: values with their offsets, before anything is checked. */

/** A value and where it is written. Offsets count UTF-16 units from 0. */
export type DocumentNode = ScalarNode | ListNode | MapNode | UnreadableNode;

export interface ScalarNode {
  kind: "scalar";
  offset: number;
  value: null | boolean | number | string;
  /**
   * For a text that is written as it is, without escapes or folding: the offset where it begins, and what its further
   * lines are indented by.
   */
  verbatim?: { offset: number; indent: number };
}

export interface ListNode {
  kind: "list";
  offset: number;
  items: DocumentNode[];
}

export interface MapNode {
  kind: "map";
  offset: number;
  /** In the document's order; a key may occur twice. */
  members: { key: string; keyOffset: number; value: DocumentNode }[];
}

/** Something that JSON cannot carry, or that is not taken here. */
export interface UnreadableNode {
  kind: "unreadable";
  offset: number;
  message: string;
}

/** The tree, or why there is none. */
export type TreeResult = { ok: true; root: DocumentNode } | { ok: false; problems: TextProblem[] };

export interface TextProblem {
  offset: number;
  message: string;
}

/** The text is not in its format, or too large to be read. Caught by the reader of the format. */
export class TextRefused extends Error {
  override readonly name = "TextRefused";
  /** At least one. */
  readonly problems: TextProblem[];

  constructor(...problems: TextProblem[]) {
    super(problems[0].message);
    this.problems = problems;
  }
}
