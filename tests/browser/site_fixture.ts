/** A real engine and worker with the dashboard on a socket, and Chromium to look at it. */

import { type Browser, type BrowserContext, chromium, type Page } from "npm:playwright-core@1.65.1";
import type { WatchedTokenFile } from "../../engine/access/token_table.ts";
import { type EngineServer, serveEngine } from "../../engine/server.ts";
import { MemoryStore } from "../../engine/store/memory_store.ts";
import { DegovClient } from "../../shared/client/client.ts";
import { engineTransport } from "../../shared/client/transport.ts";
import { type Clock, systemClock } from "../../shared/clock.ts";
import { EngineClient } from "../../worker/engine_client.ts";
import { openPool } from "../../worker/pool/process_pool.ts";
import { TaskWorker } from "../../worker/task_worker.ts";

/** Where Chromium is looked for. */
const CHROMIUM_PATHS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** So long that on the busiest machine only what hangs takes it. */
const HANG_MS = 60_000;

export interface Site {
  readonly url: string;
  readonly client: DegovClient;
  readonly server: EngineServer;
  /** Starts another worker of this id; the result stops it. */
  work(workerId: string): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

/** Opens an engine on a store in memory, with a worker of two isolates unless there shall be none. */
export async function openSite(
  options: { worker?: boolean; clock?: Clock; sessionTimeoutMs?: number; tokens?: WatchedTokenFile } = {},
): Promise<Site> {
  const { worker, ...engine } = options;
  const store = new MemoryStore({ clock: systemClock });
  const server = await serveEngine({ ...engine, store, listen: { hostname: "127.0.0.1", port: 0 } });
  const transport = engineTransport([server.url]);
  const stops: (() => Promise<void>)[] = [];
  const work = async (workerId: string) => {
    const pool = await openPool({
      slots: 2,
      queueMax: 16,
      executionsPerIsolateMax: 10_000,
      isolateGrowthBytesMax: 64 * 1024 * 1024,
    });
    const worker = new TaskWorker({
      workerId,
      client: new EngineClient(transport),
      pool,
      prefetch: 16,
      pollIntervalMs: 100,
      heartbeatIntervalMs: 2_000,
      drainMs: 0,
    });
    const working = worker.run();
    let stopped: Promise<void> | undefined;
    const stop = () =>
      stopped ??= (async () => {
        worker.stop();
        await working;
        await pool.close();
      })();
    stops.push(stop);
    return stop;
  };
  if (worker !== false) await work("worker-1");
  return {
    url: server.url,
    client: new DegovClient({ transport }),
    server,
    work,
    close: async () => {
      await Promise.all(stops.map((stop) => stop()));
      await server.close();
    },
  };
}

/** Chromium with nothing of its own to tell the world. @throws when there is none, saying how to get it */
export async function openChromium(): Promise<Browser> {
  const executablePath = CHROMIUM_PATHS.find((path) => {
    try {
      return Deno.statSync(path).isFile;
    } catch {
      return false;
    }
  });
  if (executablePath === undefined) {
    throw new Error(
      `There is no Chromium at ${CHROMIUM_PATHS.join(" or ")}; install it with: apt-get install -y chromium`,
    );
  }
  return await chromium.launch({
    executablePath,
    headless: true,
    timeout: HANG_MS,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

export interface Tab {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What went wrong: console errors, exceptions, requests to other places. */
  readonly complaints: string[];
}

export interface TabOptions {
  dark?: boolean;
  width?: number;
  height?: number;
  javaScript?: boolean;
  /** Requests to other places are part of the test. */
  foreignAllowed?: boolean;
  /** What the test gives the browser to complain of, which it does at a time of its own. */
  complaintsAllowed?: RegExp;
}

/** A fresh browser profile with one tab, which notes everything that must not happen. */
export async function openTab(browser: Browser, site: { url: string }, options: TabOptions = {}): Promise<Tab> {
  const context = await browser.newContext({
    baseURL: site.url,
    colorScheme: options.dark ? "dark" : "light",
    viewport: { width: options.width ?? 1280, height: options.height ?? 900 },
    javaScriptEnabled: options.javaScript ?? true,
    reducedMotion: "reduce",
    timezoneId: "Europe/Berlin",
    locale: "en-GB",
  });
  context.setDefaultTimeout(HANG_MS);
  const page = await context.newPage();
  const complaints: string[] = [];
  const complain = (complaint: string) => {
    if (options.complaintsAllowed?.test(complaint) !== true) complaints.push(complaint);
  };
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complain(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => complain(`exception: ${error.message}`));
  context.on("request", (request) => {
    const { origin } = new URL(request.url());
    if (origin !== site.url && !options.foreignAllowed) complain(`request to ${request.url()}`);
  });
  return { page, context, complaints };
}
