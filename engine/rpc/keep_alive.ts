/** Streams say now and then that they are alive, so that whoever follows can tell a quiet engine from a frozen one. */

/** Well below the time after which clients give a silent stream up (answerTimeoutMs in shared/client/transport.ts). */
export const KEEP_ALIVE_MS = 10_000;

/** The messages, and between them one that says nothing new whenever none has come for `everyMs`. */
export async function* withKeepAlives<M>(
  messages: AsyncIterable<M>,
  nothingNew: () => M,
  everyMs = KEEP_ALIVE_MS,
): AsyncGenerator<M> {
  const source = messages[Symbol.asyncIterator]();
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
    source.return?.().catch(() => {});
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
