/**
 * Runs a WASI preview 1 command: JSON on stdin, JSON on stdout, stderr to the console.
 *
 * There are no files, arguments, environment or sockets: what asks for them gets EBADF or ENOSYS. The clock and random
 * numbers are real. All pointers come from the module; one outside of its memory gives EFAULT.
 */

import { OUTPUT_BYTES_MAX } from "../../shared/limits.ts";
import { writeLine } from "./console.ts";
import { currentExecution } from "./execution.ts";
import { OutputError } from "./json_output.ts";
import { platform } from "./platform.ts";
import { parseOutput } from "./wasm_core.ts";

const { WebAssembly } = platform;

/** Error numbers of WASI preview 1. */
const OK = 0;
const EBADF = 8;
const EFAULT = 21;
const EINVAL = 28;
const ENOSYS = 52;
const ESPIPE = 70;

const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;
/** File type of stdin, stdout and stderr: a character device. */
const CHARACTER_DEVICE = 2;
const ERROR_LEVEL = 4;
const STDERR_LINE_CHARS_MAX = 4096;

/** Thrown by proc_exit to leave the module. */
class Exit {
  readonly code: number;

  constructor(code: number) {
    this.code = code;
  }
}

/** The result of one execution of a WASI command. Throws what its traps throw, and an error for a non-zero exit. */
export function runWasi(module: WebAssembly.Module, input: Uint8Array): unknown {
  const command = new Command(input);
  const functions: Record<string, WebAssembly.ImportValue> = {};
  for (const { name } of WebAssembly.Module.imports(module)) functions[name] = command.function(name);
  const instance = new WebAssembly.Instance(module, { wasi_snapshot_preview1: functions });
  const { memory, _start } = instance.exports as { memory: WebAssembly.Memory; _start: () => void };
  command.memory = memory;
  try {
    _start();
  } catch (thrown) {
    if (!(thrown instanceof Exit)) throw thrown;
    if (thrown.code !== 0) throw new platform.Error(`The command ended with exit code ${thrown.code}`);
  } finally {
    command.flushErrors();
  }
  return command.outputBytes === 0 ? null : parseOutput(command.output());
}

type Handler = (...args: number[]) => number;

/** One run of a command: what it has read and written. */
class Command {
  memory: WebAssembly.Memory | undefined;
  outputBytes = 0;
  readonly #input: Uint8Array;
  #inputAt = 0;
  readonly #output: Uint8Array[] = [];
  #errorText = "";
  readonly #errorDecoder = new platform.TextDecoder();

  constructor(input: Uint8Array) {
    this.#input = input;
  }

