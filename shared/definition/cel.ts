/**
 * CEL, the expression language of guards and values: parsed once, evaluated in the engine.
 *
 * In reach are `context`, `input` and `event`, or what {@link Reach} says. Expressions come from authors that the engine does not trust, hence:
 *
 * - E1 Parsing and evaluating never throw: what goes wrong is returned.
 * - E2 Evaluating is pure: the same expression and scope give the same value on every machine; there is no clock.
 * - E3 Evaluating ends within EXPRESSION_STEPS_MAX steps, some ten milliseconds, whatever the expression and the data,
 *      and holds no more memory than those steps can make.
 * - E4 What is remembered of expressions is bounded by PARSED_MAX.
 *
 * What the language is: {@link parseExpression}.
 */

import { type ASTNode, Environment, ParseError } from "@marcbachmann/cel-js";
import { compileNode } from "./cel/compile.ts";
import { toJson } from "./cel/json.ts";
import { Meter } from "./cel/meter.ts";
import { type Compiled, ExpressionRefused, Names } from "./cel/node.ts";
import type { CelValue, StaticKind } from "./cel/value.ts";
import type { Problem } from "../errors.ts";
import type { JsonValue } from "../json.ts";
import { EXPRESSION_CHARS_MAX, EXPRESSION_DEPTH_MAX, PATTERNS_PER_EXPRESSION_MAX } from "../limits.ts";

/** What an expression can see. An absent value is null. */
export interface ExpressionScope {
  /** The instance's context. */
  context: JsonValue;
  /** The instance's start input. */
  input?: JsonValue;
  /** The event that is being handled. */
  event?: JsonValue;
  /** In a map: the item that the task is for, and its index from 0. */
  item?: JsonValue;
  index?: JsonValue;
}

/** The names in reach, by where an expression stands. */
const REACH = {
  /** Anywhere in a state. */
  event: ["context", "input", "event"],
  /** The input of a map's task. */
  item: ["context", "input", "event", "item", "index"],
  /** What is said of an instance before it runs. */
  input: ["input"],
  /** What is said of an instance as it ends. */
  end: ["context", "input"],
} as const satisfies Record<string, readonly (keyof ExpressionScope)[]>;

/** Where an expression stands; decides which names are in reach. */
export type Reach = keyof typeof REACH;

/** A parsed expression. Immutable. */
export class Expression {
  readonly text: string;
  /** What its value will be, where that is known without evaluating; else `dyn`. */
  readonly kind: StaticKind;
  /** The keys that it reads of the context by name, as `amount` of `context.amount`. */
  readonly contextKeys: ReadonlySet<string>;
  /** How many regular expressions it has. */
  readonly patterns: number;
  readonly reach: Reach;
  readonly #compiled: Compiled;

  constructor(text: string, compiled: Compiled, reach: Reach) {
    this.text = text;
    this.reach = reach;
    this.kind = compiled.kind;
    const nodes = [...nodesOf(compiled.node)];
    this.contextKeys = new Set(nodes.map(contextKeyOf).filter((key) => key !== undefined));
    this.patterns = patternsOf(compiled.node);
    this.#compiled = compiled;
  }

  /** For {@link evaluate} only. */
  run(slots: CelValue[], meter: Meter): JsonValue {
    const value = this.#compiled.run({ slots, meter });
    // A member of the scope is JSON already; copying it would cost its size.
    return this.#isMemberOfScope(this.#compiled.node) ? value as JsonValue : toJson(value, meter);
  }

  #isMemberOfScope(node: ASTNode): boolean {
    while (node.op === "." || node.op === "[]") node = node.args[0];
    return node.op === "id";
  }
}

/** Every node of a tree. Not by recursion, as a chain of operators may be thousands of nodes deep. */
function* nodesOf(tree: unknown): Generator<ASTNode> {
  const left = [tree];
  while (left.length > 0) {
    const part = left.pop();
    if (Array.isArray(part)) left.push(...part);
    if (typeof part !== "object" || part === null || !("op" in part)) continue;
    yield part as ASTNode;
    left.push((part as ASTNode).args);
  }
}

function patternsOf(tree: ASTNode): number {
  return [...nodesOf(tree)].filter((node) => node.op === "rcall" && node.args[0] === "matches").length;
}

/** The key in `context.key` and `context["key"]`, else undefined. */
function contextKeyOf(node: ASTNode): string | undefined {
  if (node.op !== "." && node.op !== "[]") return undefined;
  const [object, key] = node.args;
  if (object.op !== "id" || object.args !== "context") return undefined;
  const literal = typeof key === "string" ? key : key.op === "value" ? key.args : undefined;
  return typeof literal === "string" ? literal : undefined;
}

export type ParseResult = { ok: true; expression: Expression } | { ok: false; problem: Problem };
export type EvaluateResult = { ok: true; value: JsonValue } | { ok: false; message: string };

/** Expressions remembered by their text, the most recently used last. */
const parsed = new Map<string, Expression>();
const PARSED_MAX = 1_000;

