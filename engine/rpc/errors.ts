/** The one conversion from errors to Connect's. */

import { create, type DescMessage } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { codeToHttpStatus, errorToJson } from "@connectrpc/connect/protocol-connect";
import { ProblemListSchema } from "../../proto/gen/degov/v1/workflow_service_pb.ts";
import { DegovError, type ErrorCode } from "../../shared/errors.ts";

const CODES: { readonly [code in ErrorCode]: Code } = {
  CANCELLED: Code.Canceled,
  INVALID_ARGUMENT: Code.InvalidArgument,
  DEADLINE_EXCEEDED: Code.DeadlineExceeded,
  NOT_FOUND: Code.NotFound,
  ALREADY_EXISTS: Code.AlreadyExists,
  PERMISSION_DENIED: Code.PermissionDenied,
  RESOURCE_EXHAUSTED: Code.ResourceExhausted,
  FAILED_PRECONDITION: Code.FailedPrecondition,
  ABORTED: Code.Aborted,
  UNIMPLEMENTED: Code.Unimplemented,
  INTERNAL: Code.Internal,
  UNAVAILABLE: Code.Unavailable,
  DATA_LOSS: Code.DataLoss,
  UNAUTHENTICATED: Code.Unauthenticated,
};

/** What a caller is told. What is not ours to tell (a bug) is reported to `onInternal`, and its text is kept back. */
export function toConnectError(thrown: unknown, onInternal: (error: unknown) => void): ConnectError {
  if (thrown instanceof ConnectError && thrown.code !== Code.Internal && thrown.code !== Code.Unknown) return thrown;
  const error = DegovError.from(thrown);
  if (error.code === "INTERNAL") {
    onInternal(thrown);
    return new ConnectError("The engine failed on this call; its log says why", Code.Internal);
  }
  const converted = new ConnectError(error.message, CODES[error.code]);
  if (error.problems.length > 0) {
    const problems = error.problems.map(({ path, message, line, column, inDocument: at }) => (
      { path, message, line, column, documentLine: at?.line, documentColumn: at?.column }
    ));
    converted.details.push({ desc: ProblemListSchema, value: create(ProblemListSchema, { problems }) });
  }
  return converted;
}

/** The caller sent what is no message of the method. */
export function notParsed(schema: DescMessage, why: string): ConnectError {
  return new ConnectError(`Cannot parse the ${schema.typeName}: ${why}`, Code.InvalidArgument);
}

/** An error as Connect's protocol answers a unary call with it. */
export function errorResponse(error: ConnectError): Response {
  return new Response(JSON.stringify(errorToJson(error, undefined)), {
    status: codeToHttpStatus(error.code),
    headers: [["content-type", "application/json"]],
  });
}
