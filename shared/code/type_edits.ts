/**
 * What has to become white space for TypeScript to become JavaScript, node by node.
 *
 * Nothing is moved but one parenthesis, so lines and columns stay. Where the removal of a type would let two statements
 * run together, its first character becomes a semicolon.
 */

import type { Comment } from "acorn";
import type { AnyNode } from "./syntax_tree.ts";
import type { Refusal } from "./refusal.ts";

/** Constructs that are more than types. */
const REFUSED: Record<string, string> = {
  TSEnumDeclaration: "An enum is more than a type and is not supported; use a const object",
  TSModuleDeclaration: "A namespace is more than a type and is not supported; use plain declarations",
  TSParameterProperty: "A parameter property is more than a type and is not supported; assign it in the constructor",
  TSImportEqualsDeclaration: "`import x =` is not supported; task code stands alone",
  TSExportAssignment: "`export =` is not supported; use `export default`",
  TSNamespaceExportDeclaration: "`export as namespace` is not supported; use `export default`",
  TSTypeAssertion: "A type assertion in angle brackets is not supported; use `value as Type`",
  Decorator: "Decorators are not supported",
};

const WHOLE = new Set(["TSInterfaceDeclaration", "TSTypeAliasDeclaration", "TSDeclareFunction", "TSIndexSignature"]);
const TYPES = new Set(["TSTypeAnnotation", "TSTypeParameterDeclaration", "TSTypeParameterInstantiation"]);
const MODIFIER = /\b(?:public|private|protected|readonly|override|abstract|declare)\b/g;

/** Collects the edits of one source as a list of characters. */
export class TypeEdits {
  readonly #source: string;
  readonly #chars: string[];
  readonly #comments: readonly Comment[];
  refusal: Refusal | undefined;

  constructor(source: string, comments: readonly Comment[]) {
    this.#source = source;
    this.#chars = source.split("");
    // A parser that goes back reports some comments twice and out of order.
    this.#comments = [...comments].sort((a, b) => a.start - b.start);
  }

  /** The source without what was removed so far. */
  get text(): string {
    return this.#chars.join("");
  }

  /** Removes what a node has of types; false when nothing is left of it to look into. */
  visit(node: AnyNode): boolean {
    const refused = REFUSED[node.type];
    if (refused !== undefined && node.declare !== true) {
      this.refusal ??= { at: node.start, message: refused };
      return false;
    }
    if (isWhole(node)) return this.#remove(node.start, node.end, ";");
    if (TYPES.has(node.type)) return this.#remove(node.start, node.end);
    switch (node.type) {
      case "TSAsExpression":
      case "TSSatisfiesExpression":
        this.#removeCast(node);
        break;
      case "TSNonNullExpression":
        this.#remove(node.end - 1, node.end);
        break;
      case "ClassDeclaration":
      case "ClassExpression":
        this.#removeHeritage(node);
        break;
      case "MethodDefinition":
      case "PropertyDefinition":
      case "AccessorProperty":
        this.#removeModifiers(node);
        break;
      case "VariableDeclarator":
        if (node.definite === true) this.#removeMark("!", node.id as AnyNode);
        break;
      case "Identifier":
        if (node.optional === true) this.#removeMark("?", node);
        break;
      case "ImportDeclaration":
      case "ExportNamedDeclaration":
        this.#removeTypeSpecifiers(node);
        break;
    }
    if (Array.isArray(node.params)) this.#removeFunctionTypes(node);
    return true;
  }

  /** A statement whose end was removed gets a semicolon there, lest the next line continue it. */
  endStatement(node: AnyNode): void {
    const last = node.end - 1;
    if (this.#chars[last] === " " && !/\s/.test(this.#source[last])) this.#chars[last] = ";";
  }

  #remove(start: number, end: number, first = " "): false {
    for (let i = start; i < end; i++) if (!/[\n\r\u2028\u2029]/.test(this.#chars[i])) this.#chars[i] = " ";
    if (end > start && this.#chars[start] === " ") this.#chars[start] = first;
    return false;
  }

  /** `expression as Type`: from the keyword on. */
  #removeCast(node: AnyNode): void {
    const keyword = this.#find(/\b(?:as|satisfies)\b/g, (node.expression as AnyNode).end, node.end);
    if (keyword >= 0) this.#remove(keyword, node.end);
  }

  #removeHeritage(node: AnyNode): void {
    const bodyStart = (node.body as AnyNode).start;
    if (node.abstract === true) this.#remove(node.start, node.start + "abstract".length);
    const list = node.implements as AnyNode[] | undefined;
    if (!list || list.length === 0) return;
    const from = ((node.superTypeArguments ?? node.superTypeParameters ?? node.superClass ?? node.id) as AnyNode | null)
      ?.end;
    const keyword = this.#find(/\bimplements\b/g, from ?? node.start, bodyStart);
    if (keyword >= 0) this.#remove(keyword, bodyStart);
  }

  #removeModifiers(node: AnyNode): void {
    const key = node.key as AnyNode;
    for (let at = node.start; at >= 0 && at < key.start;) {
      at = this.#find(MODIFIER, at, key.start);
      if (at < 0) break;
      const end = at + /^\w+/.exec(this.#source.slice(at))![0].length;
      this.#remove(at, end, at === node.start ? ";" : " ");
      at = end;
    }
    if (node.optional === true) this.#removeAfterKey(/\?/g, node);
    if (node.definite === true) this.#removeAfterKey(/!/g, node);
  }

  #removeAfterKey(mark: RegExp, node: AnyNode): void {
    const at = this.#find(mark, (node.key as AnyNode).end, node.end);
    if (at >= 0) this.#remove(at, at + 1);
  }

