/**
 * The end of a call that waits: its time is over, its caller hangs up, or the engine stops.
 *
 * Whether a caller hangs up is watched only from WATCH_AFTER_MS on: most waits end sooner, and the watch costs as much
 * as the rest of a short call.
 */

const WATCH_AFTER_MS = 100;
/** Given with the abort, since the default reason is an exception with a stack that nobody reads. */
const OVER = "the wait is over";

export class LongCall {
  readonly #over = new AbortController();
  readonly #closing: AbortSignal;
  readonly #end = () => this.#over.abort(OVER);
  #caller: AbortSignal | undefined;
  #timer: ReturnType<typeof setTimeout>;

  constructor(options: { waitMs: number; closing: AbortSignal; call: { readonly signal: AbortSignal } }) {
    const { waitMs, closing, call } = options;
    this.#closing = closing;
    closing.addEventListener("abort", this.#end);
    if (closing.aborted) this.#end();
    this.#timer = setTimeout(() => {
      if (waitMs <= WATCH_AFTER_MS) return this.#end();
      this.#timer = setTimeout(this.#end, waitMs - WATCH_AFTER_MS);
      this.#caller = call.signal;
      this.#caller.addEventListener("abort", this.#end);
      if (this.#caller.aborted) this.#end();
    }, Math.min(waitMs, WATCH_AFTER_MS));
  }

  /** Aborted once the call is to end. */
  get signal(): AbortSignal {
    return this.#over.signal;
  }

  /** The call has its answer. */
  release(): void {
    clearTimeout(this.#timer);
    this.#closing.removeEventListener("abort", this.#end);
    this.#caller?.removeEventListener("abort", this.#end);
  }
}
