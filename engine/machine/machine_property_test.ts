import assert from "node:assert/strict";
import * as fc from "npm:fast-check@4.10.2";
import { definitionArbitrary, type Draw, drawArbitrary, inputArbitrary } from "./testing/random_definition.ts";
import type { Definition } from "../../shared/definition/definition.ts";
import type { JsonObject } from "../../shared/json.ts";
import { SoundRun } from "./testing/soundness.ts";
import type { MachineInput } from "./input.ts";

/** A run, unless the definition makes its context grow without end as soon as it starts. */
function begin(definition: Definition, input: JsonObject): SoundRun | undefined {
  const run = SoundRun.start(definition, input);
  if (run instanceof SoundRun) return run;
  assert.equal(run.rejection.reason, "contextTooLarge");
}

/** Applies the draws, each when the timer it may fire is due; after an end for good one more, which must be refused. */
function drive(run: SoundRun, draws: readonly Draw[]): void {
  for (const draw of draws) {
    const { status, failure } = run.instance;
    const hasEnded = status === "completed" || status === "cancelled";
    // To retry a loop without end shows nothing new, and takes long.
    if (failure?.code === "RESOURCE_EXHAUSTED") return;
    const input = draw(run.instance);
    const fireAtMs: number = input.kind === "timerFired" ? run.instance.timers[input.timerId]?.fireAtMs ?? 0 : 0;
    const result = run.advance(input, Math.max(run.nowMs + 1, fireAtMs));
    // What could not be delivered is noted even then.
    if (!hasEnded || input.kind === "undelivered") continue;
    assert.equal(result.kind, "rejected");
    return;
  }
}

/** What a random run must have led to somewhere, or else it proves less than it seems to. */
const REACHED: readonly string[] = [
  ...["cancelled", "completed", "failed", "retried", "started"],
  ...["contextCleared", "contextSet", "logged"],
  ...["eventKept", "eventReceived", "stateEntered", "stateExited", "transitionTaken"],
  ...["taskCancelled", "taskCompleted", "taskFailed", "taskScheduled", "timerFired"],
  ...["active", "exiting", "transitioning", "deciding", "compensating", "waiting"],
  ...["itemCompleted", "guardEvaluated", "childStarted", "eventSent", "undelivered"],
  ...["paused", "resumed", "waiting", "compensationStarted", "compensating"],
  ...["COMPENSATION_FAILED"],
  ...["E1", "EXPRESSION_FAILED", "NO_TRANSITION", "STATE_FAILED", "TIMED_OUT"],
];

Deno.test("[M1] [M2] [M3] [M4] [M5] [M6] advance() keeps every invariant, whatever the definition and the inputs", () => {
  const reached = new Set<string>();
  fc.assert(
    fc.property(
      definitionArbitrary,
      inputArbitrary,
      fc.array(drawArbitrary, { maxLength: 30 }),
      (definition, input, draws) => {
        const run = begin(definition, input);
        if (run === undefined) return;
        drive(run, draws);
        reached.add(run.instance.phase.kind).add(run.instance.failure?.code ?? "");
        for (const { entries } of run.records) entries.forEach(({ kind }) => reached.add(kind));
      },
    ),
    { numRuns: 3_000 },
  );
  assert.deepEqual(REACHED.filter((what) => !reached.has(what)), []);
});

/** The engine's part alone: tasks complete, timers fire, and what then is left takes events. */
function serve(run: SoundRun): MachineInput | undefined {
  const { tasks, timers } = run.instance;
  const taskId = Object.keys(tasks).find((taskId) => tasks[taskId].map === undefined);
  if (taskId !== undefined) return { kind: "taskCompleted", taskId, output: 1, attempt: { attempt: 1 } };
  const [timerId] = Object.keys(timers);
  if (timerId !== undefined) return { kind: "timerFired", timerId };
}

Deno.test("[M3] an instance whose tasks and timers are served either ends, goes on, or waits for an event", () => {
  fc.assert(
    fc.property(definitionArbitrary, inputArbitrary, (definition, input) => {
      const run = begin(definition, input);
      if (run === undefined) return;
      for (let step = 0; step < 50; step++) {
        const next = serve(run);
        if (next === undefined) return;
        const dueMs: number = next.kind === "timerFired" ? run.instance.timers[next.timerId].fireAtMs : 0;
        assert.equal(run.advance(next, Math.max(run.nowMs, dueMs)).kind, "accepted");
      }
    }),
    { numRuns: 500 },
  );
});

Deno.test("[D5] an instance can be cancelled at any time", () => {
  fc.assert(
    fc.property(
      definitionArbitrary,
      inputArbitrary,
      fc.array(drawArbitrary, { maxLength: 10 }),
      (definition, input, draws) => {
        const run = begin(definition, input);
        if (run === undefined) return;
        drive(run, draws);
        const wasRunning = run.instance.status === "running";
        const result = run.advance({ kind: "cancel", reason: "enough", compensate: false });
        assert.equal(result.kind, wasRunning ? "accepted" : "rejected");
        assert.notEqual(run.instance.status, "running");
      },
    ),
    { numRuns: 500 },
  );
});
