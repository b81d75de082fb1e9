/**
 * From YAML text to a tree with positions. YAML 1.2, one document, and of YAML only what JSON can carry.
 *
 * Anchors, aliases, merge keys and tags are refused: what a definition says is then what is written there, and nothing
 * grows when it is read.
 */

import {
  type Document,
  type ErrorCode,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  type Node,
  type Pair,
  parseDocument,
  Scalar,
  type YAMLError,
} from "yaml";
import { JSON_DEPTH_MAX, PROBLEMS_MAX, YAML_TOKENS_MAX } from "../limits.ts";
import { type DocumentNode, type TextProblem, TextRefused, type TreeResult } from "./document_tree.ts";

/** Reads YAML, and tells all that the parser finds wrong. */
export function readYamlText(text: string): TreeResult {
  try {
    countTokens(text);
    // Duplicate keys are found by our own reader: the library's search for them is quadratic.
    const document = parseDocument(text, { version: "1.2", schema: "core", uniqueKeys: false, prettyErrors: false });
    refuseAll(document);
    if (document.contents === null) return { ok: false, problems: [{ offset: 0, message: "the document is empty" }] };
    return { ok: true, root: toTree(document.contents, text, 0) };
  } catch (error) {
    if (error instanceof TextRefused) return { ok: false, problems: error.problems };
    if (error instanceof RangeError) return { ok: false, problems: [{ offset: 0, message: "nested too deeply" }] };
    throw error;
  }
}

/** Measured on yaml 2.9.1: up to 15 µs per token, so that 4 MB of commas would take a minute. */
function countTokens(text: string): void {
  let tokens = 0;
  let offset = 0;
  for (const token of new Lexer().lex(text)) {
    offset += token.length;
    if (++tokens <= YAML_TOKENS_MAX) continue;
    throw new TextRefused({
      offset: offset,
      message: `the document has more than ${YAML_TOKENS_MAX} parts; write it as JSON`,
    });
  }
}

/** What would be right, by the parser's codes. */
const FIXES: Partial<Record<ErrorCode, string>> = {
  ALIAS_PROPS: 'put a text that begins with "*" in quotes',
  BAD_ALIAS: 'put a text that begins with "*" or "&" in quotes',
  BAD_DIRECTIVE: 'put a text that begins with "%" in quotes',
  BAD_DQ_ESCAPE: "double the backslash, or use single quotes",
  BAD_INDENT: "indent what belongs together by the same number of spaces, and close every bracket and brace",
  BAD_PROP_ORDER: 'put a text that begins with "!" or "&" in quotes',
  BAD_SCALAR_START: "put the text in quotes",
  BLOCK_AS_IMPLICIT_KEY: 'begin the next key below this one, or put a text that has ": " in it in quotes',
  BLOCK_IN_FLOW:
    'within brackets and braces put "," between the parts, and a text that has ": " or "- " in it in quotes',
  KEY_OVER_1024_CHARS: "give it a shorter key",
  MISSING_CHAR: "add it, or put the whole text in quotes",
  MULTILINE_IMPLICIT_KEY: 'write "key: value" on one line, or indent the line if it belongs to what is above',
  MULTIPLE_ANCHORS: 'put a text that begins with "&" in quotes',
  MULTIPLE_TAGS: 'put a text that begins with "!" in quotes',
  TAB_AS_INDENT: "indent with spaces",
  TAG_RESOLVE_FAILED: 'put a text that begins with "!" in quotes',
  UNEXPECTED_TOKEN: "remove it, or put the whole text in quotes",
};

/** Several problems at one offset are one mistake, which the first describes best. */
function refuseAll({ errors, warnings }: Document.Parsed): void {
  const problems = new Map<number, TextProblem>();
  for (const error of errors) {
    const [offset] = error.pos;
    if (error.code === "RESOURCE_EXHAUSTION") {
      throw new TextRefused({ offset, message: `nested deeper than ${JSON_DEPTH_MAX} levels` });
    }
    if (!problems.has(offset)) problems.set(offset, { offset, message: describe(error) });
  }
  for (const { pos: [offset], message } of warnings) {
    if (!problems.has(offset)) problems.set(offset, { offset, message: `not taken here: ${lowerFirst(message)}` });
  }
  if (problems.size > 0) throw new TextRefused(...[...problems.values()].slice(0, PROBLEMS_MAX));
}

