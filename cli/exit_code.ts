/** What `degov` says to the shell that called it. Documented in docs/cli.md, which is generated from this table. */

import type { ErrorCode } from "../shared/errors.ts";

export const EXIT_CODES = {
  ok: { code: 0, meaning: "It was done." },
  failure: { code: 1, meaning: "Anything that has no code of its own, a fault of the engine included." },
  usage: { code: 2, meaning: "A flag, argument, file or definition is not right; the message says what would be." },
  notFound: { code: 3, meaning: "There is no such instance, workflow or version." },
  refused: { code: 4, meaning: "The engine refused it in the present state, as an event that no state takes." },
  unreachable: { code: 5, meaning: "No engine answered in time." },
  denied: { code: 6, meaning: "The token is missing or wrong, or its role may not do this." },
  endedBadly: { code: 7, meaning: "The instance that was waited for failed or was cancelled." },
  stillRunning: { code: 8, meaning: "The instance that was waited for is still running after the given time." },
  interrupted: { code: 130, meaning: "Ctrl+C." },
} as const;

export type ExitName = keyof typeof EXIT_CODES;

const BY_ERROR: { readonly [code in ErrorCode]: ExitName } = {
  CANCELLED: "failure",
  INVALID_ARGUMENT: "usage",
  DEADLINE_EXCEEDED: "unreachable",
  NOT_FOUND: "notFound",
  ALREADY_EXISTS: "refused",
  PERMISSION_DENIED: "denied",
  RESOURCE_EXHAUSTED: "refused",
  FAILED_PRECONDITION: "refused",
  ABORTED: "failure",
  UNIMPLEMENTED: "failure",
  INTERNAL: "failure",
  UNAVAILABLE: "unreachable",
  DATA_LOSS: "failure",
  UNAUTHENTICATED: "denied",
};

export function exitOfError(code: ErrorCode): ExitName {
  return BY_ERROR[code];
}
