/**
 * One simulated cluster, all of whose choices come from one seed: real engines and real workers on a simulated store,
 * network and time, faults of every kind, and checkers that look at every commit and at the end.
 *
 * A run has two parts: a time of faults, and a calm in which everything must come to its end.
 */

import type { Commit } from "../../engine/store/commit_window.ts";
import { MemoryStore } from "../../engine/store/memory_store.ts";
import { compileCode } from "../../shared/code/compile.ts";
import { parseDefinition } from "../../shared/definition/parse.ts";
import { SeededRandom } from "../../shared/random.ts";
import { CHECKERS } from "./checkers/all.ts";
import { CLOCK_SKEW_MS_MAX, type World } from "./checkers/checker.ts";
import { ClientNode } from "./client_node.ts";
import { EngineNode } from "./engine_node.ts";
import { withSeededGlobals } from "./globals.ts";
import { Journal } from "./journal.ts";
import type { Mutation } from "./mutations.ts";
import { CALM_NETWORK, Network } from "./network.ts";
import { randomWorkflow } from "./random_workflow.ts";
import { Shadow } from "./shadow.ts";
import { SimulatedTime } from "./simulated_time.ts";
import type { TaskKind } from "./task_plan.ts";
import { describeCommit } from "./trace.ts";
import { WorkerNode } from "./worker_node.ts";

export interface SimulationOptions {
  seed: number;
  mutation?: Mutation;
  /** Called with every line of the trace; without it none is made. */
  onTrace?: (line: string) => void;
}

export interface SimulationResult {
  seed: number;
  /** `guarantee: what is wrong`. Empty when all is well. */
  violations: string[];
  /** Figures, to see that a run did something. */
  instances: number;
  ended: number;
  commits: number;
  faults: number;
  events: number;
  /** By code. */
  refusals: Map<string, number>;
}

const FAULTS_MS = 15_000;
/**
 * With no more faults, nothing may stand still for so long that is not at rest: beyond a lost session, a lost answer and
 * the longest timer. Instances may run one after the other, as their workflow's limit says, so there is progress to wait for.
 */
const STILL_MS_MAX = 60_000;
const CALM_MS_MAX = 1_800_000;
/** Beyond the run's end: nothing is deleted. */
const EVENTS_KEEP_MS = 3_600_000;
const VIOLATIONS_MAX = 5;
const DRAWS_MAX = 1_000;

/** Runs the simulation of a seed. */
export function simulate(options: SimulationOptions): Promise<SimulationResult> {
  return withSeededGlobals(options.seed, (time) => new Simulation(options, time).run());
}

class Simulation {
  readonly #options: SimulationOptions;
  readonly #time: SimulatedTime;
  readonly #random: SeededRandom;
  readonly #network: Network;
  readonly #store: MemoryStore;
  readonly #journal = new Journal();
  readonly #shadow = new Shadow();
  readonly #plans = new Map<string, TaskKind>();
  readonly #engines: EngineNode[] = [];
  readonly #workers: WorkerNode[] = [];
  readonly #instanceIds: string[] = [];
  readonly #violations: string[] = [];
  readonly #isLogging: boolean;
  #calmSinceMs = Infinity;
  /** When an instance last took a step. */
  #lastStepMs = 0;
  #faults = 0;
  #made = 0;

  constructor(options: SimulationOptions, time: SimulatedTime) {
    const { seed } = options;
    this.#options = options;
    this.#time = time;
    this.#random = new SeededRandom(seed);
    this.#isLogging = this.#random.next() < 0.5;
    this.#network = new Network(time, this.#derived());
    this.#store = new MemoryStore({ clock: time, random: this.#derived() });
    this.#observe();
  }

