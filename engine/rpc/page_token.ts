/** Page tokens: the place of the last row seen, opaque to clients. */

import { DegovError } from "../../shared/errors.ts";
import { LIST_PAGE_ROWS_DEFAULT, LIST_PAGE_ROWS_MAX } from "../../shared/limits.ts";

export function encodePageToken(place: unknown): string {
  return new TextEncoder().encode(JSON.stringify(place)).toBase64({ alphabet: "base64url", omitPadding: true });
}

/** The place, or undefined for the first page. @throws DegovError INVALID_ARGUMENT */
export function decodePageToken<T>(token: string, isPlace: (value: unknown) => value is T): T | undefined {
  if (token === "") return undefined;
  try {
    const place = JSON.parse(new TextDecoder().decode(Uint8Array.fromBase64(token, { alphabet: "base64url" })));
    if (isPlace(place)) return place;
  } catch {
    // said below
  }
  throw new DegovError(
    "INVALID_ARGUMENT",
    `Cannot go on from page token "${token.slice(0, 100)}": it is not one that a list has returned`,
  );
}

/** Rows of a page. @throws DegovError INVALID_ARGUMENT */
export function pageRows(asked: number): number {
  if (asked === 0) return LIST_PAGE_ROWS_DEFAULT;
  if (asked <= LIST_PAGE_ROWS_MAX) return asked;
  throw new DegovError(
    "INVALID_ARGUMENT",
    `Cannot return ${asked} rows at once: page_size is at most ${LIST_PAGE_ROWS_MAX}`,
  );
}
