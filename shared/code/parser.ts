/**
 * The parsers of author's code, in JavaScript and bounded.
 *
 * Deno's own stripTypeScriptTypes is not used: on Deno 2.9.6 three thousand nested parentheses overflow its stack and
 * abort the process, and 24 nested `async<T>(a=` take it a minute. Here a full stack is an error that is caught, and
 * every token read, read again ones included, is counted.
 */

import { type Comment, type Options, Parser, type Program } from "acorn";
import { tsPlugin } from "@sveltejs/acorn-typescript";

/** Tokens a parser may read per character of source; a parser that never goes back reads at most one. */
const TOKENS_PER_CHAR_MAX = 4;
const TOKENS_MIN = 10_000;

/** The source makes the parser go back and forth without end. */
export class ParseBudgetError extends Error {}

/** Strict, as it will run; `return` and `await` allowed outside of functions. */
const OPTIONS = {
  ecmaVersion: "latest",
  sourceType: "module",
  locations: true,
  allowReturnOutsideFunction: true,
  allowAwaitOutsideFunction: true,
} as const satisfies Options;

interface Tokenizer {
  input: string;
  nextToken(): void;
}

function bounded(base: typeof Parser): typeof Parser {
  const Base = base as unknown as new (...args: never[]) => Tokenizer;
  class BoundedParser extends Base {
    #tokensRead = 0;

    override nextToken(): void {
      if (++this.#tokensRead > TOKENS_MIN + TOKENS_PER_CHAR_MAX * this.input.length) throw new ParseBudgetError();
      super.nextToken();
    }
  }
  return BoundedParser as unknown as typeof Parser;
}

const JavascriptParser = Parser.extend(bounded);
const TypescriptParser = Parser.extend(tsPlugin(), bounded);

/** Parses strict JavaScript. Throws SyntaxError (with `loc`), ParseBudgetError or RangeError. */
export function parseJavascript(
  source: string,
  options: Pick<Options, "onComment" | "onToken" | "ranges"> = {},
): Program {
  return JavascriptParser.parse(source, { ...OPTIONS, ...options });
}

/** Parses TypeScript. Throws as {@link parseJavascript} does. */
export function parseTypescript(source: string, comments: Comment[] = []): Program {
  return TypescriptParser.parse(source, { ...OPTIONS, onComment: comments });
}