  async run(): Promise<SimulationResult> {
    const random = this.#random;
    const startMs = this.#time.trueMs;
    const faultsEndMs = startMs + FAULTS_MS;
    const workflows = await this.#register();
    for (let count = 2 + random.below(4); count > 0; count--) this.#startEngine();
    for (let count = 1 + random.below(5); count > 0; count--) this.#startWorker();
    const clients = Array.from({ length: 1 + random.below(5) }, (_, index) => this.#client(`c${index}`, workflows));
    const working = clients.map((client) => client.work(6 + random.below(16), faultsEndMs + 10_000));

    this.#setFaults();
    this.#injectFaults(faultsEndMs);
    const isBroken = () => this.#violations.length > 0;
    await this.#time.run(faultsEndMs, isBroken);
    this.#calm();
    let areDone = false;
    void Promise.all(working).then(() => areDone = true);
    const isResting = () => isBroken() || (areDone && this.#isAtRest());
    const endMs = this.#time.trueMs + CALM_MS_MAX;
    this.#lastStepMs = this.#time.trueMs;
    const isStill = () => this.#time.trueMs - this.#lastStepMs > STILL_MS_MAX;
    await this.#time.run(endMs, () => isResting() || isStill());
    if (!isBroken()) await this.#cancelTheRest(clients[0]);
    if (!isBroken()) this.#checkEnd();
    for (const { node } of [...this.#engines, ...this.#workers, ...clients]) node.kill();
    const instances = [...this.#shadow.instances.values()];
    return {
      seed: this.#options.seed,
      violations: this.#violations,
      instances: instances.length,
      ended: instances.filter(({ instance }) => instance?.status !== "running").length,
      commits: this.#store.counters.commits,
      faults: this.#faults,
      events: this.#time.happened,
      refusals: this.#journal.refusals,
    };
  }

  // Nodes

  async #register(): Promise<string[]> {
    const names = Array.from({ length: 1 + this.#random.below(3) }, (_, index) => `w${index}`);
    const definitions = names.map((name) => {
      // Most of what is drawn is a valid definition; what is not is drawn again.
      for (let draw = 0; draw < DRAWS_MAX; draw++) {
        const parsed = parseDefinition(randomWorkflow(name, this.#random, this.#plans), { compileCode });
        if (parsed.ok) return parsed.definition;
      }
      throw new Error(`None of ${DRAWS_MAX} definitions was valid: the simulation draws wrong ones`);
    });
    const first = new EngineNode({ ...this.#engineOptions(), name: "registrar", mutation: undefined });
    await this.#time.run(this.#time.trueMs + 10);
    const registering = Promise.all(definitions.map((definition) => first.engine!.definitions.register(definition)));
    await this.#time.run(this.#time.trueMs + 10);
    await registering;
    first.node.kill();
    return names;
  }

  #engineOptions() {
    return {
      time: this.#time,
      store: this.#store,
      seed: this.#random.below(1e9),
      skewMs: this.#skew(),
      mutation: this.#options.mutation,
      ...(this.#isLogging ? { eventsKeepMs: EVENTS_KEEP_MS } : {}),
      onError: (what: string, error: unknown) => this.#trace(() => `cannot ${what}: ${error}`),
    };
  }

  #startEngine(): void {
    const name = `engine${++this.#made}`;
    this.#trace(() => `${name} starts`);
    this.#engines.push(new EngineNode({ ...this.#engineOptions(), name }));
  }

  #startWorker(): void {
    const name = `worker${++this.#made}`;
    this.#trace(() => `${name} starts`);
    const worker = new WorkerNode({
      name,
      time: this.#time,
      network: this.#network,
      engines: () => this.#engines,
      plans: this.#plans,
      journal: this.#journal,
      slots: 1 + this.#random.below(3),
      seed: this.#random.below(1e9),
    });
    this.#workers.push(worker);
    worker.node.onDeath(() => {
      this.#trace(() => `${name} dies`);
      this.#workers.splice(this.#workers.indexOf(worker), 1);
      if (this.#random.next() < 0.7) void worker.reportCrash();
      this.#time.schedule(100 + this.#random.next() * 3_000, () => this.#startWorker());
    });
  }

  #client(name: string, workflows: readonly string[]): ClientNode {
    return new ClientNode({
      name,
      time: this.#time,
      network: this.#network,
      random: this.#derived(),
      journal: this.#journal,
      engines: () => this.#engines,
      workflows,
      instanceIds: this.#instanceIds,
      trace: (line) => this.#trace(line),
    });
  }

  // Faults

  #setFaults(): void {
    const random = this.#random;
    const upTo = (bound: number) => random.next() < 0.3 ? 0 : random.next() * bound;
    this.#network.faults = { loss: upTo(0.1), duplication: upTo(0.1), late: upTo(0.1), lateMsMax: 4_000 };
    this.#store.setFaults({
      conflict: upTo(0.1),
      unknownCommitted: upTo(0.08),
      unknownLost: upTo(0.08),
      tooOld: upTo(0.03),
      spuriousWatch: upTo(0.02),
      readDelayMsMax: upTo(4),
      commitDelayMsMax: upTo(15),
    });
  }

  #injectFaults(untilMs: number): void {
    const random = this.#random;
    const waitMs = 200 + random.next() * 3_000;
    this.#time.schedule(waitMs, () => {
      if (this.#time.trueMs >= untilMs) return;
      this.#faults++;
      const draw = random.next();
      if (draw < 0.25) this.#crashEngine();
      else if (draw < 0.45) random.pick(this.#workers)?.node.kill();
      else if (draw < 0.5) random.pick(this.#workers)?.stop();
      else if (draw < 0.65) this.#isolate(random.pick([...this.#engines, ...this.#workers])?.node.name);
      else if (draw < 0.75) this.#cutFromStore(random.pick(this.#engines));
      else if (draw < 0.8) this.#storeAway();
      else if (draw < 0.9) this.#jumpClock(random.pick(this.#engines));
      else this.#setFaults();
      this.#injectFaults(untilMs);
    });
  }

  #crashEngine(): void {
    const engine = this.#random.pick(this.#engines);
    if (engine === undefined) return;
    this.#trace(() => `${engine.node.name} dies`);
    engine.node.kill();
    this.#engines.splice(this.#engines.indexOf(engine), 1);
    // The list of engines is never empty: a caller would have nobody to call.
    const delayMs = this.#engines.length === 0 ? 0 : 100 + this.#random.next() * 4_000;
    if (delayMs === 0) this.#startEngine();
    else this.#time.schedule(delayMs, () => this.#startEngine());
  }

  #isolate(name: string | undefined): void {
    if (name === undefined) return;
    this.#trace(() => `${name} is isolated`);
    this.#network.isolate(name);
    this.#time.schedule(this.#random.next() * 8_000, () => this.#network.heal());
  }

  #cutFromStore({ node, link }: EngineNode): void {
    this.#trace(() => `${node.name} is cut off from the store`);
    link.isCut = true;
    this.#time.schedule(this.#random.next() * 7_000, () => link.isCut = false);
  }

  #storeAway(): void {
    this.#trace(() => "the store is away");
    this.#store.setAway(true);
    this.#time.schedule(this.#random.next() * 3_000, () => this.#store.setAway(false));
  }

  #jumpClock({ node }: EngineNode): void {
    node.skewMs = this.#skew();
    this.#trace(() => `the clock of ${node.name} jumps to ${node.skewMs} ms`);
  }