  output(): Uint8Array {
    const bytes = new Uint8Array(this.outputBytes);
    let at = 0;
    for (const part of this.#output) {
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  }

  flushErrors(): void {
    if (this.#errorText !== "") writeLine(currentExecution(), ERROR_LEVEL, this.#errorText);
    this.#errorText = "";
  }

  /** The function behind an import; one that WASI does not have, or that is not there, says ENOSYS. */
  function(name: string): Handler {
    const handler = this.#handlers[name];
    if (handler === undefined) return () => name.startsWith("fd_") || name.startsWith("path_") ? EBADF : ENOSYS;
    return (...args) => {
      try {
        return handler(...args);
      } catch (thrown) {
        if (thrown instanceof RangeError) return EFAULT;
        throw thrown;
      }
    };
  }

  get #view(): DataView {
    return new DataView(this.memory!.buffer);
  }

  readonly #handlers: Record<string, Handler> = Object.assign(Object.create(null), {
    args_get: () => OK,
    args_sizes_get: (count: number, bytes: number) => this.#writeTwo(count, bytes),
    environ_get: () => OK,
    environ_sizes_get: (count: number, bytes: number) => this.#writeTwo(count, bytes),
    clock_res_get: (_id: number, result: number) => this.#writeTime(result, 1_000_000n),
    clock_time_get: (id: number, _precision: number, result: number) => this.#clock(id, result),
    fd_close: (fd: number) => this.#isOpen(fd) ? OK : EBADF,
    fd_fdstat_get: (fd: number, result: number) => this.#describe(fd, result),
    fd_fdstat_set_flags: (fd: number) => this.#isOpen(fd) ? OK : EBADF,
    fd_read: (fd: number, vectors: number, count: number, result: number) => this.#read(fd, vectors, count, result),
    fd_seek: (fd: number) => this.#isOpen(fd) ? ESPIPE : EBADF,
    fd_write: (fd: number, vectors: number, count: number, result: number) => this.#write(fd, vectors, count, result),
    proc_exit: (code: number) => {
      throw new Exit(code >>> 0);
    },
    random_get: (pointer: number, length: number) => this.#random(pointer >>> 0, length >>> 0),
    sched_yield: () => OK,
  });

  #isOpen(fd: number): boolean {
    return fd === STDIN || fd === STDOUT || fd === STDERR;
  }

  #writeTwo(first: number, second: number): number {
    this.#view.setUint32(first >>> 0, 0, true);
    this.#view.setUint32(second >>> 0, 0, true);
    return OK;
  }

  #writeTime(result: number, nanoseconds: bigint): number {
    this.#view.setBigUint64(result >>> 0, nanoseconds, true);
    return OK;
  }

  #clock(id: number, result: number): number {
    if (id === 0) return this.#writeTime(result, BigInt(platform.Date.now()) * 1_000_000n);
    if (id === 1) return this.#writeTime(result, BigInt(Math.floor(platform.nowMs())) * 1_000_000n);
    return EINVAL;
  }

  #describe(fd: number, result: number): number {
    if (!this.#isOpen(fd)) return EBADF;
    new Uint8Array(this.memory!.buffer, result >>> 0, 24).fill(0);
    this.#view.setUint8(result >>> 0, CHARACTER_DEVICE);
    return OK;
  }

  #read(fd: number, vectors: number, count: number, result: number): number {
    if (fd !== STDIN) return EBADF;
    let total = 0;
    for (const target of this.#buffers(vectors, count)) {
      const part = this.#input.subarray(this.#inputAt, this.#inputAt + target.length);
      target.set(part);
      this.#inputAt += part.length;
      total += part.length;
      if (part.length < target.length) break;
    }
    this.#view.setUint32(result >>> 0, total, true);
    return OK;
  }

  #write(fd: number, vectors: number, count: number, result: number): number {
    if (fd !== STDOUT && fd !== STDERR) return EBADF;
    let total = 0;
    for (const source of this.#buffers(vectors, count)) {
      if (fd === STDOUT) this.#addOutput(source);
      else this.#addErrors(source);
      total += source.length;
    }
    this.#view.setUint32(result >>> 0, total, true);
    return OK;
  }

  *#buffers(vectors: number, count: number): Generator<Uint8Array> {
    for (let i = 0; i < count >>> 0; i++) {
      const at = (vectors >>> 0) + 8 * i;
      const pointer = this.#view.getUint32(at, true);
      yield new Uint8Array(this.memory!.buffer, pointer, this.#view.getUint32(at + 4, true));
    }
  }

  #addOutput(bytes: Uint8Array): void {
    this.outputBytes += bytes.length;
    if (this.outputBytes > OUTPUT_BYTES_MAX) {
      throw new OutputError("RESOURCE_EXHAUSTED", `The output is larger than ${OUTPUT_BYTES_MAX} bytes`);
    }
    this.#output.push(bytes.slice());
  }

  #addErrors(bytes: Uint8Array): void {
    const execution = currentExecution();
    this.#errorText += this.#errorDecoder.decode(bytes.subarray(0, 16 * STDERR_LINE_CHARS_MAX), { stream: true });
    for (;;) {
      const end = this.#errorText.indexOf("\n");
      if (end < 0 && this.#errorText.length < STDERR_LINE_CHARS_MAX) return;
      const cut = end < 0 || end > STDERR_LINE_CHARS_MAX ? STDERR_LINE_CHARS_MAX : end;
      writeLine(execution, ERROR_LEVEL, this.#errorText.slice(0, cut));
      this.#errorText = this.#errorText.slice(cut === end ? cut + 1 : cut);
    }
  }

  #random(pointer: number, length: number): number {
    for (let done = 0; done < length; done += 65536) {
      const part = new Uint8Array(this.memory!.buffer, pointer + done, Math.min(65536, length - done));
      platform.crypto.getRandomValues(part);
    }
    return OK;
  }
}
