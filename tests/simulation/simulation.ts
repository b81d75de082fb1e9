/**
 * One simulated cluster, all of whose choices come from one seed: real engines and real workers on a simulated store,
 * network and time, faults of every kind, and checkers that look at every commit and at the end.
 *
 * A run has four parts: a time of faults; a calm in which everything must come to rest; then what only waits is
 * cancelled, and everything must end; and where instances expire, all are deleted, and nothing may be left.
 */

import { MemoryStore } from "../../engine/store/memory_store.ts";
import { compileCode } from "../../shared/code/compile.ts";
import type { Definition } from "../../shared/definition/definition.ts";
import { parseDefinition } from "../../shared/definition/parse.ts";
import { DegovError } from "../../shared/errors.ts";
import type { JsonObject } from "../../shared/json.ts";
import { SeededRandom } from "../../shared/random.ts";
import { entriesOf } from "./checkers/checker.ts";
import { ClientNode, type ClientNodeOptions } from "./client_node.ts";
import { EngineNode } from "./engine_node.ts";
import { FaultInjection } from "./fault_injection.ts";
import { drawFeatures, type Features } from "./features.ts";
import { withSeededGlobals } from "./globals.ts";
import { Journal } from "./journal.ts";
import type { Mutation } from "./mutations.ts";
import { Network } from "./network.ts";
import type { Node } from "./node.ts";
import { Observation } from "./observation.ts";
import { cancel, deleteSchedules, expireAll } from "./operations.ts";
import { nextVersion, randomWorkflow } from "./random_workflow.ts";
import { ReaderNode } from "./reader_node.ts";
import { LONG_MS_MAX } from "./simulated_pool.ts";
import type { SimulatedTime } from "./simulated_time.ts";
import type { TaskKind } from "./task_plan.ts";
import { WebhookReceiver } from "./webhook_receiver.ts";
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
  features: string[];
  /** How often each kind of history entry was written, and other things that happened. */
  happenings: Map<string, number>;
  /** By code. */
  refusals: Map<string, number>;
}

const FAULTS_MS = 15_000;
/** Clients go on for a while when the faults have ended. */
const CLIENTS_MS = FAULTS_MS + 10_000;
/**
 * With no more faults, nothing may stand still for so long that is not at rest: beyond a lost session, a lost answer and
 * the longest timer. Instances may run one after the other, as their workflow's limit says, so there is progress to wait for.
 */
const STILL_MS_MAX = 60_000;
const CALM_MS_MAX = 1_800_000;
/** What is cancelled may have to undo what it did, task by task. */
const ENDING_MS_MAX = 300_000;
/** Beyond the run's end: nothing is deleted. */
const EVENTS_KEEP_MS = 3_600_000;
/** Well within it. */
const EVENTS_KEEP_SHORT_MS = 5_000;
/** Beyond the time after which a worker that is not heard of is lost. */
const LONGER_MS_MAX = 9_000;
const DRAWS_MAX = 1_000;
const VERSIONS_MAX = 3;
/** So long after its death an engine or a worker may still be on record. */
const GONE_MS = 75_000;

/** Runs the simulation of a seed. */
export function simulate(options: SimulationOptions): Promise<SimulationResult> {
  return withSeededGlobals(options.seed, (time) => new Simulation(options, time).run());
}

class Simulation {
  readonly #options: SimulationOptions;
  readonly #time: SimulatedTime;
  readonly #random: SeededRandom;
  readonly #features: Features;
  readonly #network: Network;
  readonly #store: MemoryStore;
  readonly #journal = new Journal();
  readonly #plans = new Map<string, TaskKind>();
  readonly #engines: EngineNode[] = [];
  readonly #workers: WorkerNode[] = [];
  readonly #diedMs = new Map<string, number>();
  readonly #observation: Observation;
  readonly #faults: FaultInjection;
  readonly #receiver: WebhookReceiver;
  readonly #longMsMax: number;
  #workflows: Definition[][] = [];
  #made = 0;

