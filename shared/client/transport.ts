/** Connections to engines: a list of addresses, of which one is used until it cannot be reached. */

import { ConnectError, type Interceptor, type Transport } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-web";
import { DegovError } from "../errors.ts";
import { isTracing } from "../tracing.ts";
import { tracingInterceptor } from "./tracing_interceptor.ts";
import { unlessSilent } from "./silence.ts";
import { type Post, unaryCall } from "./unary_call.ts";

/** Where the engine listens unless told otherwise. */
export const ENGINE_URL_DEFAULT = "http://127.0.0.1:7420";

/** How an engine is reached and what it is shown. */
export interface ConnectionOptions {
  /** A token of the engine's token file, sent with every call. */
  token?: string;
  /** Certificates and keys, as PEM text, for an engine behind TLS. */
  tls?: {
    /** The authority that signed the engine's certificate, where the system does not know it. */
    authority?: string;
    /** This program's own certificate and key, for an engine that asks for one. */
    certificate?: string;
    key?: string;
  };
  interceptors?: Interceptor[];
  /**
   * A call without a time limit of its own is given up after this, and the next goes to another engine: one that was
   * stopped or cut off does not answer, and does not refuse either. So is a stream on which nothing comes for so long;
   * an engine that has no news says so every ten seconds. Default 45,000, above every wait of one call.
   */
  answerTimeoutMs?: number;
}

const ANSWER_TIMEOUT_MS_DEFAULT = 45_000;

/**
 * A transport over the first engine of the list that answers; after a failed connection, or
 * one that does not answer in time, the next call goes to the next.
 *
 * @throws DegovError INVALID_ARGUMENT for something that is no http or https address.
 */
export function engineTransport(engines: readonly string[], options: ConnectionOptions = {}): Transport {
  const origins = engines.map(toOrigin);
  if (origins.length === 0) throw new DegovError("INVALID_ARGUMENT", "Cannot connect: the list of engines is empty");
  const client = httpClient(options);
  const authorization = options.token === undefined ? undefined : `Bearer ${options.token}`;
  const silenceMs = options.answerTimeoutMs ?? ANSWER_TIMEOUT_MS_DEFAULT;
  let current = 0;
  const interceptors = [...options.interceptors ?? [], ...(isTracing() ? [tracingInterceptor] : [])];
  const connect = createConnectTransport({
    baseUrl: origins[0],
    useBinaryFormat: true,
    interceptors,
    fetch: (input, init) => {
      const url = new URL(String(input));
      if (authorization !== undefined) (init!.headers as Headers).set("authorization", authorization);
      const tried = current;
      return unlessSilent((signal) => send(url.pathname + url.search, { ...init, signal }), {
        signal: init?.signal,
        silenceMs,
        onSilent: () => next(tried),
      });
    },
  });
  if (interceptors.length > 0) return connect;
  const post: Post = (path, init) => {
    if (authorization !== undefined) init.headers.push(["authorization", authorization]);
    return send(path, init);
  };
  return {
    unary: (method, signal, timeoutMs = silenceMs, header, input) =>
      unaryCall(post, { method, input }, { signal, timeoutMs, header }),
    stream: (...call) => connect.stream(...call),
  };

  async function send(path: string, init: RequestInit): Promise<Response> {
    const tried = current;
    const request: RequestInit & { client?: Deno.HttpClient } = client === undefined ? init : { ...init, client };
    try {
      const response = await fetch(origins[tried] + path, request);
      if (response.status === 502 || response.status === 503 || response.status === 504) next(tried);
      return response;
    } catch (error) {
      // Not where the caller has lost interest; an engine that let the time pass is not asked again.
      if (!init.signal?.aborted || init.signal.reason instanceof ConnectError) next(tried);
      throw error;
    }
  }

  function next(tried: number): void {
    if (tried === current) current = (current + 1) % origins.length;
  }
}

/** A client of its own only where certificates are to be used. @throws DegovError INVALID_ARGUMENT */
function httpClient({ tls }: ConnectionOptions): Deno.HttpClient | undefined {
  if (tls === undefined) return undefined;
  const { authority, certificate, key } = tls;
  if ((certificate === undefined) !== (key === undefined)) {
    throw new DegovError("INVALID_ARGUMENT", "Cannot show a certificate: it needs both the certificate and its key");
  }
  return Deno.createHttpClient({
    ...(authority === undefined ? {} : { caCerts: [authority] }),
    ...(certificate === undefined ? {} : { cert: certificate, key: key! }),
  });
}

function toOrigin(address: string): string {
  try {
    const url = new URL(address);
    if (url.protocol === "http:" || url.protocol === "https:") return url.origin;
  } catch {
    // said below
  }
  throw new DegovError(
    "INVALID_ARGUMENT",
    `Cannot connect to engine "${address}": it must be an address like ${ENGINE_URL_DEFAULT}`,
  );
}
