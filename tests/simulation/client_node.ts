/** A client of the simulated cluster: starts instances, sends events, cancels, retries, looks; repeats what fails. */

import type { Engine } from "../../engine/engine.ts";
import { DegovError } from "../../shared/errors.ts";
import type { JsonObject } from "../../shared/json.ts";
import type { SeededRandom } from "../../shared/random.ts";
import { backoffMs } from "../../shared/retry.ts";
import type { EngineNode } from "./engine_node.ts";
import type { Journal } from "./journal.ts";
import type { Network } from "./network.ts";
import { Node } from "./node.ts";
import { EVENTS } from "./random_workflow.ts";
import type { SimulatedTime } from "./simulated_time.ts";

const CALL_TIMEOUT_MS = 3_000;
const RETRY_DELAY = { initialDelayMs: 50, multiplier: 2, maxDelayMs: 2_000, jitter: 0.5 };

export interface ClientNodeOptions {
  name: string;
  time: SimulatedTime;
  network: Network;
  random: SeededRandom;
  journal: Journal;
  engines: () => readonly EngineNode[];
  workflows: readonly string[];
  /** Of all clients: whom to send events to. */
  instanceIds: string[];
  trace: (line: () => string) => void;
}

export class ClientNode {
  readonly node: Node;
  readonly #options: ClientNodeOptions;
  #current: number;
  #made = 0;

  constructor(options: ClientNodeOptions) {
    this.#options = options;
    this.node = new Node(options.name, options.time);
    this.#current = options.random.below(100);
  }

  /** Does so many things, one after the other, each until it is answered or the time is over. */
  async work(operations: number, untilMs: number): Promise<void> {
    const { random } = this.#options;
    for (let count = 0; count < operations; count++) {
      await this.node.clock.sleep(random.next() * 1_500);
      await this.#operate(untilMs);
    }
  }

  /** Cancels an instance for good. */
  async cancel(instanceId: string, untilMs: number): Promise<void> {
    const { journal } = this.#options;
    const done = await this.#repeat(untilMs, (engine) => engine.instances.cancel(instanceId, "not needed any more"));
    if (done !== undefined) journal.acknowledged.push({ kind: "cancelled", instanceId });
  }

  async #operate(untilMs: number): Promise<void> {
    const { random, instanceIds } = this.#options;
    if (instanceIds.length === 0 || random.next() < 0.4) return await this.#start(untilMs);
    const instanceId = random.pick(instanceIds);
    const draw = random.next();
    if (draw < 0.65) await this.#send(instanceId, untilMs);
    else if (draw < 0.72) await this.cancel(instanceId, untilMs);
    else if (draw < 0.78) await this.#pauseForAWhile(instanceId, untilMs);
    else if (draw < 0.85) await this.#repeat(untilMs, (engine) => engine.instances.retry(instanceId));
    else if (draw < 0.93) await this.#repeat(untilMs, (engine) => engine.explain(instanceId));
    else await this.#repeat(untilMs, (engine, signal) => engine.waitForEnd(instanceId, 2_000, signal));
  }

  async #pauseForAWhile(instanceId: string, untilMs: number): Promise<void> {
    await this.#repeat(untilMs, (engine) => engine.instances.pause(instanceId, "a moment"));
    await this.node.clock.sleep(this.#options.random.next() * 3_000);
    await this.#repeat(untilMs, (engine) => engine.instances.resume(instanceId));
  }

  async #start(untilMs: number): Promise<void> {
    const { random, workflows, instanceIds, journal } = this.#options;
    const workflow = random.pick(workflows);
    const instanceId = `${this.node.name}-i${++this.#made}`;
    const input: JsonObject = { value: random.below(10) };
    const done = await this.#repeat(untilMs, (engine) => {
      if (!instanceIds.includes(instanceId)) instanceIds.push(instanceId);
      return engine.instances.start({ workflow, version: 0, instanceId, input });
    });
    if (done !== undefined) journal.acknowledged.push({ kind: "started", workflow, instanceId, input });
  }

  async #send(instanceId: string, untilMs: number): Promise<void> {
    const { random, journal } = this.#options;
    const name = random.pick(EVENTS);
    const eventId = `${this.node.name}-e${++this.#made}`;
    const data = random.below(3);
    const keep = random.next() < 0.5;
    const request = { instanceId, name, data, eventId, keep };
    const done = await this.#repeat(untilMs, (engine) => engine.instances.send(request));
    if (done !== undefined) journal.acknowledged.push({ kind: "sent", instanceId, eventId, name, data });
  }

  /** The answer; undefined when the call was refused or the time is over. */
  async #repeat<T>(untilMs: number, call: (engine: Engine, signal: AbortSignal) => Promise<T>): Promise<T | undefined> {
    const { network, engines, random, journal, time, trace } = this.#options;
    for (let attempt = 1; time.trueMs < untilMs; attempt++) {
      const list = engines();
      const at = list[this.#current % list.length];
      const serve = (signal: AbortSignal) => {
        const engine = at.serving;
        if (engine === undefined) return Promise.reject(new DegovError("UNAVAILABLE", `${at.node.name} is starting`));
        return call(engine, signal);
      };
      try {
        return await network.call(this.node, at.node, serve, { timeoutMs: CALL_TIMEOUT_MS });
      } catch (thrown) {
        const error = DegovError.from(thrown);
        journal.refused(error.code);
        trace(() => `${this.node.name}: ${error.code} ${error.message}`);
        // The outcome of a deadline is unknown: the same call again finds out.
        if (!error.retryable && error.code !== "DEADLINE_EXCEEDED") return undefined;
        this.#current++;
      }
      await this.node.clock.sleep(backoffMs(RETRY_DELAY, attempt, random.next()));
    }
    return undefined;
  }
}