  /** The `?` of a parameter or the `!` of a variable, behind its name. */
  #removeMark(mark: "?" | "!", node: AnyNode): void {
    const annotation = node.typeAnnotation as AnyNode | undefined;
    const at = this.#find(mark === "?" ? /\?/g : /!/g, node.start, annotation?.start ?? node.end);
    if (at >= 0) this.#remove(at, at + 1);
  }

  #removeTypeSpecifiers(node: AnyNode): void {
    for (const specifier of node.specifiers as AnyNode[]) {
      if (specifier.importKind === "type" || specifier.exportKind === "type") this.#removeItem(specifier);
    }
  }

  #removeFunctionTypes(node: AnyNode): void {
    const params = node.params as AnyNode[];
    const self = params[0];
    if (self?.type === "Identifier" && self.name === "this") this.#removeItem(self);
    const returned = node.returnType as AnyNode | undefined;
    if (node.type !== "ArrowFunctionExpression" || !returned) return;
    // An arrow must stand on the line of its closing parenthesis: move that one behind the type.
    if (!/[\n\r\u2028\u2029]/.test(this.#source.slice(returned.start, returned.end))) return;
    const after = params.at(-1)?.end ?? node.start;
    const parenthesis = this.#find(/\)/g, after, returned.start);
    if (parenthesis < 0) return;
    this.#remove(parenthesis, returned.end);
    this.#chars[returned.end - 1] = ")";
    returned.end = returned.start;
  }

  /** An item of a list, with the comma behind it. */
  #removeItem(node: AnyNode): void {
    this.#remove(node.start, node.end);
    const comma = this.#find(/\S/g, node.end, this.#source.length);
    if (this.#source[comma] === ",") this.#remove(comma, comma + 1);
  }

  /** Offset of the first match that lies in no comment, or -1. */
  #find(pattern: RegExp, from: number, to: number): number {
    const part = this.#source.slice(from, to);
    pattern.lastIndex = 0;
    for (let match = pattern.exec(part); match !== null; match = pattern.exec(part)) {
      const comment = this.#commentAt(from + match.index);
      if (comment === undefined) return from + match.index;
      pattern.lastIndex = comment.end - from;
    }
    return -1;
  }

  #commentAt(offset: number): Comment | undefined {
    let low = 0;
    let high = this.#comments.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#comments[middle].end <= offset) low = middle + 1;
      else high = middle;
    }
    const comment = this.#comments[low];
    return comment !== undefined && comment.start <= offset ? comment : undefined;
  }
}

/** Whether a statement or member is nothing but types. */
function isWhole(node: AnyNode): boolean {
  if (WHOLE.has(node.type) || node.declare === true) return true;
  switch (node.type) {
    case "MethodDefinition":
      return (node.value as AnyNode).type === "TSDeclareMethod";
    case "PropertyDefinition":
      return node.abstract === true;
    case "ImportDeclaration":
      return node.importKind === "type" || areTypes(node.specifiers as AnyNode[], "importKind");
    case "ExportNamedDeclaration":
    case "ExportDefaultDeclaration": {
      const declaration = node.declaration as AnyNode | null;
      if (node.exportKind === "type" || (declaration !== null && isWhole(declaration))) return true;
      return node.type === "ExportNamedDeclaration" && declaration === null &&
        areTypes(node.specifiers as AnyNode[], "exportKind");
    }
    default:
      return false;
  }
}

function areTypes(specifiers: AnyNode[], kind: string): boolean {
  return specifiers.length > 0 && specifiers.every((specifier) => specifier[kind] === "type");
}
