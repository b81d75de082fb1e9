/** From JSON text to a tree with positions. */

import { createScanner, type Node, type ParseError, parseTree, printParseErrorCode } from "jsonc-parser";
import { DEFINITION_VALUES_MAX, JSON_DEPTH_MAX } from "../limits.ts";
import { type DocumentNode, TextRefused, type TreeResult } from "./document_tree.ts";

/** What the parser's codes mean to an author. */
const SYNTAX: Record<string, string> = {
  InvalidSymbol: "this is no JSON value; texts are in double quotes",
  InvalidNumberFormat: "this is no number as JSON has it",
  PropertyNameExpected: "expected a key in double quotes",
  ValueExpected: "expected a value",
  ColonExpected: 'expected ":" after the key',
  CommaExpected: 'expected "," or the end of the list or object',
  CloseBraceExpected: 'expected "}"',
  CloseBracketExpected: 'expected "]"',
  EndOfFileExpected: "expected nothing more after the document",
  InvalidCommentToken: "JSON has no comments; YAML has",
  UnexpectedEndOfComment: "JSON has no comments; YAML has",
  UnexpectedEndOfString: "the text lacks its closing double quote",
  UnexpectedEndOfNumber: "this is no number as JSON has it",
  InvalidUnicode: "expected four hexadecimal digits",
  InvalidEscapeCharacter: "JSON has no such escape",
  InvalidCharacter: "control characters must be written as escapes",
};

/** Reads JSON. Of the syntax errors only the first is told: the others mostly follow from it. */
export function readJsonText(text: string): TreeResult {
  const errors: ParseError[] = [];
  try {
    countTokens(text);
    const root = parseTree(text, errors, { disallowComments: true, allowTrailingComma: false });
    if (errors.length > 0 || root === undefined) {
      const [first] = errors;
      const code = first === undefined ? "ValueExpected" : printParseErrorCode(first.error);
      return { ok: false, problems: [{ offset: first?.offset ?? 0, message: `not JSON: ${SYNTAX[code] ?? code}` }] };
    }
    return { ok: true, root: toTree(root, text, 0) };
  } catch (error) {
    if (error instanceof TextRefused) return { ok: false, problems: error.problems };
    if (error instanceof RangeError) return { ok: false, problems: [{ offset: 0, message: "nested too deeply" }] };
    throw error;
  }
}

/** The library's SyntaxKind.EOF, which its types give as a constant that is not there when it runs. */
const EOF = 17;

/** Scanning is cheap, building trees is not. A member takes four tokens: key, colon, value and comma. */
function countTokens(text: string): void {
  const scanner = createScanner(text, true);
  for (let tokens = 0; tokens <= DEFINITION_VALUES_MAX * 4; tokens++) {
    if (scanner.scan() === EOF) return;
  }
  throw new TextRefused({
    offset: scanner.getTokenOffset(),
    message: `the document has more than ${DEFINITION_VALUES_MAX} values`,
  });
}

function toTree(node: Node, text: string, depth: number): DocumentNode {
  const { offset, children = [] } = node;
  if (depth > JSON_DEPTH_MAX) {
    throw new TextRefused({ offset: offset, message: `nested deeper than ${JSON_DEPTH_MAX} levels` });
  }
  if (node.type === "array") {
    return {
      kind: "list",
      offset,
      items: children.map((item) => toTree(item, text, depth + 1)),
    };
  }
  if (node.type === "object") {
    const members = children.map(({ children: [key, value] = [] }) => ({
      key: key.value as string,
      keyOffset: key.offset,
      value: toTree(value, text, depth + 1),
    }));
    return { kind: "map", offset, members };
  }
  const isVerbatim = node.type === "string" && text.slice(offset + 1, offset + node.length - 1) === node.value;
  return {
    kind: "scalar",
    offset,
    value: node.value,
    ...(isVerbatim && { verbatim: { offset: offset + 1, indent: 0 } }),
  };
}
