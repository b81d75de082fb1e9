/** Connections on which nothing is heard any more: an engine that was stopped or cut off neither answers nor refuses. */

import { Code, ConnectError } from "@connectrpc/connect";

export interface SilenceOptions {
  /** The caller's. */
  signal?: AbortSignal | null;
  /** How long the answer may take to begin, and each part of its body after the one before. */
  silenceMs: number;
  /** The connection was given up; the same may be asked elsewhere. */
  onSilent: () => void;
}

/** Makes a request, and gives it up when nothing comes for too long. @throws ConnectError UNAVAILABLE then */
export async function unlessSilent(
  request: (signal: AbortSignal) => Promise<Response>,
  { signal, silenceMs, onSilent }: SilenceOptions,
): Promise<Response> {
  const over = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const end = () => clearTimeout(timer);
  const listen = () => {
    end();
    timer = setTimeout(() => {
      over.abort(new ConnectError(`Nothing was heard from the engine for ${silenceMs} ms`, Code.Unavailable));
      onSilent();
    }, silenceMs);
  };
  listen();
  try {
    const response = await request(signal ? AbortSignal.any([signal, over.signal]) : over.signal);
    if (response.body !== null) return new Response(heard(response.body, { listen, end }), response);
    end();
    return response;
  } catch (error) {
    end();
    throw error;
  }
}

/** The body as it comes; `listen` begins to wait for each part, `end` is called after the last. */
function heard(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  { listen, end }: { listen: () => void; end: () => void },
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const reader = body.getReader();
  return new ReadableStream({
    pull: async (controller) => {
      try {
        listen();
        const { done, value } = await reader.read();
        end();
        if (done) controller.close();
        else controller.enqueue(value);
      } catch (error) {
        end();
        controller.error(error);
      }
    },
    cancel: async (reason) => {
      end();
      await reader.cancel(reason);
    },
  });
}
