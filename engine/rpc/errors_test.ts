import { deepEqual } from "node:assert/strict";
import { fromConnectError } from "../../shared/client/errors.ts";
import { DegovError, type Problem } from "../../shared/errors.ts";
import { toConnectError } from "./errors.ts";

Deno.test("a caller gets an error's code, message and problems with all their places", () => {
  const problems: Problem[] = [
    { path: "states.a", message: "is nothing" },
    { path: "name", message: "is too long", line: 1, column: 7 },
    { path: "states.a.code", message: "fails", line: 1, column: 3, inDocument: { line: 9, column: 13 } },
  ];
  const error = new DegovError("INVALID_ARGUMENT", "Cannot accept the definition: 3 problems", { problems });
  const got = fromConnectError(toConnectError(error, () => {}));
  deepEqual([got.code, got.message, got.problems], [error.code, error.message, problems]);
});
