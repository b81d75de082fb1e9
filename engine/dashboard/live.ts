/**
 * The live stream: server-sent events that say "something has changed, look again".
 *
 * It carries no data of instances. A viewer who comes back after a break looks again, and so misses nothing.
 *
 * - V1 At most STREAMS_MAX at once; a further one is refused, and its page goes on without being live.
 * - V2 Streams over all instances speak at most once per LIST_PAUSE_MS, however fast instances move.
 * - V3 A comment goes out every BEAT_MS, so that a dead connection is noticed on both sides.
 */

import { DegovError } from "../../shared/errors.ts";
import type { Engine } from "../engine.ts";

export const STREAMS_MAX = 1_000;
const LIST_PAUSE_MS = 400;
/** Other engines' changes are not announced here: lists are looked at again so often. */
const LIST_LOOK_MS = 5_000;
const BEAT_MS = 15_000;
const encoder = new TextEncoder();

export class LiveStreams {
  readonly #engine: Engine;
  #open = 0;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** Number of streams that are open. */
  get open(): number {
    return this.#open;
  }

  /** Speaks after each change of an instance beyond a revision; ends after it has. @throws DegovError */
  async ofInstance(instanceId: string, after: number, request: Request): Promise<Response> {
    await this.#engine.instances.get(instanceId); // NOT_FOUND before the stream begins
    return this.#stream(request, async (say, signal) => {
      for await (const { record } of this.#engine.watch(instanceId, after, signal)) {
        say(`id: ${record.sequence}\nevent: changed\ndata: ${record.sequence}\n\n`);
      }
      // An ended instance may be retried or deleted yet; whoever does that here loads the page anew.
      if (!signal.aborted) say("event: ended\ndata:\n\n");
    });
  }

  /** Speaks when any instance has changed, and from time to time. @throws DegovError RESOURCE_EXHAUSTED */
  ofAll(request: Request): Response {
    return this.#stream(request, async (say, signal) => {
      let changed: (() => void) | undefined;
      let isChanged = false;
      const unobserve = this.#engine.observe(() => {
        isChanged = true;
        changed?.();
      });
      try {
        while (!signal.aborted) {
          if (!isChanged) await pause(LIST_LOOK_MS, signal, (wake) => changed = wake);
          isChanged = false;
          changed = undefined;
          if (!signal.aborted) say("event: changed\ndata:\n\n");
          await pause(LIST_PAUSE_MS, signal); // V2
        }
      } finally {
        unobserve();
      }
    });
  }

  #stream(
    request: Request,
    speak: (say: (text: string) => void, signal: AbortSignal) => Promise<void>,
  ): Response {
    if (this.#open >= STREAMS_MAX) {
      throw new DegovError("RESOURCE_EXHAUSTED", `Cannot follow live: ${STREAMS_MAX} pages do already`); // V1
    }
    this.#open++;
    const over = new AbortController();
    const signal = AbortSignal.any([over.signal, request.signal, this.#engine.closing]);
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        const say = (text: string) => {
          // A reader that does not read is not waited for, and not stored for: it will look again anyway.
          if (!signal.aborted && (controller.desiredSize ?? 0) > -64) controller.enqueue(encoder.encode(text));
        };
        say("retry: 1000\n\n");
        const beat = setInterval(() => say(":\n\n"), BEAT_MS); // V3
        speak(say, signal).catch(() => {
          // The engine or the store is away; the browser connects again and sees.
        }).finally(() => {
          clearInterval(beat);
          this.#open--;
          try {
            controller.close();
          } catch {
            // The reader has gone.
          }
        });
      },
      cancel: () => over.abort(),
    });
    return new Response(body, { headers: { "content-type": "text/event-stream", "cache-control": "no-store" } });
  }
}

/** Waits, unless the signal is aborted or the function handed to `onWake` is called. */
function pause(ms: number, signal: AbortSignal, onWake?: (wake: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end, { once: true });
    onWake?.(end);
  });
}
