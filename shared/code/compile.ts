/**
 * Compiles a task's source into what isolates run; the one place where an author's code is read.
 *
 * - M1: the source is hostile: its size is bounded, and no source makes this throw or the process end.
 * - M2: what is accepted has no import of any kind, and is a function body by itself.
 * - M3: line breaks stay where they were, and inserted text is recorded, so that errors lead to the author's source.
 */

import { createHash } from "node:crypto";
import type { Comment, Node } from "acorn";
import type { Language } from "../definition/definition.ts";
import type { Problem } from "../errors.ts";
import { canonicalJson } from "../json.ts";
import { CODE_BYTES_MAX } from "../limits.ts";
import type { CompiledCode } from "./compiled_code.ts";
import { HtmlCommentEdits } from "./html_comment.ts";
import { importTextEdits } from "./import_text.ts";
import { parseJavascript } from "./parser.ts";
import { resultEdits } from "./result_form.ts";
import { type AnyNode, walk } from "./syntax_tree.ts";
import { applyEdits } from "./text_edit.ts";
import { stripTypes } from "./type_stripping.ts";
import { readWasmModule } from "./wasm_module.ts";

/** Compiled code with its hash, or what is wrong with the source. */
export type Compilation = { ok: true; code: CompiledCode; hash: string } | { ok: false; problems: Problem[] };

/** SHA-256 of the compiled code, hex: what isolates and caches know it by. */
export function codeHash(code: CompiledCode): string {
  return createHash("sha256").update(canonicalJson(code)).digest("hex");
}

/** Compiles a source. Never throws for a source (M1); problems carry the place, from 1, in the author's text. */
export function compileCode(source: string, language: Language): Compilation {
  if (language === "wasm") return compileWasm(source);
  const bytes = new TextEncoder().encode(source).length;
  if (bytes > CODE_BYTES_MAX) return refuse(`The code has ${bytes} bytes; at most ${CODE_BYTES_MAX} are taken`);
  try {
    const script = language === "typescript" ? stripTypes(source) : source;
    if (typeof script !== "string") return refuse(script.message, placeOf(source, script.at));
    return compileScript(script);
  } catch (thrown) {
    return { ok: false, problems: [toProblem(thrown)] };
  }
}

function compileWasm(base64: string): Compilation {
  const code = readWasmModule(base64);
  return Array.isArray(code) ? { ok: false, problems: code } : { ok: true, code, hash: codeHash(code) };
}

function compileScript(source: string): Compilation {
  const comments: Comment[] = [];
  const html = new HtmlCommentEdits();
  const program = parseJavascript(source, {
    onComment: comments,
    ...(source.includes("<!--") ? { onToken: (token) => html.add(token) } : {}),
  }) as unknown as AnyNode;
  const tagged: AnyNode[] = [];
  const imports: Problem[] = [];
  walk(program, (node) => {
    const message = importProblem(node);
    if (message !== undefined) imports.push({ path: "", message, ...startOf(node) });
    if (node.type === "TaggedTemplateExpression") {
      for (const text of (node.quasi as AnyNode).quasis as AnyNode[]) tagged.push(text);
    }
  });
  if (imports.length > 0) return { ok: false, problems: imports.slice(0, 10) };

  const form = resultEdits(source, program.body as AnyNode[]);
  if (!Array.isArray(form)) return refuse(form.message, placeOf(source, form.at));
  const text = importTextEdits(source, comments, tagged);
  if (text.refused !== undefined) {
    return refuse("A tagged template cannot hold the text `import(`; build it from two strings", startOf(text.refused));
  }
  const { text: body, insertions } = applyEdits(source, [...form, ...text.edits, ...html.edits]);
  checkBody(body); // M2
  const code: CompiledCode = { kind: "script", body, insertions };
  return { ok: true, code, hash: codeHash(code) };
}

function importProblem(node: AnyNode): string | undefined {
  switch (node.type) {
    case "ImportDeclaration":
      return `Cannot import ${(node.source as AnyNode).raw}: task code stands alone; put what it needs into it`;
    case "ImportExpression":
      return "Cannot use import(): task code stands alone; put what it needs into it";
    case "MetaProperty":
      return (node.meta as AnyNode).name === "import"
        ? "Cannot use import.meta: task code has no place of its own"
        : undefined;
  }
}

const AsyncFunction = Object.getPrototypeOf(async function () {}).constructor as FunctionConstructor;

/** V8 takes the body as a function body by itself, too. Compiles it, runs nothing. */
function checkBody(body: string): void {
  new AsyncFunction(`"use strict";${body}`);
}

function refuse(message: string, place: { line?: number; column?: number } = {}): Compilation {
  return { ok: false, problems: [{ path: "", message, ...place }] };
}

function startOf(node: Node): { line: number; column: number } {
  return { line: node.loc!.start.line, column: node.loc!.start.column + 1 };
}

function placeOf(source: string, offset: number): { line: number; column: number } {
  const lines = source.slice(0, offset).split(/\r\n|[\n\r\u2028\u2029]/);
  return { line: lines.length, column: lines.at(-1)!.length + 1 };
}

/** What a parser threw. Nesting beyond the stack is a RangeError, or acorn's own error for it. */
function toProblem(thrown: unknown): Problem {
  if (!(thrown instanceof SyntaxError)) {
    return { path: "", message: "The code is nested too deeply or too complex to compile; split it up" };
  }
  const { loc } = thrown as SyntaxError & { loc?: { line: number; column: number } };
  const message = `Syntax error: ${thrown.message.replace(/ \(\d+:\d+\)$/, "")}`;
  return loc ? { path: "", message, line: loc.line, column: loc.column + 1 } : { path: "", message };
}
