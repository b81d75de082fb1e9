/**
 * The gate: every request passes it before anything else sees it.
 *
 * - G1 What is not declared in access_table.ts is not there, for anybody.
 * - G2 Without tokens only programs of this machine are answered: the host asked for must be loopback, so that a web page
 *      whose name was made to point here gets nothing.
 * - G3 With tokens every request but public ones carries a valid token, session or certificate whose role suffices.
 * - G4 A request that a browser sends on behalf of another site is refused, whatever cookie it carries.
 * - G5 Requests at once, requests per second of each caller, the time of one request, and failed attempts to authenticate
 *      are bounded.
 * - G6 What is refused is refused without a word of what is inside.
 */

import { isLoopback } from "../../shared/address.ts";
import { type Clock, systemClock } from "../../shared/clock.ts";
import { accessOf, type Declared } from "./access_table.ts";
import type { AuditLog } from "./audit_log.ts";
import { Deadlines } from "./deadlines.ts";
import { Login } from "./login.ts";
import { RateLimit } from "./rate_limit.ts";
import { refuse } from "./refusal.ts";
import { type Identity, isAllowed, rolesFor } from "./role.ts";
import { SessionCookies } from "./session_cookie.ts";
import type { TokenTable } from "./token_table.ts";

export interface GateOptions {
  /** Absent: no authentication, for loopback only (G2). */
  tokens?: TokenTable;
  /** The engine is reached over TLS, so cookies are for TLS only. */
  secure?: boolean;
  audit?: AuditLog;
  /** Of each caller; 0 means no bound. */
  requestsPerSecond?: number;
  requestsAtOnceMax?: number;
  /** Longest time of a request, streams apart, the body's arrival included. */
  requestMs?: number;
  clock?: Clock;
}

/** Where a request comes from. */
export interface Peer {
  /** IP address. */
  readonly address: string;
  /** Subject of a client certificate that a trusted authority signed. */
  readonly certificate?: string;
}

export type Handler = (request: Request) => Response | Promise<Response>;

export const REQUESTS_AT_ONCE_MAX = 12_000;
/** Above the longest poll. */
const REQUEST_MS = 90_000;
/** Failed attempts of one address: ten at once, then one in two seconds. */
const FAILURES = { perSecond: 0.5, burst: 10 };

const AUDITED_PATH_CHARS_MAX = 500;

const LOCAL: Identity = { name: "local", role: "admin" };

export class Gate {
  readonly #options: GateOptions;
  readonly #limit: RateLimit | undefined;
  readonly #failures: RateLimit;
  readonly #cookies: SessionCookies | undefined;
  readonly #login: Login | undefined;
  /** Identities of requests under way, by their headers: what audit records and calls ask for. */
  readonly #callers = new WeakMap<Headers, Identity>();
  readonly #deadlines: Deadlines;
  #underWay = 0;

  constructor(options: GateOptions) {
    this.#options = options;
    const { clock = systemClock, tokens, requestsPerSecond = 0, secure = false } = options;
    this.#deadlines = new Deadlines(options.requestMs ?? REQUEST_MS);
    this.#failures = new RateLimit({ ...FAILURES, clock });
    if (requestsPerSecond > 0) this.#limit = new RateLimit({ perSecond: requestsPerSecond, clock });
    if (tokens === undefined) return;
    this.#cookies = new SessionCookies(tokens, { secure, clock });
    this.#login = new Login({ tokens, cookies: this.#cookies, audit: options.audit });
  }

  /** Who sent the request with these headers; undefined where nobody has to say. */
  callerOf(headers: Headers): Identity | undefined {
    return this.#callers.get(headers);
  }

