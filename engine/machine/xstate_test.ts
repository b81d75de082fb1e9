/**
 * The machine against XState, an independent implementation: over random flat machines of the common subset (states,
 * events, guards, actions, order, delays, final states) both must be in the same state after every event, having run the
 * same actions in the same order.
 *
 * `complete` is an event that an XState machine raises on entry: raised once for each visit, before anything else.
 */

import assert from "node:assert/strict";
import * as fc from "npm:fast-check@4.10.2";
import { assign, createMachine, initialTransition, raise, transition } from "npm:xstate@5.33.3";
import type { Definition, StateDefinition, TransitionDefinition } from "../../shared/definition/definition.ts";
import { SeededRandom } from "../../shared/random.ts";
import { advance, start } from "./machine.ts";
import type { Instance } from "./instance.ts";

/** A guard that both can evaluate: on how many actions have run, or on the event's data. */
type Guard = { on: "actions"; below: number } | { on: "data"; equals: number };

interface Move {
  target?: string;
  guard?: Guard;
  /** Names its action. */
  label: string;
}

interface Place {
  on: Record<string, Move[]>;
  after: (Move & { delayMs: number })[];
  isFinal: boolean;
}

type Model = Record<string, Place>;

const EVENTS = ["e0", "e1", "e2"];
const DELAYS_MS = [10, 20];

/** From a seed and not from arbitraries: ten thousand of them are drawn in a second, and the seed is all one needs. */
function drawModel(random: SeededRandom): Model {
  const count = 2 + random.below(5);
  const names = Array.from({ length: count }, (_, index) => `s${index}`);
  const drawGuard = (): Guard => {
    return random.below(2) === 0 ? { on: "actions", below: random.below(12) } : { on: "data", equals: random.below(2) };
  };
  const drawMove = (label: string, targets: readonly string[]): Move => ({
    label,
    ...(random.below(5) > 0 && targets.length > 0 && { target: random.pick(targets) }),
    ...(random.below(2) === 0 && { guard: drawGuard() }),
  });
  const drawMoves = (label: string, targets: readonly string[]) =>
    Array.from({ length: 1 + random.below(3) }, (_, index) => drawMove(`${label}[${index}]`, targets));
  return Object.fromEntries(names.map((name, index): [string, Place] => {
    if (random.below(8) === 0) return [name, { on: {}, after: [], isFinal: true }];
    const on: Place["on"] = {};
    for (const event of EVENTS) if (random.below(3) > 0) on[event] = drawMoves(`${name}.${event}`, names);
    // Only onwards, so that no machine loops by itself.
    if (random.below(3) === 0) on.complete = drawMoves(`${name}.complete`, names.slice(index + 1));
    const after = DELAYS_MS.filter(() => random.below(4) === 0).map((delayMs) => ({
      delayMs,
      ...drawMove(`${name}.after${delayMs}`, names),
    }));
    return [name, { on, after, isFinal: false }];
  }));
}

function toTransition({ target, guard, label }: Move): TransitionDefinition {
  return {
    ...(target !== undefined && { target }),
    ...(guard !== undefined && {
      guard: guard.on === "actions" ? `size(context.ran) < ${guard.below}` : `event.data == ${guard.equals}`,
    }),
    actions: [note(label)],
  };
}

const note = (label: string) => ({ set: { key: "ran", expression: `context.ran + ["${label}"]` } });

function toDefinition(model: Model): Definition {
  return {
    name: "w",
    initial: "s0",
    states: Object.fromEntries(
      Object.entries(model).map(([name, { on, after, isFinal }]): [string, StateDefinition] => [name, {
        enter: [note(`${name} in`)],
        ...(isFinal ? { final: "completed" } : { exit: [note(`${name} out`)] }),
        on: Object.fromEntries(Object.entries(on).map(([event, moves]) => [event, moves.map(toTransition)])),
        after: after.map(({ delayMs, ...move }) => ({ delayMs, ...toTransition(move) })),
      }]),
    ),
  };
}

interface Scope {
  context: { ran: string[] };
  event: { type: string; data?: number };
}

const append = (label: string) =>
  assign({ ran: ({ context }: { context: Scope["context"] }) => [...context.ran, label] });

function toXstate(model: Model) {
  const toConfig = ({ target, guard, label }: Move) => ({
    // A transition to its own state leaves and enters it, as it does here.
    ...(target !== undefined && { target, reenter: true }),
    ...(guard !== undefined && {
      guard: ({ context, event }: Scope) =>
        guard.on === "actions" ? context.ran.length < guard.below : event.data === guard.equals,
    }),
    actions: append(label),
  });
  const states = Object.entries(model).map(([name, { on, after, isFinal }]) => [name, {
    ...(isFinal ? { type: "final" } : { exit: append(`${name} out`) }),
    entry: [append(`${name} in`), raise({ type: "complete" })],
    on: Object.fromEntries(Object.entries(on).map(([event, moves]) => [event, moves.map(toConfig)])),
    after: Object.fromEntries(after.map(({ delayMs, ...move }) => [delayMs, toConfig(move)])),
  }]);
  // deno-lint-ignore no-explicit-any -- XState's types are made for machines written by hand
  return createMachine({ id: "w", context: { ran: [] }, initial: "s0", states: Object.fromEntries(states) } as any);
}

/** Sends the same random inputs to both, and compares after each. */
function compare(seed: number): void {
  const random = new SeededRandom(seed);
  const model = drawModel(random);
  const definition = toDefinition(model);
  const machine = toXstate(model);
  const started = start(definition, { id: "i1", version: 1, input: { ran: [] } }, 0);
  assert.ok(started.kind === "accepted");
  let { instance } = started;
  let [snapshot] = initialTransition(machine);
  const agree = () => {
    assert.equal(instance.state, snapshot.value, `seed ${seed}: state`);
    assert.deepEqual(instance.context.ran, snapshot.context.ran, `seed ${seed}: actions`);
    if (snapshot.status === "done") assert.equal(instance.status, "completed", `seed ${seed}: status`);
  };
  agree();
  for (let step = 0; step < 12; step++) {
    const { after } = model[instance.state];
    if (random.below(4) > 0 || after.length === 0) {
      const name = random.pick(EVENTS);
      const data = random.below(2);
      const result = advance(definition, instance, { kind: "event", name, data, keep: false }, step);
      if (result.kind === "accepted") instance = result.instance;
      [snapshot] = transition(machine, snapshot, { type: name, data });
    } else {
      const index = random.below(after.length);
      const next = fire(definition, instance, index);
      // XState's pure functions do not know which delays have passed; one that is spent here is not sent there.
      if (next === undefined) continue;
      instance = next;
      [snapshot] = transition(machine, snapshot, {
        type: `xstate.after.${after[index].delayMs}.w.${snapshot.value}`,
        data: null,
      });
    }
    agree();
  }
}

function fire(definition: Definition, instance: Instance, index: number): Instance | undefined {
  const timerId = Object.keys(instance.timers).find((timerId) => timerId.endsWith(`-${index}`));
  if (timerId === undefined) return undefined;
  const result = advance(definition, instance, { kind: "timerFired", timerId }, instance.timers[timerId].fireAtMs);
  assert.ok(result.kind === "accepted");
  return result.instance;
}

Deno.test("the machine and XState agree on 10,000 random machines", () => {
  fc.assert(fc.property(fc.nat(0xffff_ffff), compare), { numRuns: 10_000 });
});
