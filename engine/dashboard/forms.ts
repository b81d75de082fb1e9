/** Reading what a form sent. */

import { DegovError } from "../../shared/errors.ts";
import type { JsonValue } from "../../shared/json.ts";
import { ID_CHARS_MAX, JSON_DEPTH_MAX } from "../../shared/limits.ts";

/** Largest form: above the largest payload that one carries, percent-encoded. */
export const FORM_BYTES_MAX = 4 * 1024 * 1024;

/** The fields of a request's form. @throws DegovError INVALID_ARGUMENT */
export async function readForm(request: Request): Promise<URLSearchParams> {
  const type = request.headers.get("content-type") ?? "";
  if (!type.startsWith("application/x-www-form-urlencoded")) {
    throw new DegovError("INVALID_ARGUMENT", `Cannot read the form: its content type is "${type.slice(0, 100)}"`);
  }
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of request.body ?? []) {
    bytes += part.length;
    if (bytes > FORM_BYTES_MAX) {
      throw new DegovError("INVALID_ARGUMENT", `Cannot read the form: it has more than ${FORM_BYTES_MAX} bytes`);
    }
    parts.push(part);
  }
  return new URLSearchParams(await new Blob(parts as BlobPart[]).text());
}

/** The JSON that a text field holds; empty means `absent`. @throws DegovError INVALID_ARGUMENT */
export function readJson(text: string, field: string, absent: JsonValue, bytesMax: number): JsonValue {
  if (text.trim() === "") return absent;
  const bytes = new TextEncoder().encode(text).length;
  if (bytes > bytesMax) {
    throw new DegovError(
      "INVALID_ARGUMENT",
      `Cannot take ${field}: it has ${bytes} bytes, and at most ${bytesMax} are allowed`,
    );
  }
  let value: JsonValue;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new DegovError("INVALID_ARGUMENT", `Cannot take ${field}: it is no JSON. ${(error as Error).message}`);
  }
  checkDepth(value, field, 0);
  return value;
}

function checkDepth(value: JsonValue, field: string, depth: number): void {
  if (typeof value !== "object" || value === null) return;
  if (depth >= JSON_DEPTH_MAX) {
    throw new DegovError("INVALID_ARGUMENT", `Cannot take ${field}: it is nested deeper than ${JSON_DEPTH_MAX} levels`);
  }
  for (const member of Object.values(value)) checkDepth(member, field, depth + 1);
}

/** An id from a form or an address; undefined when it is empty. @throws DegovError INVALID_ARGUMENT */
export function readId(text: string | null | undefined, field: string): string | undefined {
  const id = (text ?? "").trim();
  if (id === "") return undefined;
  if (id.length <= ID_CHARS_MAX && /^[\x20-\x7e]+$/.test(id)) return id;
  throw new DegovError(
    "INVALID_ARGUMENT",
    `Cannot take ${field}: it may hold only printable ASCII characters, and at most ${ID_CHARS_MAX} of them`,
  );
}

/** A whole number of an address, or undefined where it is none. */
export function readNumber(text: string | null | undefined): number | undefined {
  return text !== null && text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
