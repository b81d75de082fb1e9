/** Streams say now and then that they are alive, so that whoever follows can tell a quiet engine from a frozen one. */

/** Well below the time after which clients give a silent stream up (answerTimeoutMs in shared/client/transport.ts). */
export const KEEP_ALIVE_MS = 10_000;

/**
 * The messages, and between them one that says nothing new whenever none has come for `everyMs`. The signal ends the
 * source also while nobody asks for more: transports forget a stream whose caller has left.
 */
export async function* withKeepAlives<M>(
  messages: AsyncIterable<M>,
  nothingNew: () => M,
  { signal, everyMs = KEEP_ALIVE_MS }: { signal?: AbortSignal; everyMs?: number },
): AsyncGenerator<M> {
  const source = messages[Symbol.asyncIterator]();
  const end = () => void source.return?.().catch(() => {});
  signal?.addEventListener("abort", end, { once: true });
  let next = source.next();
  try {
    for (;;) {
      const result = await within(everyMs, next);
      if (result === undefined) yield nothingNew();
      else if (result.done) return;
      else {
        yield result.value;
        next = source.next();
      }
    }
  } finally {
    // Not waited for: a source that waits for news ends with the signal of its call.
    next.catch(() => {});
    signal?.removeEventListener("abort", end);
    end();
  }
}

/** What the promise gives, undefined when it takes longer. */
async function within<T>(ms: number, promise: Promise<T>): Promise<T | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>((resolve) => timer = setTimeout(() => resolve(undefined), ms));
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