  /** Ends every fault; what was killed is started again. */
  #calm(): void {
    this.#trace(() => "calm");
    this.#network.faults = CALM_NETWORK;
    this.#network.heal();
    this.#store.setFaults();
    this.#store.setAway(false);
    for (const { link } of this.#engines) link.isCut = false;
    if (this.#workers.length === 0) this.#startWorker();
    // Messages that were late, and nodes that were to start again, are on their way for so long.
    this.#calmSinceMs = this.#time.trueMs + 5_000;
  }

  // Checks

  #observe(): void {
    const { versions } = this.#store;
    const commit = versions.commit.bind(versions);
    versions.commit = (txn) => {
      const result = commit(txn);
      if (typeof result !== "string") this.#committed(result);
      return result;
    };
  }

  #committed({ chains, entries, clears, version }: Commit): void {
    if (clears.length > 0) this.#violations.push("the simulation does not follow cleared ranges");
    const writes = chains.map(({ key }, index) => ({ key, value: entries[index].value }));
    this.#trace(() => `commit ${version}: ${describeCommit(writes)}`);
    const changes = this.#shadow.apply(writes, this.#time.trueMs);
    if (changes.some(({ records }) => records.length > 0)) this.#lastStepMs = this.#time.trueMs;
    const world = this.#world();
    for (const change of changes) {
      for (const { name, commit } of CHECKERS) commit?.(world, change, (problem) => this.#complain(name, problem));
    }
  }

  #checkEnd(): void {
    const world = this.#world();
    for (const { name, end } of CHECKERS) end?.(world, (problem) => this.#complain(name, problem));
  }

  #world(): World {
    return {
      shadow: this.#shadow,
      journal: this.#journal,
      plans: this.#plans,
      nowMs: this.#time.trueMs,
      calmSinceMs: this.#calmSinceMs,
    };
  }

  #complain(guarantee: string, problem: string): void {
    this.#trace(() => `VIOLATION ${guarantee}: ${problem}`);
    if (this.#violations.length < VIOLATIONS_MAX) this.#violations.push(`${guarantee}: ${problem}`);
  }

  /** No task is unfinished and no timer is pending. */
  #isAtRest(): boolean {
    for (const { instance } of this.#shadow.instances.values()) {
      if (instance?.status !== "running" || instance.paused) continue;
      for (const _ in instance.tasks) return false;
      for (const _ in instance.timers) return false;
    }
    return true;
  }

  /** What waits for events is cancelled: every instance must then have ended. */
  async #cancelTheRest(client: ClientNode): Promise<void> {
    this.#checkEnd();
    const untilMs = this.#time.trueMs + 20_000;
    const running = [...this.#shadow.instances.values()].filter(({ instance }) => instance?.status === "running");
    let isDone = false;
    void Promise.all(running.map(({ id }) => client.cancel(id, untilMs))).then(() => isDone = true);
    await this.#time.run(untilMs, () => isDone || this.#violations.length > 0);
    for (const { id, instance } of this.#shadow.instances.values()) {
      if (instance?.status === "running") this.#complain("everything ends", `instance ${id} still runs`);
    }
  }

  // Choices

  #derived(): SeededRandom {
    return new SeededRandom(this.#random.below(2 ** 32));
  }

  #skew(): number {
    return Math.round((this.#random.next() * 2 - 1) * CLOCK_SKEW_MS_MAX);
  }

  #trace(line: () => string): void {
    this.#options.onTrace?.(`${(this.#time.trueMs % 1e8).toFixed(1).padStart(11)} ${line()}`);
  }
}
