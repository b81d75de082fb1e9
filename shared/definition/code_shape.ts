/** The shapes of code: of tasks, and of guards that a worker evaluates. */

import { CODE_BYTES_MAX, WASM_BYTES_MAX } from "../limits.ts";
import type { Language } from "./definition.ts";
import type { Reading } from "./reading.ts";
import { text, word } from "./scalar_shape.ts";
import type { Field } from "./shape.ts";

const LANGUAGES: readonly Language[] = ["javascript", "typescript", "wasm"];

export const CODE_FIELDS: Record<string, Field> = {
  language: { about: "javascript if not given", shape: word("a language", LANGUAGES) },
  code: {
    about: "the source; for wasm the module's bytes in base64",
    // Base64 takes four characters for three bytes.
    shape: text("code (a text)", Math.max(CODE_BYTES_MAX, Math.ceil(WASM_BYTES_MAX / 3) * 4)),
    required: true,
  },
};

/** Code that a task's would be, but for modules: what decides is small. */
export const SCRIPT_FIELDS: Record<string, Field> = {
  language: {
    about: "javascript if not given",
    shape: word("a language", LANGUAGES.filter((language) => language !== "wasm")),
  },
  code: { about: "the source", shape: text("code (a text)", CODE_BYTES_MAX), required: true },
};

/** Names that other tools have for the same. */
export const CODE_ALIASES = { script: "code", source: "code", lang: "language" };

/** Checks the code, and leaves out the language that is meant if none is given. */
export function checkCode(part: { code?: string; language?: Language }, reading: Reading): void {
  const { code, language = "javascript" } = part;
  if (part.language === "javascript") delete part.language;
  if (code === undefined) return;
  const place = reading.placeOf(part, "code");
  if (!reading.count("tasks", place)) return;
  const compiled = reading.compileCode(code, language);
  if (compiled.ok) return;
  for (const { message, line, column } of compiled.problems) {
    const within = line === undefined ? undefined : { line, column: column ?? 1 };
    reading.report(place, `the code does not compile: ${message}`, { within, isLocal: true });
  }
}
