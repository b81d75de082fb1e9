// Node pools without isolation, driven line by line by pool.ts: `tinypool 64 4000` is answered with µs per task.
import { createInterface } from "node:readline";
import process from "node:process";
import { Worker } from "node:worker_threads";

// By a function, since the packages are there only where the bench has put this file.
const load = (name) => import(name);
const { Piscina } = await load("piscina");
const { Tinypool } = await load("tinypool");

const filename = new URL("./pool_peer_task.mjs", import.meta.url).href;
const [threads] = process.argv.slice(2).map(Number);
const tinypool = new Tinypool({ filename, minThreads: threads, maxThreads: threads });
const piscina = new Piscina({ filename, minThreads: threads, maxThreads: threads });
const bare = new Worker(
  "const { parentPort } = require('node:worker_threads'); parentPort.on('message', (m) => parentPort.postMessage(m.value * 2));",
  { eval: true },
);
let answered;
bare.on("message", (value) => answered(value));

const RUN = {
  tinypool: (input) => tinypool.run(input),
  piscina: (input) => piscina.run(input),
  message: (input) =>
    new Promise((resolve) => {
      answered = resolve;
      bare.postMessage(input);
    }),
};

async function measure(kind, concurrency, tasks) {
  let left = tasks;
  const run = RUN[kind];
  const startMs = performance.now();
  await Promise.all(Array.from({ length: concurrency }, async () => {
    while (left-- > 0) {
      if (await run({ value: 21 }) !== 42) throw new Error(`${kind} gave a wrong result`);
    }
  }));
  return (performance.now() - startMs) * 1000 / tasks;
}

for await (const line of createInterface({ input: process.stdin })) {
  const [kind, concurrency, tasks] = line.split(" ");
  console.log(await measure(kind, Number(concurrency), Number(tasks)));
}
process.exit(0);
