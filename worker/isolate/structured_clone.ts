/**
 * structuredClone for tasks, in JavaScript alone.
 *
 * Deno's own is not handed out: an object with the symbol by which Deno marks its host objects (any DOMException shows
 * it) makes it build host objects of other classes, whose prototypes no lockdown has seen, or ends the process.
 */

import { platform } from "./platform.ts";

/** Constructors of errors that keep their kind. */
const ERRORS: Record<string, ErrorConstructor> = Object.assign(Object.create(null), {
  Error,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
});

/** A deep copy of data: plain objects, arrays, dates, maps, sets, buffers, errors; cycles are kept. */
export function structuredClone(value: unknown, options?: { transfer?: Iterable<unknown> }): unknown {
  const cloner = new Cloner();
  for (const buffer of options?.transfer ?? []) cloner.transfer(buffer);
  return cloner.clone(value);
}

class Cloner {
  readonly #clones = new Map<object, unknown>();

  /** Moves a buffer: the copy has its bytes, the original none. */
  transfer(buffer: unknown): void {
    if (!(buffer instanceof ArrayBuffer)) this.#refuse("a value that is no ArrayBuffer cannot be transferred");
    this.#clones.set(buffer as ArrayBuffer, (buffer as ArrayBuffer).transfer());
  }

  clone(value: unknown): unknown {
    if (typeof value === "function") this.#refuse("a function");
    if (typeof value === "symbol") this.#refuse("a symbol");
    if (typeof value !== "object" || value === null) return value;
    if (this.#clones.has(value)) return this.#clones.get(value);
    return this.#cloneObject(value);
  }

  #cloneObject(value: object): unknown {
    if (Array.isArray(value)) return this.#members(value, this.#keep(value, new Array(value.length)));
    if (value instanceof Date) return this.#keep(value, new platform.Date(value.getTime()));
    if (value instanceof RegExp) return this.#keep(value, new RegExp(value.source, value.flags));
    if (value instanceof Map) return this.#map(value);
    if (value instanceof Set) return this.#set(value);
    if (value instanceof ArrayBuffer) return this.#keep(value, value.slice(0));
    if (ArrayBuffer.isView(value)) return this.#view(value);
    if (value instanceof Error) return this.#error(value);
    if (value instanceof Boolean || value instanceof Number || value instanceof String || value instanceof BigInt) {
      return this.#keep(value, Object(value.valueOf()));
    }
    if (value instanceof WeakMap || value instanceof WeakSet || value instanceof Promise) this.#refuse("this object");
    return this.#members(value, this.#keep(value, {}));
  }

  #keep<T>(value: object, clone: T): T {
    this.#clones.set(value, clone);
    return clone;
  }

  #members(value: object, clone: object): object {
    for (const key of Object.keys(value)) {
      const member = this.clone((value as Record<string, unknown>)[key]);
      Object.defineProperty(clone, key, { value: member, writable: true, enumerable: true, configurable: true });
    }
    return clone;
  }

  #map(value: Map<unknown, unknown>): Map<unknown, unknown> {
    const clone = this.#keep(value, new Map());
    for (const [key, item] of [...Map.prototype.entries.call(value)]) clone.set(this.clone(key), this.clone(item));
    return clone;
  }

  #set(value: Set<unknown>): Set<unknown> {
    const clone = this.#keep(value, new Set());
    for (const item of [...Set.prototype.values.call(value)]) clone.add(this.clone(item));
    return clone;
  }

  /** A view of the copied buffer, at the same place. */
  #view(value: ArrayBufferView): unknown {
    const buffer = this.clone(value.buffer) as ArrayBuffer;
    const { name } = (value as unknown as { constructor: { name: string } }).constructor;
    const View = VIEWS[name];
    if (View === undefined) this.#refuse("this view");
    const length = value instanceof DataView ? value.byteLength : (value as Uint8Array).length;
    return this.#keep(value, new View(buffer, value.byteOffset, length));
  }

  #error(value: Error): Error {
    const Kind = ERRORS[String(value.name)] ?? Error;
    const clone = this.#keep(value, new Kind(String(value.message)));
    if ("cause" in value) {
      const cause = this.clone(value.cause);
      Object.defineProperty(clone, "cause", { value: cause, writable: true, configurable: true });
    }
    return clone;
  }

  #refuse(what: string): never {
    throw new platform.DOMException(`Cannot clone ${what}`, "DataCloneError");
  }
}

type ViewConstructor = new (buffer: ArrayBuffer, offset: number, length: number) => ArrayBufferView;

const VIEWS: Record<string, ViewConstructor> = Object.assign(Object.create(null), {
  DataView,
  Int8Array,
  Int16Array,
  Int32Array,
  Uint8Array,
  Uint8ClampedArray,
  Uint16Array,
  Uint32Array,
  Float16Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
});
