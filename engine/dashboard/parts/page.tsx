/** What all pages share: head, navigation, notices. */

import { html } from "hono/html";
import type { Child } from "hono/jsx";
import type { Problem } from "../../../shared/errors.ts";
import { VERSION } from "../../../shared/version.ts";
import { assetUrl } from "../assets.ts";

export type Section = "overview" | "instances" | "definitions" | "schedules" | "workers";

const SECTIONS: readonly { section: Section; href: string; text: string }[] = [
  { section: "overview", href: "/", text: "Overview" },
  { section: "instances", href: "/instances", text: "Instances" },
  { section: "definitions", href: "/definitions", text: "Definitions" },
  { section: "schedules", href: "/schedules", text: "Schedules" },
  { section: "workers", href: "/workers", text: "Workers" },
];

/** What an action led to. */
export interface Notice {
  kind: "done" | "failed";
  text: string;
  problems?: readonly Problem[];
}

export interface PageProps {
  title: string;
  section?: Section;
  /** Address of the live stream that says when to look again. */
  live?: string;
  /** Where the page can be had again, for one that answers a form. */
  here?: string;
  notice?: Notice;
  children: Child;
}

export function page(props: PageProps) {
  return html`<!doctype html>${<Page {...props} />}`;
}

function Page({ title, section, live, here, notice, children }: PageProps) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{`${title} · degov`}</title>
        <link rel="icon" href={assetUrl("icon.svg")} type="image/svg+xml" />
        <link rel="stylesheet" href={assetUrl("dashboard.css")} />
        <script type="module" src={assetUrl("dashboard.js")}></script>
      </head>
      <body>
        <a class="skip" href="#main">Skip to content</a>
        <header class="top">
          <a class="brand" href="/">
            <svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true">
              <rect x="2" y="2" width="9" height="7" rx="2" fill="currentColor" />
              <rect x="13" y="15" width="9" height="7" rx="2" fill="currentColor" />
              <path d="M6.5 9v5.5a4 4 0 0 0 4 4H13" fill="none" stroke="currentColor" stroke-width="2" />
            </svg>
            degov
          </a>
          <nav aria-label="Main">
            {SECTIONS.map((one) => (
              <a href={one.href} {...(one.section === section ? { "aria-current": "page" } : {})}>{one.text}</a>
            ))}
          </nav>
          <form class="find" action="/find" method="get" role="search">
            <label class="hidden" for="find">Find an instance by id</label>
            <input id="find" name="id" type="search" placeholder="Instance id" autocomplete="off" data-key="/" />
            <kbd aria-hidden="true">/</kbd>
          </form>
        </header>
        <main id="main" tabindex={-1} {...(live === undefined ? {} : { "data-live": live, "data-here": here })}>
          {notice !== undefined && <NoticeBox notice={notice} />}
          {children}
        </main>
        <footer class="foot">
          <span>degov {VERSION}</span>
          <span>Times are UTC; point at one for your own zone.</span>
          {live !== undefined && <span id="live-state" role="status">Live updates need JavaScript</span>}
        </footer>
        <div id="announcer" class="hidden" aria-live="polite"></div>
      </body>
    </html>
  );
}

function NoticeBox({ notice: { kind, text, problems = [] } }: { notice: Notice }) {
  return (
    <div class={`notice ${kind}`} role={kind === "failed" ? "alert" : "status"}>
      <p>{text}</p>
      {problems.length > 0 && (
        <ul>
          {problems.slice(0, 20).map(({ path, message, line, column }) => (
            <li>
              {path !== "" && <code>{path}</code>}
              {line !== undefined && <span class="muted">{` ${line}:${column ?? 1}`}</span>} {message}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** What is shown where there is nothing. */
export function Empty({ title, children }: { title: string; children?: Child }) {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      {children}
    </div>
  );
}
