/**
 * Reading definitions: the one way from what an author wrote to a canonical {@link Definition}.
 *
 * - R1 Every problem is reported in one go, each with its path, and with line and column where a text was given.
 *      Of a text that is not YAML that is all that its parser finds, of one that is not JSON the first. What could only
 *      follow from another problem is left out.
 * - R2 Nothing throws, hangs or grows, whatever is read: size, nesting and what is costly to check are bounded.
 * - R3 The same content gives the same definition, in whatever format, shorthand or order of keys it is written.
 * - R4 A canonical definition reads as itself.
 *
 * What is accepted, and what it becomes:
 *
 * | written | canonical |
 * |---|---|
 * | `timeout: 1h30m`, `delay: 5s`, `initialDelay: 250ms` | `timeoutMs`, `delayMs`, `initialDelayMs` as numbers |
 * | `approve: done` | `approve: [{target: done}]` |
 * | `approve: {target: done}` | `approve: [{target: done}]` |
 * | `after: {1h: late}`, `after: {delay: 1h, target: late}` | `after: [{delayMs: 3600000, target: late}]` |
 * | `enter: {log: hello}` | `enter: [{log: {message: hello}}]` |
 * | `{task: score, code: ...}` | `{task: {name: score, code: ...}}` |
 * | `{set: {total: 0, sum: {expression: context.a + 1}}}` | one `{set: {key, value}}` or `{set: {key, expression}}` each |
 * | `fail: NO_STOCK` | `fail: {code: NO_STOCK}` |
 * | `retry: 5`, `retry: false` | `retry: {maxAttempts: 5}`, `retry: {maxAttempts: 1}` |
 * | `final: true` | `final: completed` |
 * | `done:` (nothing) | `done: {}` |
 * | `input: {limit: 10}` of a task | `input: {limit: "10"}`, an expression |
 *
 * What says no more than a default does is left out: `language: javascript`, `output` that is the task's name,
 * `timeout: 30s` of a task, empty lists.
 *
 * A document that has `steps` rather than `states` is a steps workflow, and is compiled to a machine: steps/compile.ts.
 */

import { compileCode } from "../code/compile.ts";
import { DegovError, formatProblems, type Problem } from "../errors.ts";
import { type DefinitionText, type ReadDocument, readText, readValue } from "./document.ts";
import type { Definition } from "./definition.ts";
import { DEFINITION } from "./definition_shape.ts";
import { type CompileCode, inDocumentText, Reading } from "./reading.ts";
import { isObject } from "./shape.ts";
import { compileSteps } from "./steps/compile.ts";
import { isStepsDocument, STEPS_DOCUMENT } from "./steps/steps_shape.ts";
import { validate } from "./validate.ts";

export type { DefinitionText } from "./document.ts";

export interface ParseOptions {
  /** Compiles the tasks' code, so that what does not compile is refused. Default: compileCode of shared/code. */
  compileCode?: CompileCode;
}

export type DefinitionResult = { ok: true; definition: Definition } | { ok: false; problems: Problem[] };

/**
 * Reads a definition from JSON or YAML text, or from a plain object. Never throws for what the source says.
 *
 * A string, or an object with `text`, is text; any other value is read as it is.
 */
export function parseDefinition(source: unknown, options: ParseOptions = {}): DefinitionResult {
  const reading = new Reading(options.compileCode ?? compileCode);
  const text = typeof source === "string" ? { text: source } : isText(source) ? source : undefined;
  const document = text === undefined ? readValue(source, reading) : readText(text, reading);
  const definition = document && readDocument(document, reading);
  if (definition !== undefined) validate(definition, reading);
  const problems = reading.problems();
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, definition: definition as Definition };
}

function readDocument({ value, place }: ReadDocument, reading: Reading): Partial<Definition> | undefined {
  if (!isStepsDocument(value)) return DEFINITION.read(value, place, reading);
  const steps = STEPS_DOCUMENT.read(value, place, reading);
  return steps && compileSteps(steps, value, { reading, place });
}

function isText(source: unknown): source is DefinitionText {
  return isObject(source) && typeof source.text === "string";
}

/**
 * The error for a definition that was refused: INVALID_ARGUMENT, with every problem, one on each line of the message.
 *
 * With a file's name, a line begins with it and with the place in the file, as editors and terminals understand them.
 */
export function definitionRefused(problems: readonly Problem[], options: { fileName?: string } = {}): DegovError {
  const count = `${problems.length} problem${problems.length === 1 ? "" : "s"}`;
  const lines = options.fileName === undefined ? formatProblems(problems) : formatInFile(problems, options.fileName);
  return new DegovError("INVALID_ARGUMENT", `Cannot accept the definition: ${count}\n${lines}`, { problems });
}

function formatInFile(problems: readonly Problem[], fileName: string): string {
  return problems.map(({ path, message, line, column, inDocument }) => {
    const place = inDocument ?? (line === undefined ? undefined : { line, column: column ?? 1 });
    const position = place === undefined ? "" : `:${place.line}:${place.column}`;
    const said = inDocument === undefined ? message : message.replace(inDocumentText(inDocument), ""); // it comes first
    return `${fileName}${position}: ${path === "" ? "" : `${path}: `}${said}`;
  }).join("\n");
}
