/**
 * The processes of a benchmark: an engine, a worker with its isolates, and a client, over loopback.
 *
 * Owns what it has started: {@link Cluster.close} leaves none of it running, and no file behind.
 */

import type { LoopFigures } from "./closed_loop.ts";
import type { LoadEvent, LoadOrder } from "./client_process.ts";
import { type ProcessFigures, processFigures, processTree } from "./process_figures.ts";
import { textLines } from "./text_lines.ts";

export interface ClusterOptions {
  /** Spec of the store; `sqlite:` alone is a file in a new directory under `directory`. */
  store: string;
  durability: "fsync" | "os";
  /** Isolates of the worker. Default: as many as a worker has by default. */
  isolates?: number;
  /** The client is a DegovClient instead of plain HTTP connections. */
  isSdkClient?: boolean;
  /** Where V8's CPU profiles of engine, worker and client are written, if anywhere. */
  profileDirectory?: string;
}

/** The engine's own counters, as `GET /debug/counters` has them. */
export interface EngineCounters {
  store: { commits: number; flushes: number; retries: number; reads: number; writes: number; bytesWritten: number };
  /** Calls answered, by method. */
  rpcs: Record<string, number>;
}

export type Role = "engine" | "worker" | "client";

/** What has been used and done up to one moment. */
export interface Snapshot {
  processes: Record<Role, ProcessFigures>;
  counters: EngineCounters;
}

const ROOT = new URL("../../", import.meta.url);
const READY_MS = 20_000;

export class Cluster {
  readonly url: string;
  readonly #directory: string;
  readonly #engine: Deno.ChildProcess;
  readonly #worker: Deno.ChildProcess | undefined;
  readonly #client: Deno.ChildProcess;
  readonly #events: AsyncGenerator<string>;
  readonly #orders: WritableStreamDefaultWriter<Uint8Array>;

  private constructor(
    parts: {
      url: string;
      directory: string;
      engine: Deno.ChildProcess;
      worker?: Deno.ChildProcess;
      client: Deno.ChildProcess;
    },
  ) {
    this.url = parts.url;
    this.#directory = parts.directory;
    this.#engine = parts.engine;
    this.#worker = parts.worker;
    this.#client = parts.client;
    this.#events = textLines(parts.client.stdout);
    this.#orders = parts.client.stdin.getWriter();
  }

  /** Starts engine, worker and client, and waits until the engine serves and the worker has registered. */
  static async open(options: ClusterOptions): Promise<Cluster> {
    const directory = await Deno.makeTempDir({ prefix: "degov_bench_" });
    const port = freePort();
    const url = `http://127.0.0.1:${port}`;
    const store = options.store === "sqlite:" ? `sqlite:${directory}/engine.db` : options.store;
    const permissions = store.startsWith("fdb:") ? "engine-fdb" : "engine";
    const engineArgs = ["--listen", `127.0.0.1:${port}`, "--store", store, "--durability", options.durability];
    const engine = start("engine/main.ts", engineArgs, { ...options, permissions: `-P=${permissions}` });
    const isolates = options.isolates === undefined ? [] : ["--isolates", String(options.isolates)];
    const worker = start("worker/main.ts", ["--engine", url, ...isolates], { ...options, permissions: "-P=worker" });
    const client = start("bench/load/client_process.ts", options.isSdkClient ? [url, "sdk"] : [url], {
      ...options,
      permissions: "--allow-net=127.0.0.1",
      piped: true,
    });
    const cluster = new Cluster({ url, directory, engine, worker, client });
    try {
      await cluster.#ready();
    } catch (error) {
      await cluster.close();
      throw error;
    }
    return cluster;
  }

  /** Has the client run a load; what was used during its measured part is between the snapshots. */
  async load(order: LoadOrder): Promise<{ figures: LoopFigures; before: Snapshot; after: Snapshot }> {
    await this.#orders.write(new TextEncoder().encode(`${JSON.stringify(order)}\n`));
    const before = await this.#at("begin");
    const after = await this.#at("end");
    const event = await this.#next();
    if (event.kind !== "figures") throw new Error(`The client said ${event.kind}`);
    return { figures: event.figures, before, after };
  }

  async snapshot(): Promise<Snapshot> {
    const of = (child: Deno.ChildProcess | undefined) =>
      processFigures(child === undefined ? [] : processTree(child.pid));
    const processes = { engine: of(this.#engine), worker: of(this.#worker), client: of(this.#client) };
    return { processes, counters: await this.#counters() };
  }

  async close(): Promise<void> {
    await this.#orders.close().catch(() => {});
    await this.#client.status;
    await stop(this.#worker);
    await stop(this.#engine);
    await Deno.remove(this.#directory, { recursive: true });
  }

  async #at(kind: "begin" | "end"): Promise<Snapshot> {
    const event = await this.#next();
    if (event.kind !== kind) throw new Error(`The client said ${event.kind}, and ${kind} was expected`);
    return await this.snapshot();
  }

  async #next(): Promise<LoadEvent> {
    const { value, done } = await this.#events.next();
    if (done) throw new Error("The client ended; what it said is above");
    return JSON.parse(value) as LoadEvent;
  }

  async #counters(): Promise<EngineCounters> {
    const response = await fetch(`${this.url}/debug/counters`);
    return await response.json() as EngineCounters;
  }

  async #ready(): Promise<void> {
    const untilMs = performance.now() + READY_MS;
    let hasEnded = false;
    void this.#engine.status.then(() => hasEnded = true);
    for (;;) {
      try {
        if ((await this.#counters()).rpcs.RegisterWorker > 0) return;
      } catch {
        // not listening yet
      }
      if (hasEnded) throw new Error("The engine has ended; what it said is above");
      if (performance.now() > untilMs) throw new Error(`No engine with a worker at ${this.url} within ${READY_MS} ms`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

function start(
  script: string,
  args: readonly string[],
  options: { permissions: string; piped?: boolean; profileDirectory?: string },
): Deno.ChildProcess {
  const { profileDirectory } = options;
  const profile = profileDirectory === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profileDirectory}`];
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--quiet", options.permissions, ...profile, new URL(script, ROOT).pathname, ...args],
    cwd: ROOT.pathname,
    stdin: options.piped ? "piped" : "null",
    stdout: options.piped ? "piped" : "null",
    stderr: "inherit",
  }).spawn();
}

async function stop(child: Deno.ChildProcess | undefined): Promise<void> {
  if (child === undefined) return;
  try {
    child.kill("SIGTERM");
  } catch {
    // it has ended already
  }
  await child.status;
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
