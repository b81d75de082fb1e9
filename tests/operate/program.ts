/** Programs of ours as processes: started, waited for by what they print, and ended. */

import { join } from "node:path";

export const ROOT = join(import.meta.dirname!, "..", "..");
/** Far above what anything here takes on a busy machine. */
const READY_MS_MAX = 60_000;

export interface ProgramOptions {
  env?: Record<string, string>;
  cwd?: string;
}

export interface Program extends AsyncDisposable {
  readonly pid: number;
  /** What it has printed so far, to stdout and stderr. */
  readonly text: string;
  /** The first group of the pattern, once the program has printed it. */
  line(pattern: RegExp): Promise<string>;
  /** SIGTERM; its exit code. */
  end(): Promise<number>;
}

const RUN = ["run", "--quiet", "--no-prompt"];

export function startProgram(
  permissions: string,
  file: string,
  args: readonly string[],
  options: ProgramOptions = {},
): Program {
  const child = new Deno.Command(Deno.execPath(), {
    args: [...RUN, "--config", join(ROOT, "deno.json"), `-P=${permissions}`, join(ROOT, file), ...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1", ...options.env },
    cwd: options.cwd ?? ROOT,
  }).spawn();
  let text = "";
  let changed = Promise.withResolvers<void>();
  const read = async (stream: ReadableStream<Uint8Array>) => {
    for await (const part of stream.pipeThrough(new TextDecoderStream() as never)) {
      text = (text + part).slice(-200_000);
      changed.resolve();
      changed = Promise.withResolvers();
    }
  };
  const reading = Promise.all([read(child.stdout), read(child.stderr)]);
  const status = child.status;
  const end = async () => {
    try {
      child.kill("SIGTERM");
    } catch {
      // it has ended already
    }
    const { code } = await status;
    await reading;
    return code;
  };
  return {
    pid: child.pid,
    get text() {
      return text;
    },
    line: async (pattern) => {
      const late = setTimeout(() => changed.resolve(), READY_MS_MAX);
      const begunMs = performance.now();
      try {
        for (;;) {
          const match = pattern.exec(text);
          if (match !== null) return match[1] ?? match[0];
          const ended = await Promise.race([changed.promise, status.then(({ code }) => code)]);
          if (ended !== undefined || performance.now() - begunMs > READY_MS_MAX) {
            await (ended === undefined ? undefined : reading);
            const last = pattern.exec(text);
            if (last !== null) return last[1] ?? last[0];
            throw new Error(`${file} ${args.join(" ")} did not print ${pattern}:\n${text}`);
          }
        }
      } finally {
        clearTimeout(late);
      }
    },
    end,
    [Symbol.asyncDispose]: async () => void await end(),
  };
}

/** Runs a program to its end. */
export async function runProgram(
  permissions: string,
  file: string,
  args: readonly string[],
  options: ProgramOptions & { stdin?: string } = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [...RUN, "--config", join(ROOT, "deno.json"), `-P=${permissions}`, join(ROOT, file), ...args],
    stdin: options.stdin === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1", ...options.env },
    cwd: options.cwd ?? ROOT,
  }).spawn();
  if (options.stdin !== undefined) {
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(options.stdin));
    await writer.close();
  }
  const { code, stdout, stderr } = await child.output();
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: decode(stdout), stderr: decode(stderr) };
}

/** `degov` with these arguments. */
export function degov(args: readonly string[], options?: ProgramOptions & { stdin?: string }) {
  return runProgram("cli", "cli/main.ts", args, options);
}
