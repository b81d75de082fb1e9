/**
 * The dashboard's session: a cookie that proves that somebody showed a valid token, without holding it.
 *
 * - S1 Nothing is kept: the cookie names the token and its own end, under a MAC whose key is derived from the token's
 *      hash. So every engine with the same token file accepts it, and it ends when its token is revoked or expires.
 */

import { Buffer } from "node:buffer";
import { createHmac, timingSafeEqual } from "node:crypto";
import { type Clock, systemClock } from "../../shared/clock.ts";
import type { Identity } from "./role.ts";
import type { TokenTable } from "./token_table.ts";

const SESSION_MS = 12 * 3_600_000;

export class SessionCookies {
  readonly #tokens: TokenTable;
  readonly #clock: Clock;
  /** Only sent over TLS; then the name's prefix makes browsers hold to that. */
  readonly #secure: boolean;

  constructor(tokens: TokenTable, options: { secure: boolean; clock?: Clock }) {
    this.#tokens = tokens;
    this.#secure = options.secure;
    this.#clock = options.clock ?? systemClock;
  }

  get #name(): string {
    return this.#secure ? "__Host-degov" : "degov";
  }

  /** The Set-Cookie header that begins a session. */
  begin(identity: Identity): string | undefined {
    const content = `${identity.name}~${this.#clock.nowMs() + SESSION_MS}`;
    const mac = this.#mac(identity.name, content);
    return mac === undefined ? undefined : this.#header(`${content}~${mac.toString("base64url")}`, SESSION_MS / 1_000);
  }

  /** The Set-Cookie header that ends it. */
  end(): string {
    return this.#header("", 0);
  }

  /** Whose session the Cookie header carries. */
  read(header: string | null): Identity | undefined {
    const value = header?.split(";").map((part) => part.trim())
      .find((part) => part.startsWith(`${this.#name}=`))?.slice(this.#name.length + 1);
    const [name, until, mac, ...rest] = (value ?? "").split("~");
    if (mac === undefined || rest.length > 0 || !(Number(until) > this.#clock.nowMs())) return undefined;
    const expected = this.#mac(name, `${name}~${until}`);
    const given = new Uint8Array(Buffer.from(mac, "base64url"));
    if (expected === undefined || given.length !== expected.length) return undefined;
    if (!timingSafeEqual(given, expected)) return undefined;
    const { role } = this.#tokens.named(name)!;
    return { name, role };
  }

  #header(value: string, maxAgeSeconds: number): string {
    const secure = this.#secure ? "; Secure" : "";
    return `${this.#name}=${value}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${maxAgeSeconds}${secure}`;
  }

  /** Undefined when there is no valid token of that name (any more). */
  #mac(name: string, content: string): Buffer | undefined {
    const token = this.#tokens.named(name);
    return token && createHmac("sha256", token.hash).update(`session ${content}`).digest();
  }
}
