/**
 * Real processes on loopback, load running, and now and then one of them is killed or stopped. In the end every instance
 * that was acknowledged must have ended right, and the simulation's checkers look at what is in the store.
 *
 * On SQLite, whose file one engine has at a time, there is one engine; on FoundationDB there are two.
 */

import { join } from "node:path";
import { systemClock } from "../../shared/clock.ts";
import { DegovClient } from "../../shared/client/client.ts";
import { DegovError } from "../../shared/errors.ts";
import type { JsonObject } from "../../shared/json.ts";
import { SeededRandom } from "../../shared/random.ts";
import { openStore } from "../../engine/store/open_store.ts";
import { type FdbCluster, findFdb, startFdb } from "../../engine/store/testing/fdb_server.ts";
import { type Child, startEngine, startWorker, type WorkerChild } from "../../examples/crash_recovery/processes.ts";
import { CHECKERS } from "../simulation/checkers/all.ts";
import type { World } from "../simulation/checkers/checker.ts";
import { Journal } from "../simulation/journal.ts";
import { readShadow } from "./stored.ts";
import { CHAIN, FAMILY, REVIEW, wrongEnd } from "./workflows.ts";

export interface ChaosOptions {
  seconds: number;
  seed: number;
  /** Default: FoundationDB where there is one. */
  store?: "sqlite" | "fdb";
  log?: (line: string) => void;
}

export interface ChaosResult {
  store: string;
  instances: number;
  kills: number;
  /** Empty when all is well. */
  problems: string[];
}

const KILL_EVERY_MS = 2_000;
const STOPPED_MS = 1_500;
/** One after the other; who sends events looks at their numbers. */
const WORKFLOWS = ["chaos-review", "chaos-chain", "chaos-family"];
/** Instances under way at once. */
const CLIENTS = 16;
/** What remains must end within this once nothing is killed any more. */
const END_MS_MAX = 180_000;
const SESSION_TIMEOUT_MS = 3_000;

export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const folder = await Deno.makeTempDir({ prefix: "degov-chaos-" });
  const target = options.store === "sqlite" ? undefined : findFdb();
  if (options.store === "fdb" && target === undefined) throw new Error("There is no FoundationDB on this machine");
  const fdb = target === undefined ? undefined : await startFdb(target);
  const chaos = new Chaos(options, { folder, fdb });
  try {
    return await chaos.run();
  } finally {
    await chaos.stop();
    await fdb?.stop();
    await Deno.remove(folder, { recursive: true });
  }
}

class Chaos {
  readonly #options: ChaosOptions;
  readonly #random: SeededRandom;
  readonly #store: string;
  readonly #prefix: string;
  readonly #fdb: FdbCluster | undefined;
  readonly #engines: Child[] = [];
  readonly #workers: WorkerChild[] = [];
  readonly #journal = new Journal();
  readonly #values = new Map<string, { workflow: string; value: number }>();
  readonly #problems: string[] = [];
  #client!: DegovClient;
  #kills = 0;
  #started = 0;

  constructor(options: ChaosOptions, { folder, fdb }: { folder: string; fdb: FdbCluster | undefined }) {
    this.#options = options;
    this.#random = new SeededRandom(options.seed);
    this.#fdb = fdb;
    this.#store = fdb === undefined ? `sqlite:${join(folder, "engine.db")}` : `fdb:${fdb.clusterFile}`;
    this.#prefix = `degov_chaos_${crypto.randomUUID().slice(0, 8)}`;
  }