/**
 * Parses an expression; the problem's line and column are those within it, its path is empty.
 *
 * The language is CEL with JSON's values, so: null, bool, int (64 bits), double, string, list, map with string keys,
 * timestamp, duration. Numbers from JSON are doubles, whole numbers in the text are ints, and every operator takes the
 * two mixed (`context.amount * 2 < 1000`). Dividing by zero is an error. There are no bytes and no unsigned ints.
 *
 * - Operators: `+ - * / % == != < <= > >= in && || ! ?:`, members `a.b`, items `a[0]`, lists `[1, 2]`, maps `{"a": 1}`.
 * - Functions: `has size int double string bool timestamp duration`.
 * - Methods of strings: `size contains startsWith endsWith indexOf substring lowerAscii upperAscii trim split matches`;
 *   `matches` takes a literal in RE2 syntax. Of lists: `size join`. Of times, in UTC: `getFullYear getMonth getDate
 *   getDayOfMonth getDayOfWeek getDayOfYear getHours getMinutes getSeconds getMilliseconds`.
 * - Loops over lists and keys of maps: `all exists exists_one filter map`.
 *
 * ```ts
 * import assert from "node:assert/strict";
 * const result = parseExpression("context.items.all(item, item.price * item.count < 100)");
 * assert.equal(result.ok, true);
 * ```
 */
export function parseExpression(text: string, options: { reach?: Reach } = {}): ParseResult {
  const { reach = "event" } = options;
  // What an expression means depends on its reach, and no text begins with a zero character that is one.
  const cacheKey = reach === "event" ? text : `\0${reach} ${text}`;
  const known = parsed.get(cacheKey);
  if (known !== undefined) {
    parsed.delete(cacheKey);
    parsed.set(cacheKey, known);
    return { ok: true, expression: known };
  }
  if (text.trim() === "") return refused("the expression is empty", text, 0);
  if (text.length > EXPRESSION_CHARS_MAX) {
    return refused(
      `the expression has ${text.length} characters, at most ${EXPRESSION_CHARS_MAX} are allowed`,
      text,
      0,
    );
  }
  try {
    const tree = parseTree(text);
    const patterns = patternsOf(tree);
    if (patterns > PATTERNS_PER_EXPRESSION_MAX) {
      return refused(`has ${patterns} calls of matches(), at most ${PATTERNS_PER_EXPRESSION_MAX} are allowed`, text, 0);
    }
    const expression = new Expression(text, compileNode(tree, new Names(REACH[reach])), reach);
    parsed.set(cacheKey, expression);
    if (parsed.size > PARSED_MAX) parsed.delete(parsed.keys().next().value!); // E4
    return { ok: true, expression };
  } catch (error) {
    if (error instanceof ExpressionRefused) return refused(error.message, text, error.offset);
    if (error instanceof ParseError) return refused(describeParseError(error), text, error.range?.start ?? 0);
    if (error instanceof RangeError) return refused("the expression is nested too deeply", text, 0); // E1
    throw error;
  }
}

/**
 * The library remembers every called name it has seen, for ever. An environment of our own per text, with a function
 * of its own so that it does not share its parent's memory, costs 40 µs and forgets (E4).
 */
function parseTree(text: string): ASTNode {
  const environment = new Environment({
    unlistedVariablesAreDyn: true,
    limits: { maxAstNodes: EXPRESSION_CHARS_MAX, maxDepth: EXPRESSION_DEPTH_MAX },
  }).registerFunction("ownMemory(): bool", () => true);
  return environment.parse(text).ast;
}

const TOKENS: Record<string, string> = {
  EOF: "the end of the expression",
  RPAREN: '")"',
  LPAREN: '"("',
  RBRACKET: '"]"',
  LBRACKET: '"["',
  RBRACE: '"}"',
  LBRACE: '"{"',
  COLON: '":"',
  COMMA: '","',
  IDENTIFIER: "a name",
  NUMBER: "a number",
  STRING: "a string",
};

function describeParseError(error: ParseError): string {
  const summary = error.summary.replace(/\b([A-Z]{2,})\b/g, (token) => TOKENS[token] ?? token.toLowerCase());
  return `does not parse: ${summary[0].toLowerCase()}${summary.slice(1)}`;
}

function refused(message: string, text: string, offset: number): ParseResult {
  const before = text.slice(0, offset).split("\n");
  return {
    ok: false,
    problem: { path: "", message, line: before.length, column: before[before.length - 1].length + 1 },
  };
}

/**
 * Evaluates an expression. Never throws; the message says why there is no value.
 *
 * The value may share parts with the scope: neither may be changed afterwards. With a `meter`, several evaluations share
 * one bound on their steps.
 */
export function evaluate(
  expression: Expression,
  scope: ExpressionScope,
  options: { meter?: Meter } = {},
): EvaluateResult {
  const slots: CelValue[] = expression.reach === "event"
    ? [scope.context ?? null, scope.input ?? null, scope.event ?? null]
    : REACH[expression.reach].map((name: keyof ExpressionScope) => scope[name] ?? null);
  try {
    return { ok: true, value: expression.run(slots, options.meter ?? new Meter()) };
  } catch (error) {
    // E1: our own two errors, and V8's RangeError for a string or stack beyond its limits.
    return { ok: false, message: error instanceof Error ? error.message : String(error) };
  }
}

export { Meter };
