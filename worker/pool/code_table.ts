/** Which code an isolate has, by hash, with the numbers it knows it by. Bounded; the least recently used goes first. */

/** Bounds on what one isolate keeps compiled. */
const CODES_MAX = 256;
const CODE_BYTES_KEPT_MAX = 16 * 1024 * 1024;

/** What the isolate has to be sent before it can run the code. */
export interface CodeUse {
  id: number;
  /** The code itself, when the isolate does not have it. */
  isNew: Uint8Array | undefined;
  /** Numbers that the isolate shall forget. */
  forgotten: number[];
}

const NONE: number[] = [];

/** The codes of one isolate. */
export class CodeTable {
  /** In order of last use. */
  readonly #codes = new Map<string, { id: number; bytes: number }>();
  #lastId = 0;
  #bytes = 0;

  /** Marks code as used; `encode` gives its bytes when it is new. */
  use(hash: string, encode: () => Uint8Array): CodeUse {
    const known = this.#codes.get(hash);
    if (known !== undefined) {
      this.#codes.delete(hash);
      this.#codes.set(hash, known);
      return { id: known.id, isNew: undefined, forgotten: NONE };
    }
    const code = encode();
    const id = ++this.#lastId;
    this.#codes.set(hash, { id, bytes: code.length });
    this.#bytes += code.length;
    return { id, isNew: code, forgotten: this.#evict() };
  }

  #evict(): number[] {
    const forgotten: number[] = [];
    for (const [hash, { id, bytes }] of this.#codes) {
      if (this.#codes.size === 1) break;
      if (this.#codes.size <= CODES_MAX && this.#bytes <= CODE_BYTES_KEPT_MAX) break;
      this.#codes.delete(hash);
      this.#bytes -= bytes;
      forgotten.push(id);
    }
    return forgotten;
  }
}