  async run(): Promise<ChaosResult> {
    const { seconds } = this.#options;
    for (let count = this.#fdb === undefined ? 1 : 2; count > 0; count--) this.#engines.push(await this.#startEngine());
    const addresses = this.#engines.map(({ address }) => address);
    for (let count = 0; count < 2; count++) this.#workers.push(await this.#startWorker());
    this.#client = new DegovClient({ engines: addresses, retryForMs: END_MS_MAX });
    for (const definition of [CHAIN, REVIEW, FAMILY]) await this.#client.register(definition);

    const untilMs = performance.now() + seconds * 1_000;
    const working = Array.from({ length: CLIENTS }, () => this.#load(untilMs));
    for (let nextMs = performance.now() + KILL_EVERY_MS; nextMs < untilMs; nextMs += KILL_EVERY_MS) {
      await systemClock.sleep(nextMs - performance.now());
      await this.#strike();
    }
    await this.#withinEndBound(Promise.all(working));
    await this.stop();
    await this.#check();
    return {
      store: this.#fdb === undefined ? "sqlite" : "fdb",
      instances: this.#started,
      kills: this.#kills,
      problems: this.#problems,
    };
  }

  /** Kills every process. Idempotent. */
  async stop(): Promise<void> {
    await Promise.all([...this.#workers.splice(0), ...this.#engines.splice(0)].map((child) => child.kill()));
  }

  async #startEngine(port?: number): Promise<Child> {
    const args = ["--session-timeout-ms", String(SESSION_TIMEOUT_MS), "--fdb-prefix", this.#prefix];
    return await startEngine({ store: this.#store, port, args });
  }

  async #startWorker(): Promise<WorkerChild> {
    return await startWorker({ engine: this.#engines.map(({ address }) => address).join(",") });
  }

  /** One thing that goes wrong; what was killed is started again. */
  async #strike(): Promise<void> {
    this.#kills++;
    const draw = this.#random.next();
    if (draw < 0.3) {
      const index = this.#random.below(this.#engines.length);
      this.#log(`kill -9 of engine ${index}`);
      await this.#engines[index].kill();
      this.#engines[index] = await this.#startEngine(this.#engines[index].port);
    } else if (draw < 0.6) {
      const index = this.#random.below(this.#workers.length);
      this.#log(`kill -9 of the worker process of worker ${index}`);
      this.#workers[index].crash();
    } else if (draw < 0.7) {
      const index = this.#random.below(this.#workers.length);
      this.#log(`kill -9 of worker ${index}, its supervisor too`);
      await this.#workers[index].kill();
      this.#workers[index] = await this.#startWorker();
    } else if (draw < 0.8 && this.#fdb?.crash !== undefined) {
      this.#log("kill -9 of the FoundationDB server");
      await this.#fdb.crash();
    } else {
      const stopped = this.#random.pick([...this.#engines, ...this.#workers]);
      this.#log(`stop of ${stopped.port === 0 ? "a worker" : "an engine"} for ${STOPPED_MS} ms`);
      stopped.signal("SIGSTOP");
      await systemClock.sleep(STOPPED_MS);
      stopped.signal("SIGCONT");
    }
  }

  /** Starts instances one after the other, follows each to its end, and notes what was acknowledged. */
  async #load(untilMs: number): Promise<void> {
    while (performance.now() < untilMs) {
      const number = ++this.#started;
      const instanceId = `chaos-${number}`;
      const workflow = WORKFLOWS[number % WORKFLOWS.length];
      const input: JsonObject = { value: number };
      this.#values.set(instanceId, { workflow, value: number });
      try {
        await this.#client.start(workflow, { instanceId, input });
        this.#journal.acknowledged.push({ kind: "started", workflow, instanceId, input });
        if (workflow === "chaos-review") await this.#approve(instanceId, number);
        await this.#client.result(instanceId);
      } catch (error) {
        this.#problems.push(`instance ${instanceId}: ${error}`);
      }
    }
  }

  /** Keeps the event for the state that will take it; the timer may be faster, and the instance then has ended. */
  async #approve(instanceId: string, number: number): Promise<void> {
    if (number % 2 === 0) return; // this one lapses
    const eventId = `approval-${number}`;
    try {
      await this.#client.send(instanceId, "approve", { data: number, eventId, keep: true });
      this.#journal.acknowledged.push({ kind: "sent", instanceId, eventId, name: "approve", data: number });
    } catch (error) {
      if (!(error instanceof DegovError) || error.code !== "FAILED_PRECONDITION") throw error;
    }
  }

  async #withinEndBound(done: Promise<unknown>): Promise<void> {
    const over = new AbortController();
    const late = systemClock.sleep(END_MS_MAX, over.signal).then(() => "late");
    if (await Promise.race([done, late]) === "late") {
      this.#problems.push(`not everything had ended ${END_MS_MAX} ms after the last kill`);
    }
    over.abort();
  }

  async #check(): Promise<void> {
    const store = await openStore(this.#store, { prefix: this.#prefix });
    try {
      const { shadow, changes } = await readShadow(store);
      const nowMs = Date.now();
      const alive = () => new Set<string>();
      const world: World = { shadow, journal: this.#journal, plans: new Map(), nowMs, calmSinceMs: Infinity, alive };
      const complain = (name: string) => (problem: string) => this.#problems.push(`${name}: ${problem}`);
      for (const { name, rest, end, needsProcesses, checksStanding, commit } of CHECKERS) {
        rest?.(world, complain(name));
        if (!needsProcesses) end?.(world, complain(name));
        if (checksStanding) { for (const change of changes) commit?.(world, change, complain(name)); }
      }
      for (const { instanceId } of this.#journal.acknowledged) {
        const { workflow, value } = this.#values.get(instanceId)!;
        const instance = shadow.instances.get(instanceId)?.instance;
        if (instance === undefined) continue; // said above
        const wrong = wrongEnd(workflow, value, instance);
        if (wrong !== undefined) this.#problems.push(`instance ${instanceId} ${wrong}`);
      }
    } finally {
      await store.close();
    }
  }

  #log(line: string): void {
    this.#options.log?.(`${line} (${this.#started} instances started)`);
  }
}
