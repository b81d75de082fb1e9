/** What goes wrong in a run, one thing after the other, until the calm. */

import type { SeededRandom } from "../../shared/random.ts";
import type { MemoryStore } from "../../engine/store/memory_store.ts";
import { CLOCK_SKEW_MS_MAX } from "./checkers/checker.ts";
import { type EngineNode, SESSION_TIMEOUT_MS } from "./engine_node.ts";
import { CALM_NETWORK, type Network } from "./network.ts";
import type { SimulatedTime } from "./simulated_time.ts";
import type { WorkerNode } from "./worker_node.ts";

/** Twice as long as an engine waits for a worker before it takes its tasks back. */
const ISOLATED_MS_MAX = 2 * SESSION_TIMEOUT_MS;

export interface FaultInjectionOptions {
  time: SimulatedTime;
  random: SeededRandom;
  network: Network;
  store: MemoryStore;
  /** Those that live. */
  engines: EngineNode[];
  workers: readonly WorkerNode[];
  startEngine: () => void;
  trace: (line: () => string) => void;
}

export class FaultInjection {
  /** Faults so far. */
  count = 0;
  readonly #options: FaultInjectionOptions;
  readonly #random: SeededRandom;

  constructor(options: FaultInjectionOptions) {
    this.#options = options;
    this.#random = options.random;
  }

  start(untilMs: number): void {
    this.#setFaults();
    this.#injectNext(untilMs);
  }

  /** Ends every fault. */
  end(): void {
    const { network, store, engines, trace } = this.#options;
    trace(() => "calm");
    network.faults = CALM_NETWORK;
    network.heal();
    store.setFaults();
    store.setAway(false);
    for (const { link } of engines) link.isCut = false;
  }

  /** How far a clock may be from the true time. */
  drawSkew(): number {
    return Math.round((this.#random.next() * 2 - 1) * CLOCK_SKEW_MS_MAX);
  }

  #setFaults(): void {
    const random = this.#random;
    const upTo = (bound: number) => random.next() < 0.3 ? 0 : random.next() * bound;
    const { network, store } = this.#options;
    network.faults = { loss: upTo(0.1), duplication: upTo(0.1), late: upTo(0.3), lateMsMax: 4_000 };
    store.setFaults({
      conflict: upTo(0.1),
      unknownCommitted: upTo(0.08),
      unknownLost: upTo(0.08),
      tooOld: upTo(0.03),
      spuriousWatch: upTo(0.02),
      readDelayMsMax: upTo(4),
      commitDelayMsMax: upTo(15),
    });
  }

  #injectNext(untilMs: number): void {
    const random = this.#random;
    const { time, engines, workers } = this.#options;
    time.schedule(200 + random.next() * 3_000, () => {
      if (time.trueMs >= untilMs) return;
      this.count++;
      const draw = random.next();
      if (draw < 0.2) this.#crashEngine();
      else if (draw < 0.25) this.#stopEngine();
      else if (draw < 0.45) random.pick(workers)?.node.kill();
      else if (draw < 0.5) random.pick(workers)?.stop();
      else if (draw < 0.65) this.#isolate(random.pick([...engines, ...workers]));
      else if (draw < 0.75) this.#cutFromStore(random.pick(engines));
      else if (draw < 0.8) this.#storeAway();
      else if (draw < 0.9) this.#jumpClock(random.pick(engines));
      else this.#setFaults();
      this.#injectNext(untilMs);
    });
  }

  #crashEngine(): void {
    const engine = this.#random.pick(this.#options.engines);
    if (engine !== undefined) this.#crash(engine);
  }

  #crash(engine: EngineNode): void {
    const { engines, time, trace, startEngine } = this.#options;
    trace(() => `${engine.node.name} dies`);
    engine.node.kill();
    engines.splice(engines.indexOf(engine), 1);
    // The list of engines is never empty: a caller would have nobody to call.
    const delayMs = engines.length === 0 ? 0 : 100 + this.#random.next() * 4_000;
    if (delayMs === 0) startEngine();
    else time.schedule(delayMs, startEngine);
  }

  /** In order: it leaves the others, and ends a little later. */
  #stopEngine(): void {
    const { time, trace, engines } = this.#options;
    const engine = this.#random.pick(engines);
    if (engines.length === 1 || engine?.engine === undefined) return;
    trace(() => `${engine.node.name} stops`);
    void engine.engine.drain().catch(() => {});
    time.schedule(this.#random.next() * 2_000, () => engines.includes(engine) && this.#crash(engine));
  }

  /** A worker's supervisor, who is not cut off, may take it to be dead. */
  #isolate(process: EngineNode | WorkerNode | undefined): void {
    if (process === undefined) return;
    const { network, time, trace } = this.#options;
    const { name } = process.node;
    if ("reportCrash" in process && this.#random.next() < 0.5) void process.reportCrash();
    trace(() => `${name} is isolated`);
    network.isolate(name);
    time.schedule(this.#random.next() * ISOLATED_MS_MAX, () => network.heal(name));
  }

  #cutFromStore({ node, link }: EngineNode): void {
    const { time, trace } = this.#options;
    trace(() => `${node.name} is cut off from the store`);
    link.isCut = true;
    time.schedule(this.#random.next() * 7_000, () => link.isCut = false);
  }

  #storeAway(): void {
    const { store, time, trace } = this.#options;
    trace(() => "the store is away");
    store.setAway(true);
    time.schedule(this.#random.next() * 3_000, () => store.setAway(false));
  }

  #jumpClock({ node }: EngineNode): void {
    node.skewMs = this.drawSkew();
    this.#options.trace(() => `the clock of ${node.name} jumps to ${node.skewMs} ms`);
  }
}
