/**
 * What keeps the dashboard from being used against whoever looks at it.
 *
 * - X1 No page runs, loads or frames anything that the engine did not send: no inline script, no inline style.
 * - X2 A request that changes something comes from a page of this very origin: the browser says so, by Sec-Fetch-Site
 *      or by Origin. It holds whether the caller is known by a cookie, by a proxy, or not at all.
 * - X3 Payloads are never cached by anybody between.
 */

import type { MiddlewareHandler } from "hono";
import { DegovError } from "../../shared/errors.ts";

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join("; ");

const HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy": POLICY, // X1
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  // Not "no-referrer": with that a browser sends its own forms with the origin "null".
  "referrer-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
};

/** Sets the headers of every answer. */
export const protect: MiddlewareHandler = async (context, next) => {
  await next();
  for (const [name, value] of Object.entries(HEADERS)) context.res.headers.set(name, value);
  if (!context.res.headers.has("cache-control")) context.res.headers.set("cache-control", "no-store"); // X3
};

/** Refuses a change that a foreign page has sent (X2). @throws DegovError PERMISSION_DENIED */
export function requireSameOrigin(request: Request): void {
  if (isSameOrigin(request)) return;
  throw new DegovError(
    "PERMISSION_DENIED",
    "Cannot do this: the request did not come from a page of this dashboard. " +
      "Programs use the RPCs (or the command line) instead",
  );
}

export function isSameOrigin({ headers, url }: Request): boolean {
  const site = headers.get("sec-fetch-site");
  if (site !== null) return site === "same-origin";
  const origin = headers.get("origin");
  if (origin === null || !URL.canParse(origin)) return false;
  // Behind a proxy that ends TLS the scheme differs; the host is what the browser asked for.
  return new URL(origin).host === (headers.get("host") ?? new URL(url).host);
}
