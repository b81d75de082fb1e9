/**
 * A child process that behaves as an isolate must not, as if a task had broken out of every layer but the process.
 *
 * Run as `fake_isolate.ts MODE`; it speaks the protocol until the first run, then does what the mode says.
 */

import { FrameReader, FromIsolate, REPLY_HEADER_BYTES, SECRET_BYTES, ToIsolate } from "../../isolate/frame.ts";

const [mode] = Deno.args;
const reader = new FrameReader();
const chunk = new Uint8Array(64 * 1024);
let secret = new Uint8Array(SECRET_BYTES);

if (mode === "fails to start") {
  console.error("no such thing as an isolate");
  Deno.exit(3);
}
for (;;) {
  const count = Deno.stdin.readSync(chunk);
  if (count === null) Deno.exit(0);
  for (const frame of reader.push(chunk.subarray(0, count))) handle(frame);
}

function handle(frame: Uint8Array): void {
  if (frame[0] === ToIsolate.init) {
    secret = frame.slice(5, 5 + SECRET_BYTES);
    if (mode === "answers before it is asked") write(secret, FromIsolate.completed, 1, "{}");
    write(secret, FromIsolate.ready, 0, "");
    if (mode === "is ready twice") write(secret, FromIsolate.ready, 0, "");
  }
  if (frame[0] === ToIsolate.run) misbehave(new DataView(frame.buffer, frame.byteOffset).getUint32(1, true));
}

function misbehave(run: number): void {
  switch (mode) {
    case "ends silently":
      return Deno.exit(0);
    case "kills itself":
      return Deno.kill(Deno.pid, "SIGKILL");
    case "forges a frame":
      return write(new Uint8Array(SECRET_BYTES), FromIsolate.completed, run, '"forged"');
    case "writes text":
      return writeBytes(new TextEncoder().encode("Hello, I am a console.log\n".repeat(10)));
    case "announces a huge frame":
      return writeBytes(new Uint8Array([255, 255, 255, 255]));
    case "answers another run":
      return write(secret, FromIsolate.completed, run + 1, '"other"');
    case "answers twice":
      write(secret, FromIsolate.completed, run, '"once"');
      return write(secret, FromIsolate.completed, run, '"twice"');
    case "sends an unknown kind":
      return write(secret, 99, run, "");
    case "sends a failure that is none":
      return write(secret, FromIsolate.failed, run, "[[[");
    case "claims that its worker was lost":
      return write(secret, FromIsolate.failed, run, '{"code":"WORKER_LOST","message":5,"line":-1,"stack":{}}');
    case "sends too much":
      for (let i = 0; i < 3; i++) write(secret, FromIsolate.completed, run, "x".repeat(7 << 20));
      return;
    case "floods the console":
      for (;;) write(secret, FromIsolate.console, run, "\x01line");
    case "floods stderr": {
      for (let i = 0; i < 10_000; i++) console.error("x".repeat(1000));
      return write(secret, FromIsolate.completed, run, '"done"');
    }
  }
}

function write(mark: Uint8Array, kind: number, run: number, text: string): void {
  const payload = new TextEncoder().encode(text);
  const frame = new Uint8Array(4 + REPLY_HEADER_BYTES + payload.length);
  const view = new DataView(frame.buffer);
  view.setUint32(0, REPLY_HEADER_BYTES + payload.length, true);
  frame.set(mark, 4);
  frame[4 + SECRET_BYTES] = kind;
  view.setUint32(5 + SECRET_BYTES, run, true);
  frame.set(payload, 4 + REPLY_HEADER_BYTES);
  writeBytes(frame);
}

function writeBytes(bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
}