function describe({ code, message }: YAMLError): string {
  if (code === "MULTIPLE_DOCS") return 'expected one document, not several: remove what follows "---"';
  const fix = FIXES[code];
  return `not YAML: ${lowerFirst(message)}${fix === undefined ? "" : `: ${fix}`}`;
}

function lowerFirst(message: string): string {
  return message[0].toLowerCase() + message.slice(1, 200);
}

function toTree(node: Node | null, text: string, depth: number, gap = 0): DocumentNode {
  const offset = node?.range?.[0] ?? gap;
  if (depth > JSON_DEPTH_MAX) {
    throw new TextRefused({ offset: offset, message: `nested deeper than ${JSON_DEPTH_MAX} levels` });
  }
  if (node === null) return { kind: "scalar", offset, value: null };
  const refusal = refusalOf(node);
  if (refusal !== undefined) return { kind: "unreadable", offset, message: refusal };
  if (isSeq<Node | null>(node)) {
    return { kind: "list", offset, items: node.items.map((item) => toTree(item, text, depth + 1, offset)) };
  }
  if (isMap<Node | null, Node | null>(node)) {
    return { kind: "map", offset, members: node.items.map((pair) => toMember(pair, offset, text, depth + 1)) };
  }
  const { value } = node as Scalar;
  switch (typeof value) {
    case "string":
      return { kind: "scalar", offset, value, verbatim: verbatimOf(node as Scalar, text) };
    case "boolean":
    case "number":
      return { kind: "scalar", offset, value };
    default:
      if (value === null) return { kind: "scalar", offset, value };
      return { kind: "unreadable", offset, message: "this is nothing that JSON can carry" };
  }
}

function refusalOf(node: Node): string | undefined {
  if (isAlias(node)) return "aliases are not taken here; write the part out";
  if ("anchor" in node && node.anchor !== undefined) return "anchors are not taken here";
  if (node.tag !== undefined) return "tags are not taken here";
  return undefined;
}

/** A key is the text as it is written, so that `1000: late` and `on: ...` mean what they show. */
function toMember(pair: Pair<Node | null, Node | null>, gap: number, text: string, depth: number) {
  const { key } = pair;
  const keyOffset = key?.range?.[0] ?? gap;
  const refusal = key === null ? "a key is missing" : refusalOf(key);
  if (refusal !== undefined) throw new TextRefused({ offset: keyOffset, message: refusal });
  if (!isScalar(key) || key.value === null) {
    throw new TextRefused({ offset: keyOffset, message: "a key must be a text" });
  }
  return {
    key: typeof key.value === "string" ? key.value : key.source ?? String(key.value),
    keyOffset,
    value: toTree(pair.value, text, depth, keyOffset),
  };
}

/** Where the lines of a text are in the document, if they are there as they are. */
function verbatimOf(node: Scalar, text: string): { offset: number; indent: number } | undefined {
  const [start, end] = node.range!;
  const value = node.value as string;
  switch (node.type) {
    case Scalar.PLAIN:
      return text.slice(start, end) === value ? { offset: start, indent: 0 } : undefined;
    case Scalar.QUOTE_DOUBLE:
    case Scalar.QUOTE_SINGLE:
      return text.slice(start + 1, end - 1) === value ? { offset: start + 1, indent: 0 } : undefined;
    case Scalar.BLOCK_LITERAL: {
      const offset = text.indexOf("\n", start) + 1;
      const blank = /^\n*/.exec(value)![0].length;
      const first = value.slice(blank).split("\n", 1)[0];
      const written = text.slice(offset, end).split("\n", blank + 1)[blank]?.replace(/\r$/, "") ?? "";
      return written.endsWith(first) ? { offset, indent: written.length - first.length } : undefined;
    }
    default:
      return undefined;
  }
}
