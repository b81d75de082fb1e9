/**
 * Finds a source's result, in one of three forms, and gives the edits that make it what an async function returns.
 *
 * - module: has `export default`; a function is called with the input, anything else is the result;
 * - body: has a `return` of its own;
 * - script: the value of its last statement, also inside blocks, `if` and `try`; a script that ends in anything else
 *   (a declaration, a loop) has no result.
 */

import type { Node } from "acorn";
import type { Refusal } from "./refusal.ts";
import { type AnyNode, isFunction, walk } from "./syntax_tree.ts";
import { blank, type TextEdit } from "./text_edit.ts";

/** Edits for the source's form, or why it has none. */
export function resultEdits(source: string, body: AnyNode[]): TextEdit[] | Refusal {
  const exported = body.find(isExport);
  const returned = body.map(findReturn).find((node) => node !== undefined);
  if (exported === undefined) {
    const edits: TextEdit[] = [];
    if (returned === undefined) returnLast(body, edits);
    return edits;
  }
  if (returned !== undefined) {
    return { at: returned.start, message: "A module has no return of its own; return from its default function" };
  }
  return moduleEdits(source, body);
}

function isExport(node: Node): boolean {
  return node.type.startsWith("Export");
}

/** A `return` that belongs to the source itself. */
function findReturn(statement: AnyNode): Node | undefined {
  let found: Node | undefined;
  walk(statement, (node) => {
    if (node.type === "ReturnStatement") found ??= node;
    return found === undefined && !isFunction(node) && node.type !== "StaticBlock";
  });
  return found;
}

/** Puts `return` before the expression that is the list's completion value. */
function returnLast(list: readonly AnyNode[], edits: TextEdit[]): void {
  for (let i = list.length - 1; i >= 0; i--) {
    const { type } = list[i];
    if (type === "EmptyStatement" || type === "FunctionDeclaration") continue;
    return returnFrom(list[i], edits);
  }
}

function returnFrom(statement: AnyNode, edits: TextEdit[]): void {
  // A loop instead of recursion for `else if` chains; blocks nest no deeper than the parser went.
  let at: AnyNode | null | undefined = statement;
  while (at) {
    switch (at.type) {
      case "ExpressionStatement":
        edits.push({ start: at.start, end: at.start, text: "return " });
        return;
      case "BlockStatement":
        return returnLast(at.body as AnyNode[], edits);
      case "IfStatement":
        returnFrom(at.consequent as AnyNode, edits);
        at = at.alternate as AnyNode | null;
        break;
      case "TryStatement":
        returnFrom(at.block as AnyNode, edits);
        at = (at.handler as AnyNode | null)?.body as AnyNode | undefined;
        break;
      default:
        return;
    }
  }
}

function moduleEdits(source: string, body: AnyNode[]): TextEdit[] | Refusal {
  const edits: TextEdit[] = [];
  let result: string | undefined;
  for (const statement of body) {
    if (!isExport(statement)) continue;
    if (statement.source) {
      return { at: statement.start, message: "Cannot export from another module; put the code here" };
    }
    const declaration = statement.declaration as AnyNode | null;
    if (statement.type === "ExportDefaultDeclaration") {
      result = defaultEdits(source, statement, declaration!, edits);
    } else if (declaration !== null) {
      edits.push(blank(source, statement.start, declaration.start));
    } else {
      edits.push(blank(source, statement.start, statement.end));
      for (const specifier of statement.specifiers as AnyNode[]) {
        const { name, value } = specifier.exported as AnyNode;
        if ((name ?? value) === "default") result = (specifier.local as AnyNode).name as string;
      }
    }
  }
  if (result === undefined) {
    return { at: body.find(isExport)!.start, message: "The module has no default export; add `export default`" };
  }
  // An arrow's `arguments` are those of the function around it: the input, whatever `input` means in the module.
  const call = `((main) => typeof main === "function" ? main(arguments[0]) : main)(${result})`;
  edits.push({ start: source.length, end: source.length, text: `\nreturn ${call};` });
  return edits;
}

/** Turns the default export into a binding; returns its name. */
function defaultEdits(source: string, statement: AnyNode, declaration: AnyNode, edits: TextEdit[]): string {
  const id = declaration.id as AnyNode | null | undefined;
  if (id && declaration.type.endsWith("Declaration")) {
    edits.push(blank(source, statement.start, declaration.start));
    return id.name as string;
  }
  const name = freeName(source);
  edits.push({
    start: statement.start,
    end: declaration.start,
    text: `const ${name} =`.padEnd(declaration.start - statement.start),
  });
  return name;
}

/** A name that the source neither has nor spells with an escape. */
function freeName(source: string): string {
  const plain = source.replace(
    /\\u\{?0*([0-9a-fA-F]{1,6})\}?/g,
    (_, hex) => String.fromCodePoint(parseInt(hex, 16) % 0x110000),
  );
  for (let i = 0;; i++) {
    const name = `main${i === 0 ? "" : i}`;
    if (!plain.includes(name) && !source.includes(name)) return name;
  }
}
