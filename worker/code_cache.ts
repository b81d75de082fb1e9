/** Code by hash, fetched once. Bounded by bytes; the hash names the content, so nothing here ever grows stale. */

import { LRUCache } from "lru-cache";
import type { CompiledCode } from "../shared/code/compiled_code.ts";

const CACHE_CHARS_MAX = 64 * 1024 * 1024;

export class CodeCache {
  readonly #fetch: (hash: string) => Promise<CompiledCode>;
  readonly #codes = new LRUCache<string, CompiledCode>({ maxSize: CACHE_CHARS_MAX, sizeCalculation: codeChars });
  readonly #fetching = new Map<string, Promise<CompiledCode>>();

  constructor(fetch: (hash: string) => Promise<CompiledCode>) {
    this.#fetch = fetch;
  }

  /** The code, at once where it is known; calls for the same hash share one fetch. */
  get(hash: string): CompiledCode | Promise<CompiledCode> {
    return this.#codes.get(hash) ?? this.#fetching.get(hash) ?? this.#load(hash);
  }

  #load(hash: string): Promise<CompiledCode> {
    const loading = this.#fetch(hash)
      .then((code) => {
        this.#codes.set(hash, code);
        return code;
      })
      .finally(() => this.#fetching.delete(hash));
    this.#fetching.set(hash, loading);
    return loading;
  }
}

function codeChars(code: CompiledCode): number {
  return 1 + (code.kind === "script" ? code.body.length : code.bytesBase64.length);
}
