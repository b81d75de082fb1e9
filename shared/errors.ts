/**
 * The one error class for what the environment or a caller did wrong.
 *
 * A bug is an assertion, an expected outcome is a returned union; everything else is a {@link DegovError} with one of
 * a closed set of codes. A code exists only if some caller can react to it.
 */

/** The closed set of codes; the names are those of gRPC and Connect. */
export type ErrorCode =
  | "CANCELLED"
  | "INVALID_ARGUMENT"
  | "DEADLINE_EXCEEDED"
  | "NOT_FOUND"
  | "ALREADY_EXISTS"
  | "PERMISSION_DENIED"
  | "RESOURCE_EXHAUSTED"
  | "FAILED_PRECONDITION"
  | "ABORTED"
  | "UNIMPLEMENTED"
  | "INTERNAL"
  | "UNAVAILABLE"
  | "DATA_LOSS"
  | "UNAUTHENTICATED";

/** Codes after which the same call may succeed later, unchanged. */
const RETRYABLE: ReadonlySet<ErrorCode> = new Set<ErrorCode>(["UNAVAILABLE", "ABORTED"]);

/** One thing that is wrong with an input, and where. */
export interface Problem {
  /** Place in the document, as `states.review.on.approve[0].target`; empty for the document itself. */
  path: string;
  /** What is wrong and what would be right, in one sentence. */
  message: string;
  /** Line in the text that was given (for code and guards: within that code or guard), from 1. */
  line?: number;
  /** Column, from 1. */
  column?: number;
  /** Where line and column are those within code or a guard: the same place in the text of the whole document. */
  inDocument?: { line: number; column: number };
}

/** A fault of the caller or the environment. The message says what could not be done, to what, why, and what would be right. */
export class DegovError extends Error {
  override readonly name = "DegovError";
  readonly code: ErrorCode;
  /** Every problem found, where the input was a document. */
  readonly problems: readonly Problem[];

  constructor(code: ErrorCode, message: string, options: { cause?: unknown; problems?: readonly Problem[] } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.problems = options.problems ?? [];
  }

  /** Whether the same call may succeed later. */
  get retryable(): boolean {
    return RETRYABLE.has(this.code);
  }

  /** The one conversion from whatever was thrown; what is not ours becomes INTERNAL with its message kept. */
  static from(thrown: unknown): DegovError {
    if (thrown instanceof DegovError) return thrown;
    if (thrown instanceof Error) return new DegovError("INTERNAL", thrown.message, { cause: thrown });
    return new DegovError("INTERNAL", String(thrown), { cause: thrown });
  }
}

/** Throws when a condition that only a bug can break does not hold. On in production. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`Assertion failed: ${message}`);
}

/** One line per problem, as `path (line:column): message`. */
export function formatProblems(problems: readonly Problem[]): string {
  return problems.map((problem) => {
    const place = problem.line === undefined ? "" : ` (${problem.line}:${problem.column ?? 1})`;
    return `${problem.path || "document"}${place}: ${problem.message}`;
  }).join("\n");
}
