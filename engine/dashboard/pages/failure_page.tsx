/** What is shown where a page could not be. */

import { DegovError, type ErrorCode } from "../../../shared/errors.ts";
import { page } from "../parts/page.tsx";

const STATUSES: { readonly [code in ErrorCode]?: 400 | 401 | 403 | 404 | 409 | 429 | 503 | 504 } = {
  INVALID_ARGUMENT: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  NOT_FOUND: 404,
  ALREADY_EXISTS: 409,
  FAILED_PRECONDITION: 409,
  ABORTED: 409,
  RESOURCE_EXHAUSTED: 429,
  UNAVAILABLE: 503,
  DEADLINE_EXCEEDED: 504,
};

/** The error as the viewer may see it: a fault of ours is reported, and its text kept back. */
export function shownError(thrown: unknown, onInternal: (error: unknown) => void): DegovError {
  const error = DegovError.from(thrown);
  if (error.code !== "INTERNAL") return error;
  onInternal(thrown);
  return new DegovError("INTERNAL", "The engine failed on this page; its log says why.");
}

export function httpStatus(error: DegovError): 400 | 401 | 403 | 404 | 409 | 429 | 500 | 503 | 504 {
  return STATUSES[error.code] ?? 500;
}

export function failurePage(error: DegovError) {
  const title = error.code === "NOT_FOUND" ? "Not found" : "This did not work";
  return page({
    title,
    notice: { kind: "failed", text: error.message, problems: error.problems },
    children: (
      <>
        <h1>{title}</h1>
        <p>
          <a href="/instances">Instances</a> · <a href="/definitions">Definitions</a> · <a href="/">Overview</a>
        </p>
      </>
    ),
  });
}
