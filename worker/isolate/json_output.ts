/**
 * A task's result as JSON text. Stricter than JSON.stringify: what JSON would change or drop silently is refused, with
 * the place named. `undefined` as the whole result is null, as a member absent, as an element null.
 *
 * Each property is read once, and what was read is what is written: a getter or proxy cannot pass a check with one
 * value and be written with another.
 */

import { JSON_DEPTH_MAX, OUTPUT_BYTES_MAX } from "../../shared/limits.ts";

/** Why a result was refused. */
export class OutputError {
  /** Tells one from a task's object without asking the object, which may be a proxy. */
  readonly #isOutputError = true;
  readonly code: "INVALID_OUTPUT" | "RESOURCE_EXHAUSTED";
  readonly message: string;

  constructor(code: "INVALID_OUTPUT" | "RESOURCE_EXHAUSTED", message: string) {
    this.code = code;
    this.message = message;
  }

  static is(thrown: unknown): thrown is OutputError {
    return typeof thrown === "object" && thrown !== null && #isOutputError in thrown;
  }
}

/** JSON text of a result. Throws {@link OutputError}, or whatever a getter or toJSON of the value throws. */
export function toJsonText(value: unknown): string {
  switch (typeof value) {
    case "undefined":
      return "null";
    case "boolean":
      return value ? "true" : "false";
    default:
      return new JsonText().text(value, "");
  }
}

/** Objects that JSON would turn into `{}` or worse, and what to return instead. */
const LOST: readonly [constructor: new () => object, name: string, advice: string][] = [
  [Map as new () => object, "a Map", "use Object.fromEntries(map)"],
  [Set as new () => object, "a Set", "use Array.from(set)"],
  [WeakMap as new () => object, "a WeakMap", "return plain data"],
  [WeakSet as new () => object, "a WeakSet", "return plain data"],
  [Promise as unknown as new () => object, "a promise", "await it"],
  [RegExp as unknown as new () => object, "a RegExp", "use its source"],
  [Error as new () => object, "an Error", "return its message, or throw it"],
  [ArrayBuffer as unknown as new () => object, "an ArrayBuffer", "use Array.from(new Uint8Array(buffer))"],
];

class JsonText {
  readonly #ancestors: object[] = [];
  readonly #keys: (string | number)[] = [];
  #chars = 0;

  text(value: unknown, key: string): string {
    const text = this.#text(value, key);
    if (text === undefined) return "null";
    return text;
  }

  #count(chars: number): void {
    this.#chars += chars;
    if (this.#chars > OUTPUT_BYTES_MAX) {
      throw new OutputError("RESOURCE_EXHAUSTED", `The output is larger than ${OUTPUT_BYTES_MAX} bytes`);
    }
  }

  /** Undefined for what is left out. */
  #text(given: unknown, key: string): string | undefined {
    let value = given;
    if (typeof value === "object" && value !== null) {
      const { toJSON } = value as { toJSON?: unknown };
      if (typeof toJSON === "function") value = Reflect.apply(toJSON, value, [key]);
    }
    if (value instanceof Number || value instanceof String || value instanceof Boolean) value = value.valueOf();
    switch (typeof value) {
      case "undefined":
        return undefined;
      case "boolean":
        return value ? "true" : "false";
      case "number":
        if (!Number.isFinite(value)) this.#refuse(`is ${value}; use null or a number`);
        return this.#scalar(JSON.stringify(value));
      case "string":
        this.#count(value.length);
        return JSON.stringify(value);
      case "bigint":
        return this.#refuse("is a bigint; use a number or a string");
      case "function":
        return this.#refuse("is a function; return plain data");
      case "symbol":
        return this.#refuse("is a symbol; use a string");
    }
    return value === null ? "null" : this.#objectText(value as object);
  }

  #scalar(text: string): string {
    this.#count(text.length);
    return text;
  }

  #objectText(value: object): string {
    if (this.#ancestors.includes(value)) this.#refuse("contains itself; return a tree");
    if (this.#ancestors.length >= JSON_DEPTH_MAX) this.#refuse(`is nested deeper than ${JSON_DEPTH_MAX} levels`);
    this.#ancestors.push(value);
    const text = Array.isArray(value) ? this.#arrayText(value) : this.#membersText(value);
    this.#ancestors.pop();
    return text;
  }

  #arrayText(array: readonly unknown[]): string {
    let text = "[";
    const { length } = array;
    for (let i = 0; i < length; i++) {
      this.#keys.push(i);
      this.#count(1);
      text += (i === 0 ? "" : ",") + (this.#text(array[i], String(i)) ?? "null");
      this.#keys.pop();
    }
    return `${text}]`;
  }

  #membersText(value: object): string {
    if (ArrayBuffer.isView(value)) this.#refuse("is a typed array; use Array.from(it)");
    for (const [constructor, name, advice] of LOST) {
      if (value instanceof constructor) this.#refuse(`is ${name}; ${advice}`);
    }
    let text = "{";
    for (const key of Object.keys(value)) {
      this.#keys.push(key);
      const member = this.#text((value as Record<string, unknown>)[key], key);
      this.#keys.pop();
      if (member === undefined) continue;
      this.#count(key.length + 4);
      text += `${text === "{" ? "" : ","}${JSON.stringify(key)}:${member}`;
    }
    return `${text}}`;
  }

  #refuse(what: string): never {
    let path = "output";
    for (const key of this.#keys) {
      if (typeof key === "number") path += `[${key}]`;
      else path += /^[A-Za-z_$][\w$]{0,80}$/.test(key) ? `.${key}` : `[${JSON.stringify(key.slice(0, 80))}]`;
    }
    throw new OutputError("INVALID_OUTPUT", `${path.slice(0, 1024)} ${what}`);
  }
}
