/** Why a step cannot go on as the definition says. What becomes of it depends on the input that caused it. */

/**
 * The definition asked for something that cannot be done: an `expression` that cannot be evaluated, or a `limit` that
 * would be crossed. On a client's input the input is refused and nothing has changed; otherwise the instance fails.
 */
export class Fault {
  readonly cause: "expression" | "limit";
  readonly message: string;

  constructor(cause: "expression" | "limit", message: string) {
    this.cause = cause;
    this.message = message;
  }
}
