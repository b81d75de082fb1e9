/** Addresses to listen on. */

import { isIP } from "node:net";
import { DegovError } from "./errors.ts";

export interface Address {
  hostname: string;
  port: number;
}

/** `HOST:PORT`, `[IPV6]:PORT`, or `PORT` alone for loopback. Port 0 means any free one. @throws DegovError INVALID_ARGUMENT */
export function parseAddress(text: string): Address {
  const match = /^(?:(?:\[([^\]]+)\]|([^:\[\]]+)):)?(\d{1,5})$/.exec(text);
  const port = Number(match?.[3] ?? NaN);
  if (match === null || port > 65_535) {
    throw new DegovError("INVALID_ARGUMENT", `Cannot listen on "${text}": it must be HOST:PORT, as in 127.0.0.1:7420`);
  }
  return { hostname: match[1] ?? match[2] ?? "127.0.0.1", port };
}

/** Whether only programs of this machine can reach the host. */
export function isLoopback(hostname: string): boolean {
  if (hostname === "localhost" || hostname === "::1") return true;
  return isIP(hostname) === 4 && hostname.startsWith("127.");
}
