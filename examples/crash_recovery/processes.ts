/** Real engine and worker processes on loopback, to be killed. */

import { join } from "node:path";

/** Far above what a start takes on a busy machine. */
const READY_MS_MAX = 60_000;
const ROOT = join(import.meta.dirname!, "..", "..");

export interface Child {
  /** Where the engine listens. */
  readonly address: string;
  readonly port: number;
  /** SIGKILL; resolves when it is dead. Of a worker's processes, the supervisor is the last. */
  kill(): Promise<void>;
  /** Stops the process where it is, or lets it go on; of a worker, the process that runs tasks. */
  signal(name: "SIGSTOP" | "SIGCONT"): void;
}

export interface WorkerChild extends Child {
  /** SIGKILL of the worker process that runs tasks; its supervisor lives on, and starts another. */
  crash(): void;
}

/** Starts an engine on a SQLite file, or on whatever `store` names; resolves once it listens. */
export async function startEngine(
  options: ({ storePath: string } | { store: string }) & { port?: number; args?: string[] },
): Promise<Child> {
  const { port = 0, args = [] } = options;
  const store = "store" in options ? options.store : `sqlite:${options.storePath}`;
  const permissions = store.startsWith("fdb:") ? "engine-fdb" : "engine";
  const child = spawn("engine", ["--store", store, "--listen", `127.0.0.1:${port}`, ...args], permissions);
  const address = await child.line(/listens on (http:\/\/\S+?),?\s/);
  return {
    address,
    port: Number(new URL(address).port),
    kill: () => child.kill(),
    signal: (name) => kill(child.pid, name),
  };
}

/** Starts a worker: a supervisor with one worker process; resolves once that is registered. */
export async function startWorker(options: { engine: string; args?: string[] }): Promise<WorkerChild> {
  const { engine, args = [] } = options;
  const child = spawn("worker", ["--engine", engine, "--isolates", "2", ...args]);
  await child.line(/Registered as (\S+)/);
  const signal = (name: Deno.Signal) => {
    const pids = child.matches(/Started worker process (\d+) /g).map(Number);
    kill(pids.at(-1)!, name);
  };
  const crash = () => signal("SIGKILL");
  return {
    address: engine,
    port: 0,
    crash,
    signal,
    kill: async () => {
      crash();
      await child.kill();
    },
  };
}

function spawn(program: "engine" | "worker", args: string[], permissions: string = program) {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", `-P=${permissions}`, "--no-prompt", join(ROOT, program, "main.ts"), ...args],
    cwd: ROOT,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
    env: { NO_COLOR: "1" },
  }).spawn();
  const waiting: { pattern: RegExp; found: (match: string) => void }[] = [];
  let text = "";
  const reading = (async () => {
    for await (const part of child.stderr.pipeThrough(new TextDecoderStream())) {
      text = (text + part).slice(-100_000);
      for (const wait of waiting) {
        const match = wait.pattern.exec(text);
        if (match !== null) wait.found(match[1]);
      }
    }
  })();
  return {
    pid: child.pid,
    /** The first group of a pattern, once the program has printed it. */
    async line(pattern: RegExp): Promise<string> {
      const found = new Promise<string>((resolve) => {
        const match = pattern.exec(text);
        if (match !== null) resolve(match[1]);
        else waiting.push({ pattern, found: resolve });
      });
      const ended = child.status.then(({ code }): never => {
        throw new Error(`The ${program} ended with exit code ${code} before it was ready:\n${text}`);
      });
      let timer: ReturnType<typeof setTimeout> | undefined;
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error(`The ${program} was not ready in time:\n${text}`)), READY_MS_MAX);
      });
      return await Promise.race([found, ended, late]).finally(() => clearTimeout(timer));
    },
    /** The first group of every match so far. */
    matches(pattern: RegExp): string[] {
      return [...text.matchAll(pattern)].map((match) => match[1]);
    },
    async kill(): Promise<void> {
      kill(child.pid, "SIGKILL");
      await child.status;
      await reading;
    },
  };
}

function kill(pid: number, signal: Deno.Signal): void {
  try {
    Deno.kill(pid, signal);
  } catch {
    // dead already
  }
}
