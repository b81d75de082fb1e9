/** The dashboard's login: a page without scripts that takes a token and answers with a session. */

import { refuse } from "./refusal.ts";
import type { AuditLog } from "./audit_log.ts";
import type { SessionCookies } from "./session_cookie.ts";
import type { TokenTable } from "./token_table.ts";

export interface LoginOptions {
  tokens: TokenTable;
  cookies: SessionCookies;
  audit?: AuditLog;
}

interface Attempt {
  /** False when this address has failed too often. */
  mayTry: () => boolean;
  address: string;
}

const FORM_BYTES_MAX = 4_096;

const STYLE =
  "body{font:16px system-ui;display:grid;place-items:center;min-height:90vh;margin:0;color-scheme:light dark}" +
  "form{display:grid;gap:.75rem;width:min(24rem,90vw)}input,button{font:inherit;padding:.5rem}p{margin:0}";

export class Login {
  readonly #options: LoginOptions;

  constructor(options: LoginOptions) {
    this.#options = options;
  }

  /** Answers what is its own. */
  routes(request: Request, path: string, attempt: Attempt): Promise<Response> | undefined {
    if (path === "/login" && request.method === "GET") return page(request, { status: 200 });
    if (path === "/login") return this.#login(request, attempt);
    return path === "/logout" ? this.#logout() : undefined;
  }

  async #login(request: Request, { mayTry, address }: Attempt): Promise<Response> {
    const { tokens, cookies, audit } = this.#options;
    const form = await readForm(request);
    if (form === undefined) return await page(request, { status: 400, problem: "That was not the form of this page." });
    const caller = tokens.find(form.get("token") ?? "");
    const cookie = caller === undefined ? undefined : cookies.begin(caller);
    if (caller === undefined || cookie === undefined || caller.role === "worker") {
      if (!mayTry()) return refuse("resource_exhausted", "Too many wrong tokens from this address; try again later");
      audit?.record({
        ...(caller === undefined ? {} : { caller }),
        what: "login",
        outcome: "unauthenticated",
        address,
      });
      const problem = caller?.role === "worker" ? "A worker's token opens no pages." : "This token is not valid.";
      return await page(request, { status: 401, problem });
    }
    audit?.record({ caller, what: "login", outcome: "ok", address });
    const next = nextOf(request);
    return new Response(null, { status: 303, headers: { location: next, "set-cookie": cookie } });
  }

  #logout(): Promise<Response> {
    const headers = { location: "/login", "set-cookie": this.#options.cookies.end() };
    return Promise.resolve(new Response(null, { status: 303, headers }));
  }
}

async function readForm(request: Request): Promise<URLSearchParams | undefined> {
  const bytes = Number(request.headers.get("content-length") ?? NaN);
  if (!(bytes <= FORM_BYTES_MAX)) return undefined;
  if (!request.headers.get("content-type")?.startsWith("application/x-www-form-urlencoded")) return undefined;
  return new URLSearchParams(await request.text());
}

/** A path of this engine and nothing else: no other host may be named. */
function nextOf(request: Request): string {
  const next = new URL(request.url).searchParams.get("next") ?? "/";
  return /^\/(?![/\\])[\x21-\x7e]*$/.test(next) ? next : "/";
}

const styleHash = crypto.subtle.digest("SHA-256", new TextEncoder().encode(STYLE))
  .then((digest) => new Uint8Array(digest).toBase64());

async function page(request: Request, { status, problem }: { status: number; problem?: string }): Promise<Response> {
  const action = `/login?next=${encodeURIComponent(nextOf(request))}`;
  const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>degov: log in</title>` +
    `<meta name="viewport" content="width=device-width"><style>${STYLE}</style></head><body><main>` +
    `<form method="post" action="${action}"><h1>degov</h1>${
      problem === undefined ? "" : `<p role="alert">${problem}</p>`
    }` +
    `<label for="token">Token</label>` +
    `<input id="token" name="token" type="password" autocomplete="current-password" required autofocus>` +
    `<button>Log in</button></form></main></body></html>`;
  const policy = `default-src 'none'; style-src 'sha256-${await styleHash}'; form-action 'self'; base-uri 'none'; ` +
    "frame-ancestors 'none'";
  return new Response(html, {
    status,
    headers: { "content-type": "text/html; charset=utf-8", "content-security-policy": policy },
  });
}
