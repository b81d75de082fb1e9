/** A document, from text or as a value, read into plain JSON with the place of every part. */

import { LineCounter } from "yaml";
import { DEFINITION_BYTES_MAX, DEFINITION_VALUES_MAX, JSON_DEPTH_MAX } from "../limits.ts";
import type { DocumentNode } from "./document_tree.ts";
import { readJsonText } from "./json_text.ts";
import { Place, quote, type Written } from "./place.ts";
import type { Reading } from "./reading.ts";
import { readYamlText } from "./yaml_text.ts";

/** A definition as text. */
export interface DefinitionText {
  text: string;
  /** Default: by the file's name, else JSON if it begins with a brace, else YAML. */
  format?: "json" | "yaml";
  /** For messages, and to tell the format. */
  fileName?: string;
}

/**
 * A value whose parts are JSON, or `undefined` where a part is not and that has been reported.
 *
 * Readers of shapes pass over `undefined` without a word.
 */
export interface ReadDocument {
  value: unknown;
  place: Place;
}

/** Reads a document given as text. Undefined when there is no structure at all; that is reported. */
export function readText({ text, format, fileName }: DefinitionText, reading: Reading): ReadDocument | undefined {
  const bytes = text.length > DEFINITION_BYTES_MAX ? text.length : new TextEncoder().encode(text).length;
  if (bytes > DEFINITION_BYTES_MAX) {
    reading.report(new Place(""), `the document has ${bytes} bytes, at most ${DEFINITION_BYTES_MAX} are allowed`);
    return undefined;
  }
  text = text.replace(/^\uFEFF/, "");
  const isJson = format === undefined ? /\.json$/i.test(fileName ?? "") || /^\s*\{/.test(text) : format === "json";
  const result = isJson ? readJsonText(text) : readYamlText(text);
  const lines = new LineCounter();
  for (let at = 0; at >= 0; at = text.indexOf("\n", at) + 1 || -1) lines.addNewLine(at);
  const positionOf = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  if (!result.ok) {
    for (const { offset, message } of result.problems) {
      reading.report(new Place("", { written: { offset }, positionOf }), message);
    }
    return undefined;
  }
  const place = new Place("", { written: toWritten(result.root), positionOf });
  return { value: toValue(result.root, place, reading), place };
}

function toWritten(node: DocumentNode): Written {
  const written: Written = { offset: node.offset };
  if (node.kind === "scalar") written.verbatim = node.verbatim;
  else if (node.kind === "list") {
    written.parts = new Map(node.items.map((item, index) => [index, toWritten(item)]));
  } else if (node.kind === "map") {
    written.parts = new Map();
    for (const { key, keyOffset, value } of node.members) {
      if (!written.parts.has(key)) written.parts.set(key, { ...toWritten(value), keyOffset });
    }
  }
  return written;
}

function toValue(node: DocumentNode, place: Place, reading: Reading): unknown {
  switch (node.kind) {
    case "scalar":
      // Adding 0 makes -0, which JSON texts tell apart and nobody means, 0.
      if (typeof node.value !== "number") return node.value;
      if (Number.isFinite(node.value)) return node.value + 0;
      reading.report(place, `${node.value} is no number that JSON can carry`);
      return undefined;
    case "unreadable":
      reading.report(place, node.message);
      return undefined;
    case "list":
      return node.items.map((item, index) => toValue(item, place.item(index), reading));
    case "map": {
      const members: Record<string, unknown> = {};
      for (const { key, keyOffset, value } of node.members) {
        if (key === "__proto__") reading.report(place.key(key), '"__proto__" is not allowed as a key');
        else if (Object.hasOwn(members, key)) {
          reading.report(place.keyAt(key, keyOffset), `${quote(key)} is given twice`);
        } else members[key] = toValue(value, place.member(key), reading);
      }
      return members;
    }
  }
}

/** Reads a document given as a value: a copy of it, so that it cannot change afterwards. */
export function readValue(source: unknown, reading: Reading): ReadDocument {
  let values = 0;
  const copy = (value: unknown, place: Place, depth: number): unknown => {
    const refuse = (message: string): undefined => reading.report(place, message) as undefined;
    if (++values > DEFINITION_VALUES_MAX) {
      return values === DEFINITION_VALUES_MAX + 1 ? refuse(`more than ${DEFINITION_VALUES_MAX} values`) : undefined;
    }
    switch (typeof value) {
      case "string":
      case "boolean":
        return value;
      case "number":
        return Number.isFinite(value) ? value + 0 : refuse(`${value} is no number that JSON can carry`);
      case "object":
        break;
      default:
        return refuse(`a ${typeof value} is nothing that JSON can carry`);
    }
    if (value === null) return null;
    if (depth >= JSON_DEPTH_MAX) return refuse(`nested deeper than ${JSON_DEPTH_MAX} levels`);
    if (Array.isArray(value)) return value.map((item, index) => copy(item ?? null, place.item(index), depth + 1));
    const prototype = Object.getPrototypeOf(value);
    if (prototype !== null && prototype !== Object.prototype) {
      return refuse(`an object of class ${prototype.constructor?.name ?? "?"} is nothing that JSON can carry`);
    }
    const members: Record<string, unknown> = {};
    for (const [key, member] of Object.entries(value)) {
      if (member === undefined) continue;
      if (key === "__proto__") reading.report(place.member(key), '"__proto__" is not allowed as a key');
      else members[key] = copy(member, place.member(key), depth + 1);
    }
    return members;
  };
  const place = new Place("");
  return { value: copy(source, place, 0), place };
}