  constructor(options: SimulationOptions, time: SimulatedTime) {
    this.#options = options;
    this.#time = time;
    const random = this.#random = new SeededRandom(options.seed);
    this.#features = drawFeatures(random, options.mutation?.features);
    this.#longMsMax = this.#features.has("longTasks") ? LONGER_MS_MAX : LONG_MS_MAX;
    const network = this.#network = new Network(time, this.#derived());
    const store = this.#store = new MemoryStore({ clock: time, random: this.#derived() });
    const trace = (line: () => string) => this.#trace(line);
    const [journal, plans, engines, workers] = [this.#journal, this.#plans, this.#engines, this.#workers];
    this.#observation = new Observation({ time, store, journal, plans, trace, alive: () => this.#alive() });
    const startEngine = () => this.#startEngine();
    this.#faults = new FaultInjection({ time, random, network, store, engines, workers, startEngine, trace });
    this.#receiver = new WebhookReceiver({ time, network, random: this.#derived(), journal });
  }

  async run(): Promise<SimulationResult> {
    const random = this.#random;
    const observation = this.#observation;
    const startMs = this.#time.trueMs;
    this.#trace(() => `features: ${[...this.#features].join(", ")}`);
    this.#workflows = this.#drawWorkflows();
    await this.#register();
    for (let count = 2 + random.below(4); count > 0; count--) this.#startEngine();
    for (let count = 1 + random.below(5); count > 0; count--) this.#startWorker();
    const clients = Array.from({ length: 1 + random.below(5) }, (_, index) => this.#client(`c${index}`));
    const reader = this.#features.has("log") ? new ReaderNode(this.#clientOptions("reader")) : undefined;
    const reading = reader?.run();
    const working = clients.map((client) => client.work(6 + random.below(16), startMs + CLIENTS_MS));
    this.#faults.start(startMs + FAULTS_MS);
    await this.#time.run(startMs + FAULTS_MS, () => observation.isBroken);
    this.#calm();
    await this.#until(Promise.all(working));
    await this.#doAs(clients[0], deleteSchedules);
    await this.#rest(CALM_MS_MAX);
    if (!observation.isBroken) observation.check("rest");
    if (!observation.isBroken) await this.#cancelTheRest(clients[0]);
    reader?.end();
    if (reading !== undefined) await this.#until(reading);
    if (!observation.isBroken && this.#features.has("webhook")) await this.#tellTheRest();
    if (this.#journal.refusals.has("INTERNAL") && this.#options.mutation === undefined) {
      observation.complain("no assertion fails", "a client was told of an internal error");
    }
    if (!observation.isBroken) observation.check("end");
    if (!observation.isBroken && this.#features.has("expiry")) {
      await this.#doAs(clients[0], expireAll);
      observation.check("empty");
    }
    const result = this.#result();
    for (const { node } of [...this.#engines, ...this.#workers, ...clients]) node.kill();
    return result;
  }

  #result(): SimulationResult {
    const { shadow, violations } = this.#observation;
    const instances = [...shadow.everyInstance()];
    const happenings = new Map<string, number>([
      ["expired", shadow.expired.length],
      ["scheduled", instances.filter(({ instance }) => instance.schedule !== undefined).length],
      ["parts", instances.filter(({ instance }) => instance.part !== undefined).length],
      ["children", instances.filter(({ instance }) => instance.parent !== undefined).length],
      ["read", this.#journal.readings.reduce((sum, { read }) => sum + read.length, 0)],
      ["told", this.#journal.told.length],
      ["versions", shadow.workflows.size - this.#workflows.length],
    ]);
    for (const { kind } of instances.flatMap(entriesOf)) happenings.set(kind, (happenings.get(kind) ?? 0) + 1);
    return {
      seed: this.#options.seed,
      violations,
      instances: instances.length,
      ended: instances.filter(({ instance }) => instance.status !== "running").length,
      commits: this.#store.counters.commits,
      faults: this.#faults.count,
      events: this.#time.happened,
      features: [...this.#features],
      happenings,
      refusals: this.#journal.refusals,
    };
  }

  // Nodes

  #drawWorkflows(): Definition[][] {
    const names = Array.from({ length: 1 + this.#random.below(3) }, (_, index) => `w${index}`);
    return names.map((name, index) => {
      const options = {
        random: this.#random,
        features: this.#features,
        plans: this.#plans,
        startable: names.slice(index + 1),
      };
      const drawn = [this.#drawValid(() => randomWorkflow(name, options))];
      while (this.#features.has("versions") && drawn.length < VERSIONS_MAX) {
        const { document } = drawn[drawn.length - 1];
        drawn.push(this.#drawValid(() => nextVersion(document, this.#random)));
      }
      return drawn.map(({ definition }) => definition);
    });
  }

  /** Most of what is drawn is a valid definition; what is not is drawn again. */
  #drawValid(draw: () => JsonObject): { document: JsonObject; definition: Definition } {
    for (let count = 0; count < DRAWS_MAX; count++) {
      const document = draw();
      const parsed = parseDefinition(document, { compileCode });
      if (parsed.ok) return { document, definition: parsed.definition };
    }
    throw new Error(`None of ${DRAWS_MAX} definitions was valid: the simulation draws wrong ones`);
  }

  async #register(): Promise<void> {
    const first = new EngineNode({ ...this.#engineOptions(), name: "registrar", mutation: undefined });
    await this.#time.run(this.#time.trueMs + 10);
    const registering = this.#workflows.map(([oldest]) => first.engine!.definitions.register(oldest));
    await this.#until(Promise.all(registering));
    first.node.kill();
    this.#diedMs.set("registrar", this.#time.trueMs);
  }

  #engineOptions() {
    const keepMs = this.#features.has("trimming") ? EVENTS_KEEP_SHORT_MS : EVENTS_KEEP_MS;
    return {
      time: this.#time,
      store: this.#store,
      seed: this.#random.below(1e9),
      skewMs: this.#faults.drawSkew(),
      mutation: this.#options.mutation,
      ...(this.#features.has("log") ? { eventsKeepMs: keepMs } : {}),
      ...(this.#features.has("webhook")
        ? { callWebhook: (from: Node, init: RequestInit) => this.#receiver.call(from, init) }
        : {}),
      onError: (what: string, error: unknown) => this.#hear(what, error),
    };
  }

  /** What an engine could not do in the background; a bug of its own is one of the simulation's finds. */
  #hear(what: string, error: unknown): void {
    this.#trace(() => `cannot ${what}: ${error}`);
    if (DegovError.from(error).code !== "INTERNAL" || this.#options.mutation !== undefined) return;
    this.#observation.complain("no assertion fails", `cannot ${what}: ${error}`);
  }

  #startEngine(): void {
    const name = `engine${++this.#made}`;
    this.#trace(() => `${name} starts`);
    const engine = new EngineNode({ ...this.#engineOptions(), name });
    engine.node.onDeath(() => this.#diedMs.set(name, this.#time.trueMs));
    this.#engines.push(engine);
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
      longMsMax: this.#longMsMax,
      seed: this.#random.below(1e9),
    });
    this.#workers.push(worker);
    worker.node.onDeath(() => {
      this.#trace(() => `${name} dies`);
      this.#diedMs.set(name, this.#time.trueMs);
      this.#workers.splice(this.#workers.indexOf(worker), 1);
      if (this.#random.next() < 0.7) void worker.reportCrash();
      this.#time.schedule(100 + this.#random.next() * 3_000, () => this.#startWorker());
    });
  }

  #client(name: string): ClientNode {
    return new ClientNode(this.#clientOptions(name));
  }

  #clientOptions(name: string): ClientNodeOptions {
    return {
      name,
      time: this.#time,
      network: this.#network,
      random: this.#derived(),
      journal: this.#journal,
      features: this.#features,
      engines: () => this.#engines,
      workflows: this.#workflows,
      shadow: this.#observation.shadow,
      trace: (line) => this.#trace(line),
    };
  }

  /** Who may be on record. */
  #alive(): ReadonlySet<string> {
    const names = [...this.#engines, ...this.#workers].map(({ node }) => node.name);
    for (const [name, atMs] of this.#diedMs) if (atMs + GONE_MS > this.#time.trueMs) names.push(name);
    return new Set(names);
  }

  // Parts of a run

  /** Ends every fault; what was killed is started again. */
  #calm(): void {
    this.#faults.end();
    this.#receiver.refusals = 0;
    if (this.#workers.length === 0) this.#startWorker();
    // Messages that were late, and nodes that were to start again, are on their way for so long.
    this.#observation.calmSinceMs = this.#time.trueMs + 5_000;
  }

  /** Lets time pass until the promise is fulfilled. */
  async #until(promise: Promise<unknown>): Promise<void> {
    let isDone = false;
    void promise.then(() => isDone = true);
    const untilMs = this.#time.trueMs + ENDING_MS_MAX;
    await this.#time.run(this.#time.trueMs);
    if (!isDone) await this.#time.run(untilMs, () => isDone || this.#observation.isBroken);
    if (!isDone && !this.#observation.isBroken) {
      this.#observation.complain("everything ends", "somebody waits for ever");
    }
  }

  async #doAs(client: ClientNode, act: (client: ClientNode) => Promise<void>): Promise<void> {
    if (this.#observation.isBroken) return;
    client.untilMs = this.#time.trueMs + ENDING_MS_MAX;
    await this.#until(act(client));
  }

  /** Lets time pass until all is at rest, or stands still. */
  async #rest(boundMs: number): Promise<void> {
    const observation = this.#observation;
    observation.lastStepMs = this.#time.trueMs;
    const isStill = () => this.#time.trueMs - observation.lastStepMs > STILL_MS_MAX;
    await this.#time.run(this.#time.trueMs + boundMs, () => observation.isBroken || this.#isAtRest() || isStill());
  }

  /** No task is unfinished, no timer is pending and no message is under way. */
  #isAtRest(): boolean {
    for (const { instance, messages } of this.#observation.shadow.instances.values()) {
      if (messages.size > 0) return false;
      if (instance?.status !== "running" || instance.paused) continue;
      // Children and the items of maps speak for themselves.
      if (Object.values(instance.tasks).some(({ child, map }) => child === undefined && map === undefined)) {
        return false;
      }
      for (const _ in instance.timers) return false;
    }
    return true;
  }

  /** What waits for events is cancelled, and what has been paused while it was undone: every instance must then have ended. */
  async #cancelTheRest(client: ClientNode): Promise<void> {
    for (const compensate of [undefined, false]) {
      await this.#doAs(client, async () => {
        await Promise.all(this.#running().map((id) => cancel(client, id, compensate)));
      });
      await this.#rest(ENDING_MS_MAX);
    }
    for (const id of this.#running()) this.#observation.complain("everything ends", `instance ${id} still runs`);
  }

  #running(): string[] {
    const { instances } = this.#observation.shadow;
    return [...instances.values()].filter(({ instance }) => instance?.status === "running").map(({ id }) => id);
  }

  /** An engine that has died keeps its claim to tell the webhook for a minute. */
  async #tellTheRest(): Promise<void> {
    const { log, webhookFrom = "" } = this.#observation.shadow;
    const isTold = () => {
      const told = new Set(this.#journal.told.map(({ cursor }) => cursor));
      return log.every(({ cursor }) => cursor <= webhookFrom || told.has(cursor));
    };
    await this.#time.run(this.#time.trueMs + ENDING_MS_MAX, isTold);
  }

  // Choices

  #derived(): SeededRandom {
    return new SeededRandom(this.#random.below(2 ** 32));
  }

  #trace(line: () => string): void {
    this.#options.onTrace?.(`${(this.#time.trueMs % 1e8).toFixed(1).padStart(11)} ${line()}`);
  }
}
