/** A client of the simulated cluster: does one thing after the other, and repeats what fails. */

import type { Engine } from "../../engine/engine.ts";
import type { Definition } from "../../shared/definition/definition.ts";
import { DegovError } from "../../shared/errors.ts";
import type { SeededRandom } from "../../shared/random.ts";
import { backoffMs } from "../../shared/retry.ts";
import type { EngineNode } from "./engine_node.ts";
import type { Features } from "./features.ts";
import type { Journal } from "./journal.ts";
import type { Network } from "./network.ts";
import { Node } from "./node.ts";
import { drawOperation } from "./operations.ts";
import type { Shadow } from "./shadow.ts";
import type { SimulatedTime } from "./simulated_time.ts";

const CALL_TIMEOUT_MS = 3_000;
const RUNNING_ODDS = 0.75;
const RETRY_DELAY = { initialDelayMs: 50, multiplier: 2, maxDelayMs: 2_000, jitter: 0.5 };

export interface ClientNodeOptions {
  name: string;
  time: SimulatedTime;
  network: Network;
  random: SeededRandom;
  journal: Journal;
  features: Features;
  engines: () => readonly EngineNode[];
  /** Versions of each workflow, in the order in which they are registered. */
  workflows: readonly (readonly Definition[])[];
  /** To know whom to send something to. */
  shadow: Shadow;
  trace: (line: () => string) => void;
}

export class ClientNode {
  readonly node: Node;
  readonly options: ClientNodeOptions;
  /** After this it gives up. */
  untilMs = 0;
  #current: number;
  #made = 0;

  constructor(options: ClientNodeOptions) {
    this.options = options;
    this.node = new Node(options.name, options.time);
    this.#current = options.random.below(100);
  }

  /** Does so many things, one after the other, each until it is answered or the time is over. */
  async work(operations: number, untilMs: number): Promise<void> {
    const { random } = this.options;
    this.untilMs = untilMs;
    for (let count = 0; count < operations; count++) {
      await this.sleep(random.next() * 1_500);
      await drawOperation(this, this.#pickInstance());
    }
  }

  /** Mostly one that has not ended, as those are where something can go wrong; undefined when there is none. */
  #pickInstance(): string | undefined {
    const { random, shadow } = this.options;
    const all = [...shadow.instances.values()];
    const running = all.filter(({ instance }) => instance?.status === "running");
    return random.pick(running.length > 0 && this.happens(RUNNING_ODDS) ? running : all)?.id;
  }

  async sleep(ms: number): Promise<void> {
    await this.node.clock.sleep(ms);
  }

  happens(odds: number): boolean {
    return this.options.random.next() < odds;
  }

  /** For names of its own. */
  nextNumber(): number {
    return ++this.#made;
  }

  /** The answer; undefined when the call was refused or the time is over. */
  async repeat<T>(
    call: (engine: Engine, signal: AbortSignal) => Promise<T>,
    { untilMs = this.untilMs }: { untilMs?: number } = {},
  ): Promise<T | undefined> {
    const { network, engines, random, journal, time, trace } = this.options;
    for (let attempt = 1; time.trueMs < untilMs; attempt++) {
      const list = engines();
      const at = list[this.#current % list.length];
      try {
        return await network.call(this.node, at.node, (signal) => at.serve(call, signal), {
          timeoutMs: CALL_TIMEOUT_MS,
        });
      } catch (thrown) {
        const error = DegovError.from(thrown);
        journal.refused(error.code);
        trace(() => `${this.node.name}: ${error.code} ${error.message}`);
        // The outcome of a deadline is unknown: the same call again finds out.
        if (!error.retryable && error.code !== "DEADLINE_EXCEEDED") return undefined;
        this.#current++;
      }
      await this.sleep(backoffMs(RETRY_DELAY, attempt, random.next()));
    }
    return undefined;
  }
}
