/** Checks of single request fields. */

import { DegovError } from "../../shared/errors.ts";
import { ID_CHARS_MAX } from "../../shared/limits.ts";

/** Printable ASCII without spaces at the ends: what survives every log, URL and shell. */
const ID_PATTERN = /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/;

/** A required id or name. @throws DegovError INVALID_ARGUMENT */
export function requireId(value: string, field: string): string {
  if (value === "") throw new DegovError("INVALID_ARGUMENT", `${field} is missing`);
  return optionalId(value, field);
}

/** An id or name that may be left out. @throws DegovError INVALID_ARGUMENT */
export function optionalId(value: string, field: string): string {
  if (value.length > ID_CHARS_MAX) {
    throw new DegovError(
      "INVALID_ARGUMENT",
      `${field} has ${value.length} characters, and at most ${ID_CHARS_MAX} are allowed`,
    );
  }
  if (value !== "" && !ID_PATTERN.test(value)) {
    throw new DegovError(
      "INVALID_ARGUMENT",
      `${field} may hold only printable ASCII characters, and no space at its ends`,
    );
  }
  return value;
}

/** A number with an upper bound. @throws DegovError INVALID_ARGUMENT */
export function atMost(value: number, field: string, max: number): number {
  if (value <= max) return value;
  throw new DegovError("INVALID_ARGUMENT", `${field} is ${value}, and at most ${max} is allowed`);
}
