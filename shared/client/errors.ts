/** The one conversion from Connect's errors to ours, for callers of an engine. */

import { Code, ConnectError } from "@connectrpc/connect";
import { ProblemListSchema } from "../../proto/gen/degov/v1/workflow_service_pb.ts";
import { DegovError, type ErrorCode, type Problem } from "../errors.ts";

const CODES: { readonly [code in Code]: ErrorCode } = {
  [Code.Canceled]: "CANCELLED",
  [Code.Unknown]: "INTERNAL",
  [Code.InvalidArgument]: "INVALID_ARGUMENT",
  [Code.DeadlineExceeded]: "DEADLINE_EXCEEDED",
  [Code.NotFound]: "NOT_FOUND",
  [Code.AlreadyExists]: "ALREADY_EXISTS",
  [Code.PermissionDenied]: "PERMISSION_DENIED",
  [Code.ResourceExhausted]: "RESOURCE_EXHAUSTED",
  [Code.FailedPrecondition]: "FAILED_PRECONDITION",
  [Code.Aborted]: "ABORTED",
  [Code.OutOfRange]: "INVALID_ARGUMENT",
  [Code.Unimplemented]: "UNIMPLEMENTED",
  [Code.Internal]: "INTERNAL",
  [Code.Unavailable]: "UNAVAILABLE",
  [Code.DataLoss]: "DATA_LOSS",
  [Code.Unauthenticated]: "UNAUTHENTICATED",
};

/** What a call failed with. A connection that could not be made or broke is UNAVAILABLE. */
export function fromConnectError(thrown: unknown): DegovError {
  if (thrown instanceof DegovError) return thrown;
  const error = ConnectError.from(thrown);
  const isNetwork = error.code === Code.Unknown && error.cause instanceof TypeError;
  const problems: Problem[] = error.findDetails(ProblemListSchema).flatMap((list) =>
    list.problems.map(({ path, message, line, column, documentLine, documentColumn }) => ({
      path,
      message,
      ...(line === 0 ? {} : { line, column }),
      ...(documentLine === 0 ? {} : { inDocument: { line: documentLine, column: documentColumn } }),
    }))
  );
  const code = isNetwork ? "UNAVAILABLE" : CODES[error.code];
  const message = isNetwork ? `Cannot reach the engine: ${rootCause(error)}` : error.rawMessage;
  return new DegovError(code, message, { cause: thrown, problems });
}

/** What the network said, which is further down than "fetch failed". */
function rootCause(error: Error): string {
  let deepest = error;
  while (deepest.cause instanceof Error) deepest = deepest.cause;
  return deepest.message;
}
