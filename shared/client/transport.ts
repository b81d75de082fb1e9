/** Connections to engines: a list of addresses, of which one is used until it cannot be reached. */

import type { Transport } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-web";
import { DegovError } from "../errors.ts";

/** Where the engine listens unless told otherwise. */
export const ENGINE_URL_DEFAULT = "http://127.0.0.1:7420";

/**
 * A transport over the first engine of the list that answers; after a failed connection the next call goes to the next.
 *
 * @throws DegovError INVALID_ARGUMENT for something that is no http or https address.
 */
export function engineTransport(engines: readonly string[]): Transport {
  const origins = engines.map(toOrigin);
  if (origins.length === 0) throw new DegovError("INVALID_ARGUMENT", "Cannot connect: the list of engines is empty");
  let current = 0;
  return createConnectTransport({
    baseUrl: origins[0],
    useBinaryFormat: true,
    fetch: async (input, init) => {
      const tried = current;
      const url = new URL(String(input));
      try {
        const response = await fetch(origins[tried] + url.pathname + url.search, init);
        if (response.status === 502 || response.status === 503 || response.status === 504) next(tried);
        return response;
      } catch (error) {
        if (!(init?.signal?.aborted)) next(tried);
        throw error;
      }
    },
  });

  function next(tried: number): void {
    if (tried === current) current = (current + 1) % origins.length;
  }
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
