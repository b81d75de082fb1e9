/** The socket: plain HTTP, TLS, or TLS that also asks for client certificates. */

import type { TLSSocket } from "node:tls";
import type { Address } from "../../shared/address.ts";
import { DegovError } from "../../shared/errors.ts";
import type { Peer } from "./gate.ts";

export interface Tls {
  /** PEM text. */
  readonly certificate: string;
  readonly key: string;
  /** Authority whose certificates stand for workers; without it no certificate is asked for. */
  readonly clientAuthority?: string;
}

export interface Listener {
  readonly url: string;
  /** Takes no new connections, and resolves once what is under way has ended. */
  shutdown(): Promise<void>;
}

export type PeerHandler = (request: Request, peer: Peer) => Response | Promise<Response>;

/** @throws DegovError UNAVAILABLE when the address cannot be had, INVALID_ARGUMENT for what is no certificate or key. */
export async function listen(
  address: Address,
  handler: PeerHandler,
  tls?: Tls,
): Promise<Listener> {
  try {
    return tls?.clientAuthority === undefined
      ? serve(address, handler, tls)
      : await serveMutually(address, handler, { ...tls, clientAuthority: tls.clientAuthority });
  } catch (error) {
    const { message } = error as Error;
    if (tls !== undefined && /certificate|key|pem/i.test(message)) {
      throw new DegovError("INVALID_ARGUMENT", `Cannot use the certificate or key: ${message}`, { cause: error });
    }
    throw new DegovError(
      "UNAVAILABLE",
      `Cannot listen on ${address.hostname}:${address.port}: ${message}; ` +
        "is another engine running? Choose another with --listen",
      { cause: error },
    );
  }
}

function serve({ hostname, port }: Address, handler: PeerHandler, tls: Tls | undefined): Listener {
  const server = Deno.serve(
    { hostname, port, onListen: () => {}, ...(tls === undefined ? {} : { cert: tls.certificate, key: tls.key }) },
    (request, { remoteAddr }) => handler(request, { address: (remoteAddr as Deno.NetAddr).hostname }),
  );
  const { addr } = server as Deno.HttpServer<Deno.NetAddr>;
  return { url: toUrl(tls === undefined ? "http" : "https", addr), shutdown: () => server.shutdown() };
}

/** Deno.serve asks for no client certificates; Node's server does, and costs some hundred microseconds a call more. */
async function serveMutually(
  { hostname, port }: Address,
  handler: PeerHandler,
  tls: Tls & { clientAuthority: string },
): Promise<Listener> {
  const [{ createServer }, { getRequestListener }] = await Promise.all([
    import("node:https"),
    import("@hono/node-server"),
  ]);
  const listener = getRequestListener((request, environment) => {
    const { incoming } = environment as { incoming: { socket: TLSSocket } };
    const { socket } = incoming;
    const certificate = socket.authorized ? String(socket.getPeerCertificate()?.subject?.CN ?? "unnamed") : undefined;
    return handler(request, {
      address: socket.remoteAddress ?? "",
      ...(certificate === undefined ? {} : { certificate }),
    });
  }, { overrideGlobalObjects: false });
  // Who has no certificate may still show a token: the gate decides, not the handshake.
  const options = { requestCert: true, rejectUnauthorized: false };
  const server = createServer(
    { cert: tls.certificate, key: tls.key, ca: [tls.clientAuthority], ...options },
    (incoming, outgoing) => void listener(incoming, outgoing),
  );
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, hostname, resolve);
  });
  const bound = server.address() as { address: string; port: number };
  return {
    url: toUrl("https", { hostname: bound.address, port: bound.port }),
    shutdown: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections?.();
      }),
  };
}

function toUrl(scheme: "http" | "https", { hostname, port }: { hostname: string; port: number }): string {
  return `${scheme}://${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`;
}