  async handle(request: Request, peer: Peer, next: Handler): Promise<Response> {
    const { requestsAtOnceMax = REQUESTS_AT_ONCE_MAX } = this.#options;
    if (this.#underWay >= requestsAtOnceMax) { // G5
      return refuse("resource_exhausted", "Too many requests at once; try again later", { "retry-after": "1" });
    }
    this.#underWay++;
    try {
      const path = pathOf(request.url);
      const declared = accessOf(request.method, path);
      if (declared === undefined) return refuse("not_found", "There is nothing at this path"); // G1
      const refused = this.#isForeign(request, path) ?? this.#admit(request, peer, declared);
      if (refused !== undefined) return refused;
      const own = this.#login?.routes(request, path, {
        mayTry: () => this.#failures.take(peer.address),
        address: peer.address,
      });
      const response = own === undefined ? await this.#inTime(next(request)) : await own;
      if (own === undefined && !declared.isRpc && request.method === "POST") this.#auditPage(request, response, peer);
      return declared.isRpc ? response : withPageHeaders(response, this.#options.secure ?? false);
    } finally {
      this.#underWay--;
    }
  }

  /** A change made on a page; calls are recorded with their arguments, in rpc/audit_interceptor.ts. */
  #auditPage(request: Request, { status }: Response, { address }: Peer): void {
    this.#options.audit?.record({
      caller: this.#callers.get(request.headers),
      what: `POST ${pathOf(request.url).slice(0, AUDITED_PATH_CHARS_MAX)}`,
      outcome: status < 400 ? "ok" : `http_${status}`,
      address,
    });
  }

  /** Refuses what another site makes a browser send (G2, G4). */
  #isForeign(request: Request, path: string): Response | undefined {
    const { headers } = request;
    const host = headers.get("host") ?? hostOf(request.url);
    if (this.#options.tokens === undefined && path !== "/healthz" && !isLoopback(hostnameOf(host))) {
      return refuse(
        "permission_denied",
        "Without tokens the engine answers only to a loopback host name, as 127.0.0.1",
      );
    }
    const site = headers.get("sec-fetch-site");
    const origin = headers.get("origin");
    const isSafe = request.method === "GET" || request.method === "HEAD";
    const isForeign = (site !== null && site !== "same-origin" && site !== "none" && !isSafe) ||
      (origin !== null && origin !== "null" && hostOf(origin) !== host) || (origin === "null" && !isSafe);
    return isForeign ? refuse("permission_denied", "A page of another site may not call the engine") : undefined;
  }

  /** Undefined when the request may pass (G3, G5). */
  #admit(request: Request, peer: Peer, declared: Declared): Response | undefined {
    const { tokens } = this.#options;
    const { access, isRpc } = declared;
    if (access === "public") return undefined;
    let caller: Identity | undefined = LOCAL;
    if (tokens !== undefined) {
      const authorization = request.headers.get("authorization");
      if (authorization !== null && this.#failures.isExhausted(peer.address)) {
        return refuse("resource_exhausted", "Too many wrong tokens from this address; try again later");
      }
      caller = this.#identify(request, peer, authorization, tokens);
      if (caller === undefined) {
        if (authorization !== null) {
          this.#failures.take(peer.address);
          this.#options.audit?.record({ what: "authenticate", outcome: "unauthenticated", address: peer.address });
        }
        return isRpc || request.method !== "GET" ? unauthenticated(authorization !== null) : toLogin(request);
      }
      this.#callers.set(request.headers, caller);
    }
    if (this.#limit?.take(caller.name) === false) {
      return refuse("resource_exhausted", "Too many requests in this second; try again later", { "retry-after": "1" });
    }
    if (isAllowed(caller.role, access)) return undefined;
    const what = pathOf(request.url);
    this.#options.audit?.record({ caller, what, outcome: "permission_denied", address: peer.address });
    return refuse("permission_denied", `Role "${caller.role}" may not do this: it takes ${rolesFor(access)}`);
  }

  #identify(
    request: Request,
    peer: Peer,
    authorization: string | null,
    tokens: TokenTable,
  ): Identity | undefined {
    if (authorization !== null) {
      const match = /^Bearer ([\x21-\x7e]{1,512})$/i.exec(authorization);
      return match === null ? undefined : tokens.find(match[1]);
    }
    if (peer.certificate !== undefined) return { name: `certificate ${peer.certificate}`, role: "worker" };
    return this.#cookies!.read(request.headers.get("cookie"));
  }

  /**
   * The answer, or a refusal once the time is over; the connection of a body that never comes is closed then (G5). The
   * answer of a stream is there at once, and lasts as long as it is read.
   */
  #inTime(answering: Response | Promise<Response>): Response | Promise<Response> {
    if (answering instanceof Response) return answering;
    return this.#deadlines.limit(
      answering,
      () => refuse("deadline_exceeded", "The request took too long", { connection: "close" }),
    );
  }
}

/** What a careful page is sent with; a page may state its own policy. */
const PAGE_HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  // Not "no-referrer": with that a browser sends its own forms with the origin "null".
  "referrer-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), microphone=(), geolocation=()",
};

function withPageHeaders(response: Response, secure: boolean): Response {
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(PAGE_HEADERS)) if (!headers.has(name)) headers.set(name, value);
  if (!headers.has("cache-control")) headers.set("cache-control", "no-store");
  if (secure) headers.set("strict-transport-security", "max-age=31536000");
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}

function unauthenticated(hasToken: boolean): Response {
  const message = hasToken
    ? "The token is not valid: it is unknown, expired or revoked"
    : "A token is needed, as the header Authorization: Bearer TOKEN";
  return refuse("unauthenticated", message, { "www-authenticate": 'Bearer realm="degov"' });
}

function toLogin(request: Request): Response {
  const url = new URL(request.url);
  const next = encodeURIComponent(url.pathname + url.search);
  return withPageHeaders(new Response(null, { status: 303, headers: { location: `/login?next=${next}` } }), false);
}

function pathOf(url: string): string {
  const begin = url.indexOf("/", url.indexOf("://") + 3);
  if (begin < 0) return "/";
  const end = url.slice(begin).search(/[?#]/);
  return end < 0 ? url.slice(begin) : url.slice(begin, begin + end);
}

function hostOf(url: string): string {
  return /^[a-z+.-]+:\/\/([^/?#]*)/i.exec(url)?.[1] ?? "";
}

/** Without the port, and without the brackets of an IPv6 address. */
function hostnameOf(host: string): string {
  return /^\[([^\]]*)\](?::\d+)?$/.exec(host)?.[1] ?? host.replace(/:\d+$/, "").toLowerCase();
}
